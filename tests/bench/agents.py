"""Thousands of simulated SNMP agents in a process of their own, on the addresses of 127.0.0.0/8.

Each answers as the device of a network would that works: uptime and counters go on, neighbours are full. An answer is
made once and then only patched, so that what is measured is who asks. Lines on the standard input say which addresses
are dead from then on (``dead ADDRESS...``; ``dead`` alone: none). Run as a program it takes a pickled file of
``{address: {oid: (tag, value)}}`` and prints its port.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import select
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "fakes"))

from snmp_agent import COMMUNITY, Agent

from jbnet.model.secrets import Secret
from jbnet.monitor.plant import Plant
from jbnet.services.watch.monitor import Monitor
from jbnet.snmp import ber, mibs
from jbnet.snmp.ber import Tag
from jbnet.snmp.mibs import INTERFACE_COLUMNS, SYSTEM_COLUMNS
from jbnet.snmp.types import Oid, SnmpTarget, Value

Content = dict[Oid, tuple[int, Value]]
OCTETS, TICKS, SECONDS, NUMBER = 0x7A5A5A5A5A5A5A5A, 0x7B5A5A5A, 0x7C5A5A5A, 0x7D5A5A5A
"""What stands in an answer for that which moves; the digits occur nowhere else."""
_PKTINFO = struct.Struct("=I4s4s")
_BUFFER = 8 * 1024 * 1024
_SO_RCVBUFFORCE, _IP_PKTINFO = 33, 8  # of Linux; the socket module does not name them


class Answers:
    """Answers datagrams to addresses."""

    def __init__(self, contents: Mapping[str, Content]):
        self._agents = {address: Agent(content) for address, content in contents.items()}
        self._made: dict[tuple[str, bytes], tuple[bytearray, list[tuple[int, str, int]]]] = {}
        self._began = time.monotonic()
        self.dead: frozenset[str] = frozenset()

    def to(self, address: str, data: bytes) -> bytes | None:
        """Return the answer of the agent at an address, None where there is none."""
        agent = self._agents.get(address)
        if agent is None or address in self.dead:
            return None
        at = _number_at(data)
        key = (address, data[:at] + data[at + 4 :])
        if key not in self._made:
            self._made[key] = _template(agent, data, at)
        answer, moving = self._made[key]
        passed = time.monotonic() - self._began
        values = {"Q": 1 << 60 | int(passed * 1e6), "t": 1 << 29 | int(passed * 100), "s": 1 << 29 | int(passed)}
        for position, what, number in moving:
            if what == "Q":
                struct.pack_into(">Q", answer, position, values["Q"] + number * 1000)
            elif what == "n":
                answer[position : position + 4] = data[at : at + 4]
            else:
                struct.pack_into(">I", answer, position, values[what])
        return bytes(answer)


def _number_at(data: bytes) -> int:
    """Return where the four bytes of the request-id are."""
    start, end = ber.read(data, 0, len(data), ber.SEQUENCE)
    _, position = ber.read_integer(data, start, end)
    _, position = ber.read_bytes(data, position, end)
    _, position, _ = ber.read_header(data, position, end)
    return position + 2


def _template(agent: Agent, data: bytes, at: int) -> tuple[bytearray, list[tuple[int, str, int]]]:
    """Return an answer, and the places of what moves in it."""
    asked = data[:at] + NUMBER.to_bytes(4, "big") + data[at + 4 :]
    (answer,) = agent.replies(asked)
    moving: list[tuple[int, str, int]] = []
    for what, digits in (
        ("n", NUMBER.to_bytes(4, "big")),
        ("Q", OCTETS.to_bytes(8, "big")),
        ("t", TICKS.to_bytes(4, "big")),
        ("s", SECONDS.to_bytes(4, "big")),
    ):
        found = answer.find(digits)
        while found >= 0:
            moving.append((found, what, len(moving)))
            found = answer.find(digits, found + len(digits))
    return bytearray(answer), moving


def content_of(plant: Plant, device: str, most: int | None = None) -> Content:
    """Return what the agent of a device of a network that works would say, of ``most`` interfaces, lines first."""
    content: Content = {
        mibs.SYS_UPTIME: (Tag.TIME_TICKS, TICKS),
        mibs.SYS_NAME: (Tag.OCTET_STRING, device.encode()),
        mibs.SNMP_ENGINE_BOOTS: (Tag.INTEGER, 1),
        mibs.SNMP_ENGINE_TIME: (Tag.INTEGER, SECONDS),
        (1, 3, 6, 1, 9, 1, 0): (Tag.INTEGER, 0),  # something behind the last table
    }
    found = plant.network.devices[device]
    listed = sorted(found.interfaces, key=lambda interface: interface.circuit is None)[:most]
    for index, interface in enumerate(listed, start=1):
        for column, typed in (
            (mibs.IF_NAME, (Tag.OCTET_STRING, interface.name.encode())),
            (mibs.IF_ADMIN_STATUS, (Tag.INTEGER, 1)),
            (mibs.IF_OPER_STATUS, (Tag.INTEGER, 1)),
            (mibs.IF_LAST_CHANGE, (Tag.TIME_TICKS, 0)),
            (mibs.IF_HC_IN_OCTETS, (Tag.COUNTER64, OCTETS)),
            (mibs.IF_HC_OUT_OCTETS, (Tag.COUNTER64, OCTETS)),
            (mibs.IF_COUNTER_DISCONTINUITY_TIME, (Tag.TIME_TICKS, 0)),
        ):
            content[*column, index] = typed
    for edge in plant.graph.adjacency.get(device, ()):
        for end in plant.lines[edge.circuit].ends:
            if end.device == device and end.neighbour:
                index_ = (*map(int, end.neighbour.split(".")), 0)
                content[*mibs.OSPF_NBR_STATE, *index_] = (Tag.INTEGER, 8)
            if end.device == device and end.session:
                content[*mibs.BGP_PEER_STATE, *map(int, end.session.split("."))] = (Tag.INTEGER, 6)
    return content


def address_of(number: int) -> str:
    """Return an address for a device by its number."""
    return f"127.{1 + number // 40000}.{number // 200 % 200}.{number % 200 + 1}"


class Fleet:
    """The agents of a network's watched devices, running."""

    def __init__(self, process: subprocess.Popen[str], port: int, addresses: Mapping[str, str]):
        self._process, self._port, self.addresses = process, port, addresses

    def take_over(self, monitor: Monitor) -> None:
        """Have a started monitor ask these agents, each at its one address here."""
        agents = monitor._targets._agents  # the bench puts simulated agents in the place of the real ones
        for device in agents.keys() & self.addresses.keys():
            made = SnmpTarget(device, self.addresses[device], self._port, community=Secret("c", COMMUNITY))
            agents[device] = (made,)

    def kill(self, devices: Iterable[str]) -> None:
        """Have these devices be dead from now on, and no others."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(["dead", *(self.addresses[d] for d in devices)]) + "\n")
        self._process.stdin.flush()


@contextlib.contextmanager
def fleet(plant: Plant, folder: Path, asked: int | None = None) -> Iterator[Fleet]:
    """Run the agents of a plant's watched devices. ``asked``: how many variables each has on average (None: all)."""
    watched = sorted(plant.watched)
    addresses = {device: address_of(number) for number, device in enumerate(watched)}
    path = folder / "agents.pickle"
    writing = multiprocessing.get_context("fork").Process(target=_write, args=(path, plant, addresses, asked))
    writing.start()  # in a process of its own: the memory of this one is measured
    writing.join()
    process = subprocess.Popen([sys.executable, __file__, str(path)], stdin=-1, stdout=-1, text=True)
    try:
        assert process.stdout is not None
        yield Fleet(process, int(process.stdout.readline()), addresses)
    finally:
        process.kill()
        process.communicate()


