"""One direction of a line with delay: a queue of frames, pure; time comes in as an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

QUEUE_MAX_BYTES = 64 * 1024 * 1024


@dataclass
class DelayQueue:
    """One direction: frames in order with the moment at which each is due.

    Invariant: frames leave in the order in which they came, none before its time; what does not fit is dropped
    whole, as a full transmit queue does.
    """

    delay_s: float
    limit_bytes: int = QUEUE_MAX_BYTES
    held_bytes: int = 0
    dropped: int = 0
    frames: deque[tuple[float, bytes]] = field(default_factory=deque)

    def put(self, frame: bytes, now: float) -> None:
        """Take a frame that came at ``now`` (monotonic seconds)."""
        if self.held_bytes + len(frame) > self.limit_bytes:
            self.dropped += 1
            return
        self.held_bytes += len(frame)
        self.frames.append((now + self.delay_s, frame))

    def due(self, now: float) -> list[bytes]:
        """Return the frames whose time has come, in their order."""
        due, frames = [], self.frames
        while frames and frames[0][0] <= now:
            due.append(frames.popleft()[1])
        self.held_bytes -= sum(map(len, due))
        return due

    def next_time(self) -> float | None:
        """Return when the next frame is due, or None."""
        return self.frames[0][0] if self.frames else None

    def clear(self) -> None:
        """Lose everything that is under way."""
        self.frames.clear()
        self.held_bytes = 0
