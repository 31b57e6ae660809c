"""What a change must not take away from under itself: the way over which it is made, and the login it is made with.

How each platform says these things is data (``jbnet.platforms.changing``). What is found is told with the line that
does it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from ipaddress import IPv4Network

from jbnet.change.answers import diverted
from jbnet.change.doors import filters, is_at
from jbnet.config.bootstrap import first_interfaces
from jbnet.config.managing import ACCOUNT
from jbnet.config.naming import loopback_name, port_namer
from jbnet.config.tree import PORT, ConfigTree, Patch, Path, diff
from jbnet.config.tunnels import headings, sections
from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.changing import Changing, changing

EVERY_PORT = frozenset({f"{PORT}all", f"{PORT}default"})
"""What platforms write for every port at once."""


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
        *guard.lost_tunnels(shared),
        *guard.lost_routes(),
        *guard.lost_logins(),
        *guard.shut_doors(),
        *guard.shut_logins(),
        *guard.silenced(),
        *guard.swallowed(),
        *diverted(network, device, running, intended, guard.ways),
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
    def ways(self) -> frozenset[str]:
        """Headings of the interfaces over which the device is reached from outside."""
        namer = port_namer(self.network, self.device)
        ports = first_interfaces(self.network, self.device)
        return frozenset(way for port in ports for way in headings(self.network, self.device, namer(port)))

    @property
    def _loopback(self) -> str:
        return f"{PORT}{loopback_name(self.device)}"

    def lost_addresses(self, shared: Collection[str]) -> Iterator[Text]:
        """Taking away the address of the way up, or of the loopback, ends every session with the device."""
        moved = {heading for heading in shared if self._addresses(self.intended, heading)}
        ports = (self.ways | {self._loopback}) - moved
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
        """A port that is shut takes the lines along that share it; a loopback, the address that everybody knows."""
        physical = {heading.partition(".")[0] for heading in self.ways}
        ways = self.ways | physical | {self._loopback}
        for path in self._patch.added:
            if len(path) > 1 and path[0] in ways and re.fullmatch(self._known.closes, path[1]):
                yield text(
                    "{device}: {port}, over which the device is managed, would be shut down",
                    device=self.device.name,
                    port=path[0].removeprefix(PORT),
                )

    def wiped_ports(self, shared: Collection[str]) -> Iterator[Text]:
        """Some lines of a port take its address along, others lead it to another far end."""
        alive = {heading for heading in self.ways if self._addresses(self.running, heading)}.difference(shared)
        for path in (*self._patch.removed, *self._patch.added):
            if len(path) > 1 and path[0] in alive and _fits_any(path[1], self._known.wipes):
                yield text(
                    "{device}: `{line}` on {port} would end the way over which the device is managed",
                    device=self.device.name,
                    line=path[1],
                    port=path[0].removeprefix(PORT),
                )

    def lost_tunnels(self, shared: Collection[str]) -> Iterator[Text]:
        """What encrypts the way up must stay, unless the other end gives it up as well: it takes nothing else."""
        network, device, namer = self.network, self.device, port_namer(self.network, self.device)
        ways = [port for port in first_interfaces(network, device)
                if set(shared).isdisjoint(headings(network, device, namer(port)))]  # fmt: skip
        for section in [found for port in ways for found in sections(network, device, port, namer(port))]:
            gone = [path[0] for path in self._patch.removed if len(path) == 1 and _is_of(path[0], section)]
            if gone and not any(_is_of(path[0], section) for path in self.intended.paths):
                yield text(
                    "{device}: `{line}` would go, which encrypts the way over which the device is managed",
                    device=device.name,
                    line=gone[0],
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

    def silenced(self) -> Iterator[Text]:
        """A routing process that stays and speaks over no port any more tells nobody where the device is."""
        if not _any_fits(self.intended, self._known.routing):
            return
        if self._speaking(self.intended) or not self._speaking(self.running):
            return
        changed = [path for path in self._patch.removed if re.fullmatch(self._known.speaks, path[-1])]
        changed += [path for path in self._patch.added if re.fullmatch(self._known.silent, path[-1])]
        yield text(
            "{device}: after `{line}` no port would speak OSPF any more, and nobody would learn the way to it",
            device=self.device.name,
            line=" / ".join(changed[0]) if changed else self._known.routing,
        )

    def _speaking(self, tree: ConfigTree) -> set[str]:
        """Return the headings of ports, the loopback aside, over which OSPF (RFC 2328) finds neighbours."""
        speak = {path[0] for path in tree.paths if len(path) > 1 and re.fullmatch(self._known.speaks, path[-1])}
        silent, spared = (
            {f"{PORT}{found['port']}" for path in tree.paths if (found := re.fullmatch(pattern, path[-1]))}
            for pattern in (self._known.silent, self._known.speaking)
        )
        if silent & EVERY_PORT:
            speak &= spared
        return speak - silent - {self._loopback}

    def swallowed(self) -> Iterator[Text]:
        """A route into nowhere must not cover whoever makes the change; its own aggregate covers the device too."""
        own = self.device.loopback
        for path in self._patch.added:
            whole = _network(re.fullmatch(self._known.discards, path[0])) if len(path) == 1 else None
            if whole is None or (whole.prefixlen and own is not None and own in whole):
                continue
            if any(one.subnet_of(whole) for one in self._noc):
                yield text(
                    "{device}: `{line}` would swallow every answer to {noc}",
                    device=self.device.name,
                    line=path[0],
                    noc=str(self.network.noc),
                )

    def shut_logins(self) -> Iterator[Text]:
        """Some lines end logins by being there: a blocked account, another port, servers that are asked alone."""
        for path in self._patch.added:
            if any(is_at(path, place) for place in self._known.shuts):
                yield text(
                    "{device}: `{line}` would end the logins of {account}",
                    device=self.device.name,
                    line=" / ".join(path),
                    account=ACCOUNT,
                )

    def lost_logins(self) -> Iterator[Text]:
        """What lets the account in must stay; how it is asked for its password must stay as it is."""
        for place in self._known.needed:
            before = [path for path in self.running.paths if is_at(path, place)]
            if before and not any(is_at(path, place) for path in self.intended.paths):
                yield self._lost_login(before[0])
        for path in self._patch.removed:
            if any(is_at(path, place) for place in self._known.kept):
                yield self._lost_login(path)

    def _lost_login(self, path: Path) -> Text:
        return text(
            "{device}: `{line}` would go, with which {account} logs in",
            device=self.device.name,
            line=" / ".join(path),
            account=ACCOUNT,
        )

    def shut_doors(self) -> Iterator[Text]:
        """A list that filters logins must let in whom it let in: where jbnet works from, and who else is declared.

        Where none of one kind let them in, they come another way.
        """
        for door in self._known.doors:
            before, after = (filters(door, tree) for tree in (self.running, self.intended))
            for refused, networks in self._callers():
                could = {line: any(map(one.lets_in, networks)) for line, one in before.items()}
                if could and not any(could.values()):
                    continue
                for line, one in after.items():
                    if could.get(line, True) and not any(map(one.lets_in, networks)):
                        yield refused(line)

    def _callers(self) -> Iterator[tuple[Callable[[str], Text], tuple[IPv4Network, ...]]]:
        """Yield who logs in, as what is told when a line refuses them and networks of which one has to be let in."""
        device, froms = self.device.name, self._noc
        if froms:
            addresses = ", ".join(str(one.network_address) for one in froms)
            yield partial(_refused_noc, device, str(self.network.noc), addresses), froms
        for place in self.network.management.logins_from if self.network.management else ():
            if not any(one.subnet_of(place) for one in froms):
                yield partial(_refused_place, device, place), (place,)

    @cached_property
    def _noc(self) -> tuple[IPv4Network, ...]:
        """The addresses that jbnet works from."""
        noc = self.network.devices.get(self.network.noc or "")
        return tuple(IPv4Network(one) for one in management_addresses(noc)) if noc else ()


def _refused_noc(device: str, noc: str, addresses: str, line: str) -> Text:
    return text(
        "{device}: `{line}` would refuse logins from {noc} ({addresses})",
        device=device,
        line=line,
        noc=noc,
        addresses=addresses,
    )


def _refused_place(device: str, place: IPv4Network, line: str) -> Text:
    return text(
        "{device}: `{line}` would refuse logins from {network}, which are declared",
        device=device,
        line=line,
        network=str(place),
    )


def _is_of(line: str, section: str) -> bool:
    """Say whether a line is the heading of a section; algorithms may stand behind its name."""
    return line == section or line.startswith(f"{section} ")


def _fits_any(line: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def _any_fits(tree: ConfigTree, pattern: str) -> bool:
    return any(re.fullmatch(pattern, path[0]) for path in tree.paths if len(path) == 1)


def _network(found: re.Match[str] | None) -> IPv4Network | None:
    """Return the addresses of a route; None for what is none."""
    try:
        return IPv4Network(f"{found['address']}/{found['mask']}") if found else None
    except ValueError:
        return None