def _write(path: Path, plant: Plant, addresses: Mapping[str, str], asked: int | None) -> None:
    """Write down what the agents say."""
    contents = {
        address: content_of(plant, device, _interfaces(number, asked))
        for number, (device, address) in enumerate(addresses.items())
    }
    path.write_bytes(pickle.dumps(contents))


def _interfaces(number: int, asked: int | None) -> int | None:
    """Return how many interfaces the agent of a number has, so that there are as many variables on average."""
    if asked is None:
        return None
    share = (asked - len(SYSTEM_COLUMNS)) / len(INTERFACE_COLUMNS)
    return int((number + 1) * share) - int(number * share)


def variables(plant: Plant, asked: int | None = None) -> float:
    """Return how many variables an agent of a plant has on average, those of the system and its interfaces."""
    there = [len(plant.network.devices[device].interfaces) for device in sorted(plant.watched)]
    limits = [_interfaces(number, asked) for number in range(len(there))]
    rows = sum(have if most is None else min(have, most) for have, most in zip(there, limits, strict=True))
    return len(SYSTEM_COLUMNS) + len(INTERFACE_COLUMNS) * rows / len(there)


def main() -> None:
    """Answer until the standard input ends."""
    answers = Answers(pickle.loads(Path(sys.argv[1]).read_bytes()))  # the bench wrote it
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    opened.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
    opened.bind(("", 0))
    print(opened.getsockname()[1], flush=True)
    while True:
        ready, _, _ = select.select([opened, sys.stdin], [], [])
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if not line:
                return
            answers.dead = frozenset(line.split()[1:])
        if opened in ready:
            _answer(opened, answers)


def _answer(opened: socket.socket, answers: Answers) -> None:
    data, extra, _, source = opened.recvmsg(4096, 128)
    _, _, asked = _PKTINFO.unpack(next(value for _, kind, value in extra if kind == _IP_PKTINFO))
    answer = answers.to(socket.inet_ntoa(asked), data)
    if answer is not None:
        info = _PKTINFO.pack(0, asked, asked)
        opened.sendmsg([answer], [(socket.IPPROTO_IP, _IP_PKTINFO, info)], 0, source)


if __name__ == "__main__":
    main()
