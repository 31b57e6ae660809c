"""Who is joined to whom: lines found by the subnets that two devices share, and by neighbours of BGP."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from jbnet.config.adopt.facts import BgpPeer, Problem, Running, RunningPort
from jbnet.model.findings import Place
from jbnet.model.text import text

LONGEST_SUBNET = 30
WIDEST = 29
"""A subnet of this length or longer that two devices share is a line between them; a wider one is a LAN."""


@dataclass(frozen=True, slots=True)
class End:
    """An interface that runs on a device."""

    device: str
    port: RunningPort


@dataclass(frozen=True, slots=True)
class Joints:
    """Lines between two devices, lines to other networks, what is left (LANs), and what is odd.

    ``odd`` are ports, by device and name, whose address cannot be declared.
    """

    lines: tuple[tuple[End, End], ...]
    outward: tuple[tuple[End, BgpPeer], ...]
    lans: tuple[End, ...]
    problems: tuple[Problem, ...]
    odd: frozenset[tuple[str, str]] = frozenset()


def joints(
    devices: Mapping[str, Running], loopbacks: Mapping[str, str], seen: Mapping[frozenset[tuple[str, str]], Place]
) -> Joints:
    """Return how devices are joined. ``loopbacks`` are the ports of devices that are neither line nor LAN.

    ``seen`` are pairs of ports that saw each other by LLDP: lines, however wide their subnet is.
    """
    odd = {**dict(_no_hosts(devices)), **dict(_twice(devices))}
    ends = [end for end in _ends(devices, loopbacks) if (end.device, end.port.name) not in odd]
    subnets: dict[IPv4Network, list[End]] = {}
    for end in ends:
        assert end.port.address is not None  # noqa: S101  _ends gives none without; for the type checker
        subnets.setdefault(end.port.address.network, []).append(end)
    lines = [(at[0], at[1]) for at in subnets.values() if _is_line(at, seen)]
    outward = [(at[0], peer) for at in subnets.values() if (peer := _peer(devices, at)) is not None]
    used = {(end.device, end.port.name) for pair in lines for end in pair} | {
        (end.device, end.port.name) for end, _ in outward
    }
    return Joints(
        tuple(lines),
        tuple(outward),
        tuple(end for end in ends if (end.device, end.port.name) not in used),
        (*odd.values(), *_crowded(devices, subnets.values(), seen), *_without_subnet(lines, seen)),
        frozenset(odd),
    )


def _ends(devices: Mapping[str, Running], loopbacks: Mapping[str, str]) -> Iterator[End]:
    for name, running in devices.items():
        for port in running.ports.values():
            if port.address is not None and port.vpn is None and port.name != loopbacks.get(name):
                yield End(name, port)


def _no_hosts(devices: Mapping[str, Running]) -> Iterator[tuple[tuple[str, str], Problem]]:
    """Yield interfaces whose address is no host's: the first or last of its prefix (a /31 has neither, RFC 3021)."""
    for name, running in devices.items():
        for port in running.ports.values():
            if port.address is None or port.address.network.prefixlen > LONGEST_SUBNET:
                continue
            if port.address.ip in (port.address.network.network_address, port.address.network.broadcast_address):
                said = text("{address} of {port} is no address of a host; it is not declared", address=port.address,
                            port=port.name)  # fmt: skip
                yield (name, port.name), Problem(running.at(port.line), said)


def _twice(devices: Mapping[str, Running]) -> Iterator[tuple[tuple[str, str], Problem]]:
    """Yield interfaces whose address another one has: the first of the two is believed."""
    owners: dict[IPv4Address, tuple[Running, RunningPort]] = {}
    for name, running in devices.items():
        for port in running.ports.values():
            if port.address is None or port.vpn is not None:
                continue
            other, its = owners.setdefault(port.address.ip, (running, port))
            if its is not port:
                yield (name, port.name), Problem(
                    running.at(port.line),
                    text("{address} of {port} is also that of {other} ({place}); it is not declared here",
                         address=port.address.ip, port=port.name, other=its.name, place=other.at(its.line)),
                )  # fmt: skip


def _is_line(ends: list[End], seen: Collection[frozenset[tuple[str, str]]]) -> bool:
    """Say whether ends of one subnet are those of a line: two, and in a narrow subnet or in each other's sight."""
    if len(ends) != 2 or ends[0].device == ends[1].device:
        return False
    return _length(ends[0]) >= WIDEST or _spots(ends) in seen


def _spots(ends: Iterable[End]) -> frozenset[tuple[str, str]]:
    return frozenset((end.device, end.port.name) for end in ends)


def _without_subnet(
    lines: Iterable[tuple[End, End]], seen: Mapping[frozenset[tuple[str, str]], Place]
) -> Iterator[Problem]:
    """Yield pairs that saw each other and have no subnet of their own."""
    known = {_spots(line) for line in lines}
    for spots, place in seen.items():
        if spots not in known:
            ends = ", ".join(":".join(spot) for spot in sorted(spots))
            yield Problem(place, text("LLDP: {ends} are joined and share no subnet of their own", ends=ends))


def _length(end: End) -> int:
    return end.port.address.network.prefixlen if end.port.address else 0


def _peer(devices: Mapping[str, Running], ends: list[End]) -> BgpPeer | None:
    """Return the neighbour of another AS at the far end of a subnet in which one of our devices stands."""
    if len(ends) != 1 or ends[0].port.address is None:
        return None
    running, subnet = devices[ends[0].device], ends[0].port.address.network
    return next((p for p in running.peers if p.address in subnet and p.asn != running.asn), None)


def _crowded(
    devices: Mapping[str, Running], subnets: Iterable[list[End]], seen: Collection[frozenset[tuple[str, str]]]
) -> Iterator[Problem]:
    """Yield subnets with several devices that are no lines."""
    for ends in subnets:
        if len(ends) > 1 and not _is_line(ends, seen):
            first = ends[0]
            yield Problem(
                devices[first.device].at(first.port.line),
                text("{prefix} joins {devices}: it is declared as LANs, not as lines",
                     prefix=first.port.address.network if first.port.address else "",
                     devices=", ".join(dict.fromkeys(end.device for end in ends))),
            )  # fmt: skip
