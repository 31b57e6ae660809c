"""Lines with delay, where the kernel has no netem: a relay between two TAP devices for each of them.

Frames leave in the order in which they came, each half a round trip after it came. The TAP devices use the
virtio header (tuntap.rst of the kernel), so that TCP crosses in segments of up to 64 KiB, as through a veth pair.
One process serves many lines; its end unplugs them.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jbnet.lab import faults
from jbnet.lab.delay import DelayQueue
from jbnet.lab.faults import CUT, UP, Fault

TUNSETIFF = 0x400454CA
TUNSETOFFLOAD = 0x400454D0
TUNSETCARRIER = 0x400454E2
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 0x0002, 0x1000, 0x4000
OFFLOAD_CSUM, OFFLOAD_TSO4, OFFLOAD_TSO6, OFFLOAD_ECN = 0x01, 0x02, 0x04, 0x08
CLONE_NEWNET = 0x40000000
FRAME_MAX = 65536 + 64
MESSAGE_MAX = 65536
BURST = 64
STATE = "state"
ALL = "*"


@dataclass(frozen=True, slots=True)
class Ends:
    """What a relay is told of a line: the round trip, and (network namespace, interface) of both ends."""

    name: str
    round_trip_ms: float
    a: tuple[str, str]
    z: tuple[str, str]


class RelayedLine:
    """The two ends of one line, each with the queue of what came in there, and the line's state."""

    def __init__(self, taps: tuple[int, int], round_trip_ms: float):
        self.taps = taps
        self.fault = UP
        self._lost = dict.fromkeys(taps, 0.0)
        self._queues = {tap: DelayQueue(round_trip_ms / 2000.0) for tap in taps}

    def take(self, tap: int) -> None:
        """Read what came in at one end. Raises OSError when the end is gone for good."""
        queue = self._queues[tap]
        for _ in range(BURST):
            try:
                frame = os.read(tap, FRAME_MAX)
            except OSError as error:
                if error.errno == errno.EBADFD:  # its network namespace has ended
                    raise
                return  # nothing more to read, or the interface is down
            lost = self._lost[tap]
            if not lost or random.random() * faults.ALL >= lost:  # noqa: S311  a line's chance, nobody's secret
                queue.put(frame, time.monotonic())

    def give(self) -> float | None:
        """Send what is due to the far ends; return when the next frame will be, or None."""
        first, second = self.taps
        times = [self._send(first, second), self._send(second, first)]
        return min((moment for moment in times if moment is not None), default=None)

    def set(self, fault: Fault) -> None:
        """Cut the line, lose frames on it, or heal it."""
        self.fault = fault
        shares = (fault.lost_a, fault.lost_z) if fault.carrier else (faults.ALL, faults.ALL)
        for (tap, queue), lost in zip(self._queues.items(), shares, strict=True):
            fcntl.ioctl(tap, TUNSETCARRIER, struct.pack("I", fault.carrier))
            self._lost[tap] = lost
            if lost == faults.ALL:
                queue.clear()

    def _send(self, source: int, target: int) -> float | None:
        queue = self._queues[source]
        while (frame := queue.due(time.monotonic())) is not None:
            with contextlib.suppress(OSError):  # the far device has no power: the frame is lost, as on a line
                os.write(target, frame)
        return queue.next_time()


class Relay:
    """Many lines and the control socket over which they are cut and healed."""

    def __init__(self, lines: Mapping[str, RelayedLine], control: socket.socket):
        self._lines = lines
        self._control = control
        self._by_tap = {tap: line for line in lines.values() for tap in line.taps}
        self._next: dict[RelayedLine, float] = {}
        """Lines that hold frames, and when the first of each is due."""

    def run(self) -> None:
        """Relay until killed."""
        for line in self._lines.values():
            line.set(CUT)  # a carrier that comes makes the operational state known (RFC 2863)
            line.set(UP)
        control = self._control.fileno()
        while True:
            # select and not epoll: Python's epoll waits in whole milliseconds, select in microseconds.
            readable = select.select((*self._by_tap, control), (), (), self._wait())[0]
            touched = set(self._next)
            for descriptor in readable:
                if descriptor == control:
                    self._answer()
                else:
                    touched.add(self._take(descriptor))
            self._give(touched)

    def _wait(self) -> float | None:
        return max(0.0, min(self._next.values()) - time.monotonic()) if self._next else None

    def _take(self, tap: int) -> RelayedLine:
        line = self._by_tap[tap]
        try:
            line.take(tap)
        except OSError:
            del self._by_tap[tap]
        return line

    def _give(self, lines: set[RelayedLine]) -> None:
        for line in lines:
            moment = line.give()
            if moment is None:
                self._next.pop(line, None)
            else:
                self._next[line] = moment

    def _answer(self) -> None:
        """Obey one request, ``VERB NAME``; the verb is a state's word or ``state``, the name may be ``*``."""
        connection, _ = self._control.accept()
        with connection, contextlib.suppress(OSError):
            verb, _, name = connection.recv(MESSAGE_MAX).decode("utf-8", "replace").partition(" ")
            chosen = self._lines if name == ALL else {name: self._lines[name]} if name in self._lines else {}
            if verb != STATE:
                with contextlib.suppress(ValueError):  # no such state: what is answered shows that nothing changed
                    for line in chosen.values():
                        line.set(faults.read(verb))
            connection.send(json.dumps({name: line.fault.word for name, line in chosen.items()}).encode())


def ask(path: Path, verb: str, name: str = ALL, timeout: float = 5.0) -> dict[str, str]:
    """Send a request to a relay's control socket and return the states that it answers. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.settimeout(timeout)
        client.connect(str(path))
        client.send(f"{verb} {name}".encode())
        answer = client.recv(MESSAGE_MAX)
    if not answer:
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
    states: dict[str, str] = json.loads(answer)
    return states


def open_tap(namespace: str, name: str) -> int:
    """Make a TAP device in a network namespace and return its descriptor; the device goes when that is closed."""
    with Path(namespace).open("rb") as handle:
        if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(tap, TUNSETOFFLOAD, OFFLOAD_CSUM | OFFLOAD_TSO4 | OFFLOAD_TSO6 | OFFLOAD_ECN)
    return tap


def as_text(lines: Sequence[Ends]) -> str:
    """Return what a relay reads from its standard input: one JSON list."""
    return json.dumps([[line.name, line.round_trip_ms, line.a, line.z] for line in lines])


def main(arguments: Sequence[str]) -> None:
    """``relay SOCKET < lines``: plug the lines in and relay."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lines = {
        name: RelayedLine((open_tap(*a), open_tap(*z)), round_trip_ms)
        for name, round_trip_ms, a, z in json.load(sys.stdin)
    }
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.bind(arguments[0])
    control.listen()
    Relay(lines, control).run()


if __name__ == "__main__":
    main(sys.argv[1:])
