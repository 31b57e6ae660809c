"""``monitors/probes.yaml``: what is probed, on whom. Text comes in, findings come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.network import Network, Status
from jbnet.monitor.alarms import Severity
from jbnet.monitor.probing import NO_PROBES, Probe, ProbeKind, Probes, Target
from jbnet.monitor.probing_schema import EchoDecl, HttpDecl, ProbeDecl, ProbesFile, SqlDecl, TlsDecl, UploadDecl
from jbnet.monitor.probing_targets import Places, targets_of

FILE = "monitors/probes.yaml"
ALL = "*"
"""Stands for all that are declared of a kind."""
_LISTED = 20


def load_probes(content: str | None, network: Network) -> tuple[Probes, tuple[Finding, ...]]:
    """Return what the file says, and every problem with its place; no file: nothing is probed.

    With an error among the findings the rest is not to be used.
    """
    if content is None:
        return NO_PROBES, ()
    report = Report()
    source = read(FILE, content, report)
    found = validate(source, ProbesFile, report, set()) if source is not None else None
    if source is None or found is None:
        return NO_PROBES, report.sorted()
    reader = _Reader(network, source, report)
    made = [reader.take(name, decl) for name, decl in found.probes.items()]
    if report.has_errors:
        return NO_PROBES, report.sorted()
    probes = tuple(probe for probe, _ in made)
    return Probes(probes, tuple(target for _, targets in made for target in targets)), report.sorted()


class _Reader:
    """Takes one probe after another."""

    def __init__(self, network: Network, source: Source, report: Report):
        self._network, self._source, self._report = network, source, report
        self._echoed: dict[str, str] = {}

    def take(self, name: str, decl: ProbeDecl) -> tuple[Probe, tuple[Target, ...]]:
        """Return a probe and what it is tried on."""
        places = Places(**{kind: tuple(self._named(name, kind, decl)) for kind in Places.__annotations__})
        if isinstance(decl, EchoDecl):
            self._once(name, decl)
        elif not isinstance(decl, UploadDecl) and not any(getattr(decl, kind, []) for kind in Places.__annotations__):
            template = "{name}: it is tried on nothing: name roles, applications, services, databases or peers"
            self._report.add("JB106", template, self._source.key_place(("probes", name)), name=name)
        probe = self._probe(name, decl)
        port = getattr(decl, "port", None)
        self._reachable(name, decl, places, port)
        return probe, tuple(targets_of(self._network, probe, places, port))

    def _probe(self, name: str, decl: ProbeDecl) -> Probe:
        kind = ProbeKind(decl.kind)
        if isinstance(decl, EchoDecl):
            return Probe(name, kind, every_s=decl.every_s, timeout_s=decl.timeout_s, requests=decl.requests,
                         window_s=decl.window_s)  # fmt: skip
        known = {"severity": Severity(decl.severity), "every_s": decl.every_s, "timeout_s": decl.timeout_s}
        return Probe(name, kind, looks=decl.for_looks, **known, **self._of_kind(decl))  # type: ignore[arg-type]  # by name

    def _of_kind(self, decl: ProbeDecl) -> Mapping[str, object]:
        """Return what only this kind has."""
        if isinstance(decl, SqlDecl):
            return {"behind_s": decl.behind_s}
        if isinstance(decl, UploadDecl):
            said = {"table": decl.table, "part": decl.part, "time": decl.time, "late_s": decl.late_s}
            return {**said, "expected": self._expected(decl)}
        slow = {"slow_s": getattr(decl, "slow_s", None)}
        if isinstance(decl, HttpDecl):
            asked = {"path": decl.path, "status": decl.status, "text": decl.text, "server_name": decl.server_name}
            return {**slow, **asked}
        return {**slow, "days": decl.days, **_of_tls(decl)} if isinstance(decl, TlsDecl) else slow

    def _expected(self, decl: UploadDecl) -> Mapping[str, str]:
        """Return the sites in use of a level, by what stands for them in the column."""
        sites = (s for s in self._network.sites.values() if s.level.value == decl.expects and s.status is Status.ACTIVE)
        return {(site.name if decl.named_by == "name" else site.code): site.name for site in sites}

    def _named(self, name: str, kind: str, decl: ProbeDecl) -> Iterator[str]:
        """Yield the names of a kind; ``*`` is all; one that is not declared is reported."""
        known: Mapping[str, object] = getattr(self._network, kind)
        if isinstance(decl, UploadDecl):
            written: list[str] = [decl.database] if kind == "databases" else []
        else:
            written = getattr(decl, kind, [])
        for number, one in enumerate(written):
            if one == ALL:
                yield from known
            elif one in known:
                yield one
            else:
                path: Path = ("probes", name, "database") if isinstance(decl, UploadDecl) else (
                    "probes", name, kind, number)  # fmt: skip
                self._unknown(kind.removesuffix("s"), one, known, path)

    def _unknown(self, kind: str, name: str, known: Iterable[str], path: Path) -> None:
        near = self._report.nearest(name, list(known)) or ", ".join(islice(known, _LISTED)) or "-"
        template = "there is no {kind} {name}; known is {near}"
        self._report.add("JB114", template, self._source.place(path), kind=kind, name=name, near=near)

    def _once(self, name: str, decl: EchoDecl) -> None:
        """Report a role that two echo probes have: what one loses would be two incidents."""
        for number, role in enumerate(decl.roles):
            first = self._echoed.setdefault(role, name)
            if first != name:
                template = "{name}: devices of role {role} are echoed by {other} already"
                place = self._source.place(("probes", name, "roles", number))
                self._report.add("JB107", template, place, name=name, role=role, other=first)

    def _reachable(self, name: str, decl: ProbeDecl, places: Places, port: int | None) -> None:
        """Report a probe whose port nobody knows."""
        if not isinstance(decl, EchoDecl) and (places.roles or places.peers) and port is None:
            template = "{name}: devices and peers have no port of their own: say which"
            self._report.add("JB106", template, self._source.key_place(("probes", name)), name=name)


def _of_tls(decl: TlsDecl) -> Mapping[str, object]:
    return {"server_name": decl.server_name, "authority": decl.authority}
