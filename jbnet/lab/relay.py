"""A line with delay between two devices, where the kernel has no netem: a relay between two TAP devices.

Frames leave in the order in which they came, each half a round trip after it came. The TAP devices use the
virtio header (tuntap.rst of the kernel), so that TCP crosses in segments of up to 64 KiB, as through a veth pair.
One process a circuit; its end unplugs the line.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

TUNSETIFF = 0x400454CA
TUNSETOFFLOAD = 0x400454D0
TUNSETCARRIER = 0x400454E2
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
OFFLOAD_CSUM, OFFLOAD_TSO4, OFFLOAD_TSO6, OFFLOAD_ECN = 0x01, 0x02, 0x04, 0x08
CLONE_NEWNET = 0x40000000
FRAME_MAX = 65536 + 64
QUEUE_MAX_BYTES = 64 * 1024 * 1024
BURST = 64
UP, CUT, SILENT = "up", "cut", "silent"


@dataclass
class DelayQueue:
    """One direction: frames in order with the moment at which each is due; pure, time comes in as an argument.

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

    def due(self, now: float) -> bytes | None:
        """Return the next frame if its time has come, else None."""
        if not self.frames or self.frames[0][0] > now:
            return None
        frame = self.frames.popleft()[1]
        self.held_bytes -= len(frame)
        return frame

    def next_time(self) -> float | None:
        """Return when the next frame is due, or None."""
        return self.frames[0][0] if self.frames else None

    def clear(self) -> None:
        """Lose everything that is under way."""
        self.frames.clear()
        self.held_bytes = 0


class Relay:
    """The two ends, their queues and the control socket of one circuit."""

    def __init__(self, taps: tuple[int, int], control: socket.socket, round_trip_ms: float):
        self._taps = taps
        self._control = control
        self._queues = {tap: DelayQueue(round_trip_ms / 2000.0) for tap in taps}
        self._state = UP

    def run(self) -> None:
        """Relay until killed."""
        first, second = self._taps
        control = self._control.fileno()
        self._set(CUT)  # a carrier that comes makes the operational state known (RFC 2863)
        self._set(UP)
        while True:
            readable = select.select((first, second, control), (), (), self._wait())[0]
            if control in readable:
                self._answer()
            if first in readable:
                self._take(first)
            if second in readable:
                self._take(second)
            self._give(first, second)
            self._give(second, first)

    def _wait(self) -> float | None:
        times = [moment for queue in self._queues.values() if (moment := queue.next_time()) is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _take(self, tap: int) -> None:
        queue = self._queues[tap]
        for _ in range(BURST):
            try:
                frame = os.read(tap, FRAME_MAX)
            except (BlockingIOError, OSError):  # OSError: the interface is down
                return
            if self._state == UP:
                queue.put(frame, time.monotonic())

    def _give(self, source: int, target: int) -> None:
        queue = self._queues[source]
        while (frame := queue.due(time.monotonic())) is not None:
            with contextlib.suppress(OSError):  # the far device has no power: the frame is lost, as on a line
                os.write(target, frame)

    def _answer(self) -> None:
        """Obey one request (``up``, ``cut``, ``silent`` or ``state``) and answer with the state."""
        connection, _ = self._control.accept()
        with connection:
            wanted = connection.recv(16).decode("ascii", "replace")
            if wanted in (UP, CUT, SILENT):
                self._set(wanted)
            with contextlib.suppress(OSError):
                connection.send(self._state.encode())

    def _set(self, state: str) -> None:
        self._state = state
        for tap, queue in self._queues.items():
            fcntl.ioctl(tap, TUNSETCARRIER, struct.pack("I", state != CUT))
            if state != UP:
                queue.clear()


def ask(path: Path, request: str, timeout: float = 5.0) -> str:
    """Send a request to a relay's control socket and return the state that it answers. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        client.connect(str(path))
        client.send(request.encode())
        return client.recv(16).decode()


def open_tap(namespace: str, name: str) -> int:
    """Make a TAP device in a network namespace and return its descriptor; the device goes when that is closed."""
    with Path(namespace).open("rb") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(tap, TUNSETOFFLOAD, OFFLOAD_CSUM | OFFLOAD_TSO4 | OFFLOAD_TSO6 | OFFLOAD_ECN)
    return tap


def main(arguments: list[str]) -> None:
    """``relay SOCKET ROUND_TRIP_MS NETNS_A NAME_A NETNS_Z NAME_Z``: plug the line in and relay."""
    path, round_trip, *ends = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    taps = open_tap(ends[0], ends[1]), open_tap(ends[2], ends[3])
    control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    control.bind(path)
    control.listen()
    Relay(taps, control, float(round_trip)).run()


if __name__ == "__main__":
    main(sys.argv[1:])
