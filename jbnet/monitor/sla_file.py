"""``sla`` in ``monitors/``: targets of availability, and what carriers owe below them. Findings with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import islice

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.levels import Level
from jbnet.model.network import Network
from jbnet.monitor.checks import MonitorFile, of_checks
from jbnet.monitor.schema import SlaDecl, TierDecl
from jbnet.monitor.sla_targets import lines_of
from jbnet.monitor.targets import Target, Tier

_LISTED = 20
"""Names that a message gives where none is alike."""


def load_sla(files: Mapping[str, str], network: Network) -> tuple[tuple[Target, ...], tuple[Finding, ...]]:
    """Return the declared targets in order of file and place, and every problem with its place.

    ``files``: text by path. With an error among the findings the targets are not to be used.
    """
    reader = _Reader(network)
    for file, content in sorted(of_checks(files).items()):
        source = read(file, content, reader.report)
        found = validate(source, MonitorFile, reader.report, set()) if source is not None else None
        if source is not None and found is not None:
            for name, target in found.sla.items():
                reader.take(name, target, source)
    return tuple(reader.targets.values()), reader.report.sorted()


class _Reader:
    """Takes one target after another."""

    def __init__(self, network: Network):
        self.report = Report()
        self.targets: dict[str, Target] = {}
        self._network = network
        self._places: dict[str, Source] = {}
        self._owing: dict[str, str] = {}

    def take(self, name: str, decl: SlaDecl, source: Source) -> None:
        path: Path = ("sla", name)
        first = self._places.setdefault(name, source)
        if first is not source:
            template = "the {kind} {name} is declared twice"
            kind, earlier = "target", first.key_place(path)
            self.report.add("JB112", template, source.key_place(path), [earlier], kind=kind, name=name)
        self._known("service", decl.services, self._network.services, (*path, "services"), source)
        self._known("carrier", decl.carriers, self._network.carriers, (*path, "carriers"), source)
        self._known("circuit", decl.circuits, self._network.circuits, (*path, "circuits"), source)
        if not (decl.levels or decl.services or decl.carriers or decl.circuits):
            template = "{name}: it names nothing: write levels, services, carriers or circuits"
            self.report.add("JB106", template, source.key_place(path), name=name)
        for number, tier in enumerate(decl.owes):
            self._tier(name, decl, tier, source, (*path, "owes", number))
        made = _target(name, decl)
        self._owe_once(made, source)
        self.targets[name] = made

    def _tier(self, name: str, decl: SlaDecl, tier: TierDecl, source: Source, path: Path) -> None:
        """Report a tier that could never apply, or that says nothing."""
        if tier.below > decl.availability:
            template = "{name}: nothing is owed while the target is met: {below} is above {wanted}"
            place, wanted = source.place((*path, "below")), decl.availability
            self.report.add("JB107", template, place, name=name, below=tier.below, wanted=wanted)
        if tier.part is None and tier.times is None:
            template = "{name}: what is owed is missing: write part (percent of the monthly cost) or times"
            self.report.add("JB106", template, source.place(path), name=name)

    def _owe_once(self, target: Target, source: Source) -> None:
        """Report a line for which two contracts would pay, and payment for what no carrier leases out."""
        if not target.tiers:
            return
        path: Path = ("sla", target.name)
        if not target.contract:
            template = "{name}: only carriers and circuits owe something"
            self.report.add("JB107", template, source.place((*path, "owes")), name=target.name)
        named = {line for carrier in sorted(target.carriers) for line in lines_of(self._network, carrier)}
        for line in sorted(named | target.circuits):
            other = self._owing.setdefault(line, target.name)
            if other != target.name:
                template = "{name}: {circuit} is paid for by {other} already: one contract a line"
                place, related = source.key_place(path), [self._places[other].key_place(("sla", other))]
                self.report.add("JB112", template, place, related, name=target.name, circuit=line, other=other)
                return

    def _known(self, kind: str, names: Iterable[str], known: Mapping[str, object], path: Path, source: Source) -> None:
        for number, name in enumerate(names):
            if name not in known:
                near = self.report.nearest(name, known) or ", ".join(islice(known, _LISTED))
                template, place = "there is no {kind} {name}; known is {near}", source.place((*path, number))
                self.report.add("JB114", template, place, kind=kind, name=name, near=near)


def _target(name: str, decl: SlaDecl) -> Target:
    tiers = (Tier(_part(tier.below), _part(tier.part or 0), _exact(tier.times or 0)) for tier in decl.owes)
    return Target(
        name,
        _part(decl.availability),
        frozenset(Level(level) for level in decl.levels),
        frozenset(decl.services),
        frozenset(decl.carriers),
        frozenset(decl.circuits),
        tuple(tiers),
        _part(decl.cap),
        _part(decl.most_unknown),
    )


def _exact(written: float) -> Fraction:
    """Return a number as it was written: 99.9 and not the float nearest to it."""
    return Fraction(str(written))


def _part(percent: float) -> Fraction:
    return _exact(percent) / 100
