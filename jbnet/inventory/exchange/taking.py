"""Taking a table back into the YAML files: what its rows say comes true, and nothing else is touched.

The rows are compared with the declaration, what differs is written, and the result is loaded again, until nothing
differs: a county that is given a phase passes it on to townships for which the file says another, and these get
theirs in the next round. Nothing is returned to be written unless the whole of it loads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jbnet.inventory.addresses.changes import FILE as ALLOCATIONS
from jbnet.inventory.addresses.changes import allocation
from jbnet.inventory.building.port_numbers import FILE as PORTS
from jbnet.inventory.building.port_numbers import completed, render
from jbnet.inventory.declaration import LEVELS, declare
from jbnet.inventory.exchange.csv_cells import Sheet
from jbnet.inventory.exchange.places import New, Places, Spot
from jbnet.inventory.exchange.rows import Entry, entries, wanted
from jbnet.inventory.exchange.style import in_block
from jbnet.inventory.exchange.tables import Column, Kind, columns, rows
from jbnet.inventory.exchange.wishes import Wish, report_broken, report_unsafe, tree
from jbnet.inventory.exchange.yaml_edits import CannotEdit, edit
from jbnet.inventory.loader import load
from jbnet.inventory.report import Report
from jbnet.model.errors import AnswerIsNo
from jbnet.model.findings import Finding, Place
from jbnet.model.network import Network
from jbnet.model.text import text

_ROUNDS = 8
"""More than there are levels to inherit over."""


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that becomes another: of a row that was there, or of one that is added (``before`` None)."""

    name: str
    column: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import comes to. ``files`` are the new texts of the files that change; none where it is refused.
    ``before`` are the texts of these files when they were read.

    ``changes`` holds what follows from the cells too: a block for a new site, a phase passed on. ``paste`` is YAML
    by file for what cannot be edited safely.
    """

    findings: tuple[Finding, ...]
    changes: tuple[Change, ...] = ()
    added: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    paste: Mapping[str, str] = field(default_factory=dict)


def take(sheet: Sheet, kind: Kind, files: Mapping[str, str], network: Network, report: Report) -> Taken:
    """Return what importing a sheet comes to. ``network`` is what ``files`` declare now, without errors."""
    known = {column.name: column for column in columns(kind)}
    wishing = _Import(entries(sheet, known, report), kind, known, files, network, report)
    refused = not wishing.come_true()
    findings = report.sorted()
    if refused:
        return Taken(findings, paste=wishing.paste)
    changed = {file: content for file, content in wishing.files.items() if files.get(file) != content}
    old, new = rows(network, kind), rows(wishing.network, kind)
    return Taken(
        findings,
        changes=tuple(_changes(known.values(), old, new)),
        added=tuple(name for name in new if name not in old),
        files=changed,
        before={file: files.get(file, "") for file in changed},
    )


def _changes(known: Iterable[Column], before: Mapping[str, object], after: Mapping[str, object]) -> Iterable[Change]:
    """Yield every cell that differs; of an added row those that hold something."""
    shown = list(known)
    for name, noun in after.items():
        old = before.get(name)
        for column in shown:
            now = column.cell(noun)
            was = column.cell(old) if old is not None else None
            if now != (was or ""):
                yield Change(name, column.name, was, now)


class _Import:
    """The rounds of one import. ``files`` and ``network`` are the state reached."""

    def __init__(
        self,
        wanted_rows: Sequence[Entry],
        kind: Kind,
        known: Mapping[str, Column],
        files: Mapping[str, str],
        network: Network,
        report: Report,
    ):
        self.files, self.network, self.report = dict(files), network, report
        self.paste: dict[str, str] = {}
        self._entries, self._kind, self._known = wanted_rows, kind, known
        self._written: dict[Spot, Wish] = {}
        self._new: set[str] = set()

    def come_true(self) -> bool:
        """Go from round to round until the declaration says what the rows say. False: it cannot, with findings."""
        for _ in range(_ROUNDS):
            wishes = self._wishes()
            again = [wish for wish in wishes if wish.spot in self._written]
            for wish in again:
                self.report.add("JB198", "{name}: written down, {said} does not come true", wish.place,
                                name=wish.name, said=str(wish.value))  # fmt: skip
            if self.report.has_errors:
                if wishes and not again:
                    self._write(wishes)  # for what else is wrong: one slip does not hide those of later rows
                return False
            if not wishes:
                return True
            if not self._write(wishes):
                return False
        return False

    def _wishes(self) -> list[Wish]:
        """Return what has to be written, and report what cannot be."""
        declared = declare(self.files, Report())
        places = Places(declared, self.network, self._kind)
        present = rows(self.network, self._kind)
        wishes: list[Wish] = []
        for entry in self._entries:
            noun = present.get(entry.name)
            if noun is not None:
                cells = wanted(entry, noun, self._known, self.report, new=entry.name in self._new)
                spot = places.of(entry.name)
                wishes += [Wish(entry.name, spot.below(*c.column.name.split(".")), c.value, c.place) for c in cells]
        return [*self._not_passed_on(wishes), *self._additions(places, present)]

    def _not_passed_on(self, wishes: Sequence[Wish]) -> list[Wish]:
        """Leave out what a site may get from one above it, which is to be given the same: the next round tells."""
        asked = {(wish.name, wish.spot.path[-1]): wish.value for wish in wishes}
        return [
            wish
            for wish in wishes
            if not any(asked.get((above, wish.spot.path[-1])) == wish.value for above in self._above(wish.name))
        ]

    def _above(self, name: str) -> Iterator[str]:
        site = self.network.sites.get(name) if self._kind is Kind.SITES else None
        while site is not None and site.parent is not None:
            yield site.parent
            site = self.network.sites.get(site.parent)

    def _additions(self, places: Places, present: Mapping[str, object]) -> list[Wish]:
        """Return the values that make new rows; parents come before those that stand in them."""
        found: list[Wish] = []
        added: dict[str, Spot] = {}
        refused: set[str] = set()
        missing = [entry for entry in self._entries if entry.name not in present]
        for entry in sorted(missing, key=_depth):
            new = places.new(entry, added, self.report) if entry.said("parent") not in refused else None
            if new is None:
                refused.add(entry.name)  # and what stands below it is no second finding
                continue
            if new.paste:
                self._cannot(entry.name, entry.place, new, "a site of this level has a file of its own")
                continue
            added[entry.name] = new.spot
            found += [Wish(entry.name, new.spot.below(key), v, entry.place) for key, v in new.values.items()]
        self._new.update(added)
        return found

    def _cannot(self, name: str, place: Place, new: New, reason: str) -> None:
        self.report.add("JB197", "{name} cannot be added safely: {reason}", place, name=name, reason=text(reason))
        section, key = new.spot.path[-2:]
        lines = in_block(section, {key: {"parent": new.spot.path[-3], **new.values}}, 0, 2, flow=False)
        self.paste[f"inventory/sites/{key}.yaml"] = "\n".join(lines) + "\n"

    def _write(self, wishes: Sequence[Wish]) -> bool:
        """Write the values down and load what came of it. False, with findings: the files stay as they were."""
        drafts = dict(self.files)
        for file in dict.fromkeys(wish.spot.file for wish in wishes):
            ours = [wish for wish in wishes if wish.spot.file == file]
            try:
                drafts[file] = edit(drafts[file], tree(ours))
            except CannotEdit as error:
                self.paste[file] = report_unsafe(drafts[file], ours, error, self.report)
                return False
        if self._kind is Kind.SITES and any(wish.name not in self.network.sites for wish in wishes):
            drafts = self._allocated(drafts, wishes)
        drafts = _with_ports(drafts)
        loaded = load(drafts)
        if loaded.network is None:
            report_broken(drafts, wishes, loaded.findings, self.report)
            return False
        self._written |= {wish.spot: wish for wish in wishes}
        self.files, self.network = drafts, loaded.network
        return True

    def _allocated(self, drafts: dict[str, str], wishes: Sequence[Wish]) -> dict[str, str]:
        """Return the files with addresses for new sites; what is wrong with these shows when the files are loaded."""
        try:
            return {**drafts, ALLOCATIONS: allocation(drafts).content}
        except AnswerIsNo as error:
            if not error.findings:
                self.report.add("JB195", "{name} gets no addresses: {reason}", wishes[0].place, name=wishes[0].name,
                                reason=error.text)  # fmt: skip
            return drafts


def _with_ports(drafts: dict[str, str]) -> dict[str, str]:
    """Return the files with ports for new lines; what else is wrong with them shows when they are loaded."""
    try:
        found = completed(drafts)
    except AnswerIsNo:
        return drafts
    return {**drafts, PORTS: render(found.record)} if found.added else drafts


def _depth(entry: Entry) -> int:
    return next((n for n, level in enumerate(LEVELS) if level.value == entry.said("level")), len(LEVELS))
