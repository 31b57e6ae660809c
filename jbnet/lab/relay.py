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
REST_S = 0.0005
DENSE_S = 0.001
"""Rounds that begin within so long of each other, and serve more than one end, are dense: the relay rests between."""
STATE = "state"
ALL = "*"


@dataclass(frozen=True, slots=True)
class Ends:
    """What a relay is told of a line: the round trip, and (network namespace, interface) of both ends."""

    name: str
    round_trip_ms: float
    a: tuple[str, str]
    z: tuple[str, str]


class Direction:
    """What comes in at one end of a line and leaves at the other, each frame half a round trip later."""

    def __init__(self, source: int, target: int, delay_s: float):
        self._source, self._target = source, target
        self.queue = DelayQueue(delay_s)
        self.lost = 0.0
        """Of every 100 frames so many are lost by chance."""

    def take(self) -> None:
        """Read what came in. Raises OSError when the end is gone for good."""
        source, came = self._source, []
        try:
            for _ in range(BURST):
                came.append(os.read(source, FRAME_MAX))  # noqa: PERF401  what was read before it fails is kept
        except OSError as error:  # nothing more to read, or the interface is down
            if error.errno == errno.EBADFD:  # its network namespace has ended
                raise
        if lost := self.lost:
            came = [frame for frame in came if random.random() * faults.ALL >= lost]  # noqa: S311  a line's chance, nobody's secret
        now = time.monotonic()  # behind the last one: none leaves early
        for frame in came:
            self.queue.put(frame, now)

    def give(self) -> bool:
        """Send what is due to the far end; say whether anything was."""
        due = self.queue.due(time.monotonic())
        for frame in due:
            try:  # noqa: SIM105  a context manager costs more than the call
                os.write(self._target, frame)
            except OSError:  # the far device has no power: the frame is lost, as on a line
                pass
        return bool(due)


class RelayedLine:
    """The two ends of one line, what is under way from each to the other, and the line's state."""

    def __init__(self, taps: tuple[int, int], round_trip_ms: float):
        a, z = taps
        half_s = round_trip_ms / 2000.0
        self.fault = UP
        self.directions = {a: Direction(a, z, half_s), z: Direction(z, a, half_s)}
        """By the end at which frames come in."""

    def set(self, fault: Fault) -> None:
        """Cut the line, lose frames on it, or heal it."""
        self.fault = fault
        shares = (fault.lost_a, fault.lost_z) if fault.carrier else (faults.ALL, faults.ALL)
        for (tap, direction), lost in zip(self.directions.items(), shares, strict=True):
            fcntl.ioctl(tap, TUNSETCARRIER, struct.pack("I", fault.carrier))
            direction.lost = lost
            if lost == faults.ALL:
                direction.queue.clear()


class Relay:
    """Many lines and the control socket over which they are cut and healed.

    Going to sleep and waking up costs more than a frame does. Once frames come so densely that it would be done for
    each, the relay rests for up to ``REST_S`` between two rounds, and each round serves all that came meanwhile: a
    frame is late by that much at each end at the most, and never early. Frames that come singly are not held up.
    """

    def __init__(self, lines: Mapping[str, RelayedLine], control: socket.socket):
        self._lines = lines
        self._control = control
        self._by_tap = {tap: direction for line in lines.values() for tap, direction in line.directions.items()}
        self._held: set[Direction] = set()
        """The directions in which frames are under way."""
        self._readable = select.epoll()

    def run(self) -> None:
        """Relay until killed."""
        for line in self._lines.values():
            line.set(CUT)  # a carrier that comes makes the operational state known (RFC 2863)
            line.set(UP)
        for descriptor in (*self._by_tap, self._control.fileno()):
            self._readable.register(descriptor, select.EPOLLIN)
        before, dense = 0.0, False
        while True:
            self._rest(dense=dense)
            began = time.monotonic()
            dense = self._round() > 1 and began - before < DENSE_S
            before = began

    def _rest(self, *, dense: bool) -> None:
        """Sleep until something comes in or is due; with ``dense`` frames only for a while."""
        due = min((direction.queue.next_time() or 0.0 for direction in self._held), default=None)
        wait = None if due is None else max(0.0, due - time.monotonic())
        if dense:
            time.sleep(REST_S if wait is None else min(max(wait, REST_S / 2), REST_S))
        else:
            # select and not epoll's own waiting: that is in whole milliseconds, select's in microseconds.
            select.select((self._readable,), (), (), wait)

    def _round(self) -> int:
        """Take what came in and give what is due; return at how many ends there was any."""
        ready = self._readable.poll(0, len(self._by_tap) + 1)
        served = len(ready)
        for descriptor, _ in ready:
            if descriptor in self._by_tap:
                self._take(descriptor)
            else:
                self._answer()
        for direction in tuple(self._held):
            served += direction.give()
            if direction.queue.next_time() is None:
                self._held.discard(direction)
        return served

    def _take(self, tap: int) -> None:
        direction = self._by_tap[tap]
        try:
            direction.take()
        except OSError:
            self._readable.unregister(tap)
            del self._by_tap[tap]
        self._held.add(direction)

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
