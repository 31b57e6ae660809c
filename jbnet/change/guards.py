"""What a change must not take away from under itself: the way over which it is made, and the login it is made with.

How each platform says these things is data (``jbnet.platforms.changing``). What is found is told with the line that
does it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import AddressValueError, IPv4Address

from jbnet.config.bootstrap import first_interfaces
from jbnet.config.managing import ACCOUNT
from jbnet.config.naming import loopback_name, port_namer
from jbnet.config.tree import PORT, ConfigTree, Patch, Path, diff
from jbnet.config.tunnels import headings
from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.changing import Changing, Door, Place, changing


def dangers(
    network: Network, device: Device, running: ConfigTree, intended: ConfigTree, shared: Collection[str] = ()
) -> tuple[Text, ...]:
    """Return how going from one configuration to the other would cut off whoever makes the change; empty: it would not.

    ``shared`` are headings of interfaces that change together with their other ends: there an address may give way to
    another.
    """
    guard = _Guard(network, device, running, intended)
    return (
        *guard.lost_addresses(shared),
        *guard.closed_ports(),
        *guard.wiped_ports(shared),
        *guard.lost_routes(),
        *guard.lost_logins(),
        *guard.shut_door(),
    )


@dataclass(frozen=True)
class _Guard:
    """One device's change, and what is known of its platform."""

    network: Network
    device: Device
    running: ConfigTree
    intended: ConfigTree

    @cached_property
    def _known(self) -> Changing:
        return changing(self.device.platform)

    @cached_property
    def _patch(self) -> Patch:
        return diff(self.running, self.intended)

    @cached_property
    def _ways(self) -> frozenset[str]:
        """Headings of the interfaces over which the device is reached from outside."""
        namer = port_namer(self.network, self.device)
        ports = first_interfaces(self.network, self.device)
        return frozenset(way for port in ports for way in headings(self.network, self.device, namer(port)))

    def lost_addresses(self, shared: Collection[str]) -> Iterator[Text]:
        """Taking away the address of the way up, or of the loopback, ends every session with the device."""
        moved = {heading for heading in shared if self._addresses(self.intended, heading)}
        ports = (self._ways | {f"{PORT}{loopback_name(self.device)}"}) - moved
        kept = {line for heading in shared for line in self._addresses(self.intended, heading)}  # or its tunnel has it
        for path in self._patch.removed:
            is_lost = len(path) > 1 and path[0] in ports and path[1] not in kept
            if is_lost and re.fullmatch(self._known.address, path[1]):
                yield text(
                    "{device}: {port} would lose {address}, over which the device is managed",
                    device=self.device.name,
                    port=path[0].removeprefix(PORT),
                    address=path[1].removeprefix("ip address "),
                )

    def _addresses(self, tree: ConfigTree, heading: str) -> list[str]:
        return [line for line in tree.under(heading) if re.fullmatch(self._known.address, line)]

    def closed_ports(self) -> Iterator[Text]:
        """A port that is shut takes the lines along that share it."""
        physical = {heading.partition(".")[0] for heading in self._ways}
        for path in self._patch.added:
            if len(path) > 1 and path[0] in self._ways | physical and re.fullmatch(self._known.closes, path[1]):
                yield text(
                    "{device}: {port}, over which the device is managed, would be shut down",
                    device=self.device.name,
                    port=path[0].removeprefix(PORT),
                )

    def wiped_ports(self, shared: Collection[str]) -> Iterator[Text]:
        """Some lines of a port take its address along, others lead it to another far end."""
        alive = {heading for heading in self._ways if self._addresses(self.running, heading)}.difference(shared)
        for path in (*self._patch.removed, *self._patch.added):
            if len(path) > 1 and path[0] in alive and _fits_any(path[1], self._known.wipes):
                yield text(
                    "{device}: `{line}` on {port} would end the way over which the device is managed",
                    device=self.device.name,
                    line=path[1],
                    port=path[0].removeprefix(PORT),
                )

    def lost_routes(self) -> Iterator[Text]:
        """A device without a routing protocol lives on its default route, one without that on its protocol."""
        if _any_fits(self.intended, self._known.routing) or _any_fits(self.intended, self._known.default_route):
            return
        gone = [path[0] for path in self._patch.removed if len(path) == 1]
        for route in [line for line in gone if re.fullmatch(self._known.default_route, line)][:1]:
            yield text("the only default route would go: {route}", route=route)
        for heading in [line for line in gone if re.fullmatch(self._known.routing, line)][:1]:
            yield text(
                "{device}: `{line}` would go, and no way back to whoever made the change is left",
                device=self.device.name,
                line=heading,
            )

    def lost_logins(self) -> Iterator[Text]:
        """What lets the account in must stay; how it is asked for its password must stay as it is."""
        for place in self._known.needed:
            before = [path for path in self.running.paths if _is_at(path, place)]
            if before and not any(_is_at(path, place) for path in self.intended.paths):
                yield self._lost_login(before[0])
        for path in self._patch.removed:
            if any(_is_at(path, place) for place in self._known.kept):
                yield self._lost_login(path)

    def _lost_login(self, path: Path) -> Text:
        return text(
            "{device}: `{line}` would go, with which {account} logs in",
            device=self.device.name,
            line=" / ".join(path),
            account=ACCOUNT,
        )

    def shut_door(self) -> Iterator[Text]:
        """A list that filters logins must let in whom it let in: where jbnet works from.

        Where none did, jbnet comes another way.
        """
        door, noc = self._known.door, self.network.devices.get(self.network.noc or "")
        if door is None or noc is None:
            return
        froms = management_addresses(noc)
        before, after = (_lets_in(door, tree, froms) for tree in (self.running, self.intended))
        if before and not any(before.values()):
            return
        for line, lets_in in after.items():
            if not lets_in and before.get(line, True):
                yield text(
                    "{device}: `{line}` would refuse logins from {noc} ({addresses})",
                    device=self.device.name,
                    line=line,
                    noc=noc.name,
                    addresses=", ".join(map(str, froms)),
                )


def _lets_in(door: Door, tree: ConfigTree, froms: Iterable[IPv4Address]) -> dict[str, bool]:
    """Say for every line that filters logins whether its list lets one of the addresses in; an empty list does."""
    found: dict[str, bool] = {}
    for path in tree.paths:
        named = re.fullmatch(door.place[-1], path[-1]) if _is_at(path, door.place) else None
        if named is None:
            continue
        heading = door.heading.replace("{list}", re.escape(named["list"]))
        lines = [line for (first, *rest) in tree.paths if re.fullmatch(heading, first) for line in rest]
        found[" / ".join(path)] = not lines or any(_permits(door, line, one) for line in lines for one in froms)
    return found


def _permits(door: Door, line: str, address: IPv4Address) -> bool:
    said = re.fullmatch(door.permit, line)
    if said is None:
        return False
    try:
        begin = int(IPv4Address(said["address"] or "any"))
        wildcard = said["wildcard"] or "0"
        free = 0 if wildcard == "0" else int(IPv4Address(wildcard))
    except (AddressValueError, ValueError):
        return True  # `any`, or a form that is not a plain network: not ours to judge
    return begin & ~free == int(address) & ~free


def _is_at(path: Path, place: Place) -> bool:
    """Say whether a line stands at a place, all lines above it included."""
    return len(path) == len(place) and all(
        re.fullmatch(pattern.replace("{user}", ACCOUNT), line) for line, pattern in zip(path, place, strict=True)
    )


def _fits_any(line: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def _any_fits(tree: ConfigTree, pattern: str) -> bool:
    return any(re.fullmatch(pattern, path[0]) for path in tree.paths if len(path) == 1)
