"""From what was read to the draft: who stands where, who hangs on whom, and what everything is called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Interface

from jbnet.config.adopt.coding import give_codes
from jbnet.config.adopt.draft import LOCATION, PEER, Draft, DraftCircuit, DraftDevice, DraftHome, loopback_of
from jbnet.config.adopt.facts import Problem, Running
from jbnet.config.adopt.joints import End, Joints, joints
from jbnet.config.adopt.lining import MOST, Liner, costs_of
from jbnet.config.adopt.lldp import Sighting, seen_lines
from jbnet.config.adopt.names import Housed, housed
from jbnet.config.adopt.plot import PORT_NAME, Plot
from jbnet.model.levels import Level
from jbnet.model.text import text

PROVINCE = "adopted"
"""What the site at the top is called until somebody names it."""
PRIVATE_ASN = 64512


def draft(
    texts: Sequence[Running], names: Sequence[re.Pattern[str]], network: str, seen: Sequence[Sighting] = ()
) -> Draft:
    """Return the draft of all that was read, in the order of the texts.

    ``names`` say where devices stand, ``seen`` who saw whom by LLDP.
    """
    return _Drafter(names, network, seen).run(texts)


@dataclass
class _Drafter:
    """Makes one draft; one use."""

    names: Sequence[re.Pattern[str]]
    network: str
    seen: Sequence[Sighting]
    plot: Plot = field(default_factory=Plot)
    given: set[str] = field(default_factory=set)
    """Sites whose parent the names say."""

    def run(self, texts: Sequence[Running]) -> Draft:
        """Return the draft."""
        for running in texts:
            self._house(running)
        read = {name: device.running for name, device in self.plot.devices.items() if device.running}
        loopbacks = {name: port for name, running in read.items() if (port := loopback_of(running)) is not None}
        pairs, strange = seen_lines(self.seen, read)
        found = joints(read, loopbacks, pairs)
        loopbacks = {name: port for name, port in loopbacks.items() if (name, port) not in found.odd}
        self.plot.problems += [*found.problems, *strange]
        self._find_parents(found)
        self.plot.problems += give_codes(self.plot.homes)
        costs = costs_of(found.lines)
        unplaced = [*Liner(self.plot, found).run(costs), *found.lans]
        self._peers(found)
        self._loopbacks(loopbacks)
        self._lans(unplaced)
        asns = Counter(running.asn for running in texts if running.asn)
        speaking = {self.plot.home_of[name].kind for name, running in read.items() if running.speaks_ospf}
        return Draft(
            name=self.network,
            homes=self.plot.homes,
            asn=asns.most_common(1)[0][0] if asns else PRIVATE_ASN,
            costs=costs,
            speakers=tuple(level for level in Level if level in speaking),
            vrfs={name: rd for running in texts for name, rd in running.vrfs.items() if rd},
            problems=tuple(self.plot.problems),
            agents=frozenset(t.platform for t in texts if t.agent) - {t.platform for t in texts if not t.agent},
        )

    # who stands where

    def _house(self, running: Running) -> None:
        where = housed(running.name, self.names)
        home = self._home(where)
        suffix = _free(where.suffix, home.devices)
        device = DraftDevice(f"{home.name}-{suffix}", suffix, running)
        home.devices[suffix] = self.plot.devices[device.name] = device
        self.plot.home_of[device.name] = home
        if device.name != running.name:
            params = {"name": running.name, "device": device.name}
            said = text("{name} is declared as {device}", **params)
            if not where.by_pattern:
                said = text("{name} is declared as {device}; a pattern (--names) may say where it stands", **params)
            self.plot.problems.append(Problem(running.at(running.name_line), said))

    def _home(self, where: Housed) -> DraftHome:
        if not where.chain:
            return self.plot.homes.setdefault(where.location, DraftHome(where.location, LOCATION, where.location))
        above: str | None = None
        for (level, key), name in zip(where.chain, where.homes, strict=True):
            home = self.plot.homes.setdefault(name, DraftHome(name, level, key, above))
            if above is not None:
                home.parent = above
                self.given.add(name)
            above = name
        return self.plot.homes[where.home]

    def _find_parents(self, found: Joints) -> None:
        """A site whose name does not say where it lies, lies in the nearest one above to which a line of it leads."""
        for home in self.plot.homes.values():
            if isinstance(home.kind, Level) and home.name not in self.given:
                above = [far for far in self.plot.far_homes(home, found) if isinstance(far.kind, Level)]
                higher = [far for far in above if 0 < far.rank < home.rank]
                home.parent = max(higher, key=lambda far: far.rank).name if higher else PROVINCE

    # who hangs on whom

    def _peers(self, found: Joints) -> None:
        """Declare the networks of others: one peer an AS, one line a neighbour."""
        for end, peer in found.outward:
            name = f"as{peer.asn}"
            home = self.plot.homes.setdefault(name, DraftHome(name, PEER, name, asn=peer.asn))
            device = home.devices.setdefault("r1", DraftDevice(f"{name}-r1", "r1"))
            number = len(home.circuits) + 1
            assert end.port.address is not None  # noqa: S101  it was found by its subnet; for the type checker
            self.plot.port(end, f"{name}-{number}", self.plot.devices[end.device].exceptions)
            device.exceptions[f"up{number}"] = IPv4Interface(f"{peer.address}/{end.port.address.network.prefixlen}")
            home.circuits[f"up{number}"] = DraftCircuit(f"up{number}", "r1", end.device, backup=number > 1)

    # addresses

    def _loopbacks(self, loopbacks: dict[str, str]) -> None:
        for name, port in loopbacks.items():
            running = self.plot.devices[name].running
            if running is not None:
                self.plot.port(End(name, running.ports[port]), "lo", self.plot.devices[name].exceptions)

    def _lans(self, ends: Iterable[End]) -> None:
        for end in sorted(ends, key=lambda e: (list(self.plot.devices).index(e.device), e.port.line)):
            device = self.plot.devices[end.device]
            if not PORT_NAME.match(end.port.name):
                self.plot.unnamable(end)
            elif len(device.lans) < MOST:
                self.plot.port(end, f"lan{len(device.lans) + 1}", device.lans)


def _free(suffix: str, taken: Iterable[str]) -> str:
    """Return a suffix that no device of the home has: itself, or with the next free number."""
    known = set(taken)
    stem = suffix.rstrip("0123456789") or "r"
    return next(s for s in (suffix, *(f"{stem}{n}" for n in range(1, len(known) + 2))) if s not in known)
