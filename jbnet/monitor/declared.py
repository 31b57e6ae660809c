"""The files of ``monitors/`` that need the network: thresholds, opening hours, maintenance. Findings with places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import islice

from jbnet.inventory.opening_hours import DAYS, fault
from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.inventory.select import select
from jbnet.model.errors import UsageError
from jbnet.model.findings import Finding
from jbnet.model.management import TimeZone
from jbnet.model.network import Network
from jbnet.monitor.alarms import Severity
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.checks import MonitorFile, of_checks
from jbnet.monitor.hours import Exemption, Hours, parse
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.measures import OF_CIRCUITS
from jbnet.monitor.rules import Rules
from jbnet.monitor.schema import HoursDecl, MaintenanceDecl, ThresholdDecl, days_of
from jbnet.monitor.thresholds import Threshold

_LISTED = 20
"""Names that a message gives where none is alike."""


def load_rules(files: Mapping[str, str], network: Network) -> tuple[Rules, tuple[Finding, ...]]:
    """Return what the files say beside checks and policy, and every problem with its place.

    ``files``: text by path. What is wrong with their shape is reported too, as ``load_checks`` does. With an error
    among the findings the rules are not to be used.
    """
    reader = _Reader(network)
    for file, content in sorted(of_checks(files).items()):
        source = read(file, content, reader.report)
        found = validate(source, MonitorFile, reader.report, set()) if source is not None else None
        if source is not None and found is not None:
            reader.take(source, found)
    return reader.rules(), reader.report.sorted()


class _Reader:
    """Takes one file after another."""

    def __init__(self, network: Network):
        self.report = Report()
        self._network = network
        self._places: dict[tuple[str, str], Source] = {}
        self._thresholds: list[Threshold] = []
        self._windows: list[Maintenance] = []
        zone = _zone(network)
        self._hours = Hours(offset_min=zone.minutes if zone is not None else 0)

    def take(self, source: Source, found: MonitorFile) -> None:
        for name, limit in found.thresholds.items():
            self._once("threshold", name, ("thresholds", name), source)
            self._threshold(name, limit, source)
        for name, window in found.maintenance.items():
            self._once("maintenance window", name, ("maintenance", name), source)
            self._maintenance(name, window, source)
        if found.hours is not None:
            self._take_hours(found.hours, source)

    def rules(self) -> Rules:
        return Rules(Calendar(self._hours, tuple(self._windows)), tuple(self._thresholds))

    def _threshold(self, name: str, limit: ThresholdDecl, source: Source) -> None:
        path: Path = ("thresholds", name)
        self._known("role", limit.roles, self._network.roles, (*path, "roles"), source)
        self._known("circuit", limit.circuits, self._network.circuits, (*path, "circuits"), source)
        if limit.raise_at == limit.clear_at:
            template = "{name}: it must be cleared at another value than it is raised at, or it comes and goes"
            self.report.add("JB107", template, source.place((*path, "clear_at")), name=name)
        if limit.circuits and limit.measure not in OF_CIRCUITS:
            template = "{name}: {measure} is measured of devices: name roles, not circuits"
            place = source.place((*path, "circuits"))
            self.report.add("JB107", template, place, name=name, measure=limit.measure)
        if not limit.roles and not limit.circuits:
            template = "{name}: it holds for nothing: name roles or circuits"
            self.report.add("JB106", template, source.key_place(path), name=name)
        made = Threshold(name, limit.measure, limit.raise_at, limit.clear_at, Severity(limit.severity))
        roles, circuits = frozenset(limit.roles), frozenset(limit.circuits)
        looks, seconds = limit.for_looks, limit.for_s
        made = replace(made, looks=looks, seconds=seconds, roles=roles, circuits=circuits)
        self._thresholds.append(replace(made, per_device=limit.per == "device"))

    def _maintenance(self, name: str, window: MaintenanceDecl, source: Source) -> None:
        path: Path = ("maintenance", name)
        begins, ends = datetime.fromisoformat(window.begins), datetime.fromisoformat(window.ends)
        if ends <= begins:
            template = "{name}: the window ends before it begins"
            self.report.add("JB107", template, source.place((*path, "to")), name=name)
        self._known("circuit", window.circuits, self._network.circuits, (*path, "circuits"), source)
        devices = self._selected(window.select, (*path, "select"), source) if window.select else frozenset()
        if not window.select and not window.circuits:
            template = "{name}: it names nothing: write select or circuits"
            self.report.add("JB106", template, source.key_place(path), name=name)
        made = Maintenance(f"declared:{name}", Opener.DECLARED, begins, ends, devices, frozenset(window.circuits))
        self._windows.append(replace(made, reason=window.reason, who=window.who))

    def _take_hours(self, decl: HoursDecl, source: Source) -> None:
        sites = self._network.sites.values()
        weeks = {
            site.name: parse(site.opening_hours)
            for site in sites
            if site.level.value in decl.dark_when_closed and site.opening_hours and fault(site.opening_hours) is None
        }
        if weeks and _zone(self._network) is None:
            template = "opening hours of {count} sites count and there is no time zone: they are judged by UTC"
            self.report.add("JB152", template, source.place(("hours", "dark_when_closed")), count=len(weeks))
        exemptions = [self._exemption(number, source, decl) for number in range(len(decl.exceptions))]
        self._hours = Hours(
            {**self._hours.weeks, **weeks},
            self._hours.holidays.union(*(days_of(written) for written in decl.holidays)),
            {**self._hours.workdays, **{date.fromisoformat(d): DAYS.index(day) for d, day in decl.workdays.items()}},
            (*self._hours.exemptions, *(made for made in exemptions if made is not None)),
            self._hours.offset_min,
        )

    def _exemption(self, number: int, source: Source, decl: HoursDecl) -> Exemption | None:
        written, path = decl.exceptions[number], ("hours", "exceptions", number)
        reason = fault(written.hours)
        if reason is not None:
            template = "the opening hours {hours} cannot be read: {reason}"
            self.report.add("JB284", template, source.place((*path, "hours")), hours=written.hours, reason=reason)
            return None
        devices = self._selected(written.select, (*path, "select"), source)
        homes = frozenset(self._network.devices[device].home for device in devices)
        days = days_of(written.days)
        return Exemption(homes, min(days), max(days), parse(written.hours))

    def _selected(self, selector: str, path: Path, source: Source) -> frozenset[str]:
        try:
            return frozenset(device.name for device in select(self._network, selector))
        except UsageError as error:
            self.report.add("JB114", "{reason}", source.place(path), reason=error.text)
            return frozenset()

    def _once(self, kind: str, name: str, path: Path, source: Source) -> None:
        first = self._places.setdefault((kind, name), source)
        if first is not source:
            template = "the {kind} {name} is declared twice"
            self.report.add("JB112", template, source.key_place(path), [first.key_place(path)], kind=kind, name=name)

    def _known(self, kind: str, names: Iterable[str], known: Mapping[str, object], path: Path, source: Source) -> None:
        for number, name in enumerate(names):
            if name not in known:
                near = self.report.nearest(name, known) or ", ".join(islice(known, _LISTED))
                template = "there is no {kind} {name}; known is {near}"
                place = source.place((*path, number))
                self.report.add("JB114", template, place, kind=kind, name=name, near=near)


def _zone(network: Network) -> TimeZone | None:
    return network.management.time_zone if network.management is not None else None
