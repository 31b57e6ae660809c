"""What was done to a lab, written down, and whether a monitor's history says the same."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from explanations import Broken, Explainer, Root
from watched import Expected, Scenario, Watched, tell

from jbnet.monitor.incidents import Incident
from jbnet.monitor.spells import Loss, Spell, SpellKind

LATE = timedelta(seconds=30)
"""How much later than it was done something may be known: dead intervals, hold times, a busy machine."""
EARLY = timedelta(seconds=2)
HELD = timedelta(seconds=300)
"""How long what was cut twice of late stays open (flaps.py): if it fails again meanwhile, that is the same incident."""
AT_ONCE = 3
PAUSE_S = (0.5, 25.0)


@dataclass
class Entry:
    """One failure: from when to when."""

    scenario: Scenario
    begins: datetime
    ends: datetime | None = None

    def touches(self, begins: datetime, ends: datetime) -> bool:
        return self.begins <= ends and (self.ends is None or begins <= self.ends)


@dataclass
class Journal:
    """All that was done, in order."""

    entries: list[Entry] = field(default_factory=list)

    @property
    def active(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.ends is None]

    def spans(self) -> Iterator[tuple[datetime, datetime, Broken]]:
        """Yield the times between two deeds, with what was broken."""
        times = sorted({t for e in self.entries for t in (e.begins, e.ends) if t is not None})
        for begins, ends in zip(times, times[1:], strict=False):
            whole = Broken()
            for entry in self.entries:
                if entry.begins <= begins and (entry.ends is None or entry.ends >= ends):
                    whole |= entry.scenario.broken
            yield begins, ends, whole


def disturb(watched: Watched, choices: Sequence[Scenario], seconds: float, dice: random.Random) -> Journal:
    """Break and mend at random for so many seconds, then mend all. The monitor is killed now and then."""
    journal, end = Journal(), time.monotonic() + seconds
    while time.monotonic() < end:
        if len(journal.active) < AT_ONCE and (not journal.active or dice.random() < 0.6):
            _break_one(watched, journal, choices, dice)
        else:
            _mend(watched, journal, dice.choice(journal.active))
        if dice.random() < 0.03:
            watched.restart()
        time.sleep(dice.uniform(*PAUSE_S))
    for entry in journal.active:
        _mend(watched, journal, entry)
    return journal


def _break_one(watched: Watched, journal: Journal, choices: Sequence[Scenario], dice: random.Random) -> None:
    touched = {name for entry in journal.active for name in entry.scenario.touches(watched.network)}
    chosen = dice.choice([c for c in choices if not touched & c.touches(watched.network)])
    journal.entries.append(Entry(chosen, datetime.now(UTC)))
    watched.break_all([chosen])


def _mend(watched: Watched, journal: Journal, entry: Entry) -> None:
    watched.mend_all([entry.scenario])
    entry.ends = datetime.now(UTC)


def differences(
    journal: Journal, incidents: Sequence[Incident], spells: Sequence[Spell], watched: Watched
) -> list[str]:
    """Return where the history is not what was done; nothing: they are equal."""
    faults = [i for i in incidents if i.root_cause.kind != "alarm"]
    found = [f"not closed: {tell(i.as_json())}" for i in faults if i.closed is None]
    found += _without_reason(journal, faults, watched)
    found += _forgotten(journal, faults, watched)
    return [*found, *_dark_sites(journal, spells, watched.explainer)]


def _without_reason(journal: Journal, incidents: Sequence[Incident], watched: Watched) -> Iterator[str]:
    """Yield incidents whose root nobody broke at that time."""
    for incident in incidents:
        there = [e for e in journal.entries if e.touches(incident.since - LATE, incident.since + EARLY)]
        blamed = {root for entry in there for root in entry.scenario.may_be_called(watched.network)}
        blamed |= _together(there, watched)
        roots = {(str(p.id.kind), p.id.name) for p in incident.parts} or {_root(incident)}
        if not roots <= blamed:
            yield f"nobody broke it: {tell(incident.as_json())}; then: {[e.scenario.name for e in there]}"


def _together(entries: Sequence[Entry], watched: Watched) -> set[Root]:
    """Return the devices that lost all of their lines by several failures: they cannot be told from dead ones."""
    lost = {name for entry in entries for name, _ in entry.scenario.faults}
    lost |= {n for e in entries if e.scenario.power for n in watched.explainer.lines[e.scenario.power]}
    return {("device", device) for device, lines in watched.explainer.lines.items() if lines and lines <= lost}


def _forgotten(journal: Journal, incidents: Sequence[Incident], watched: Watched) -> Iterator[str]:
    """Yield failures that stood alone for long enough and are not exactly one incident, from then to then."""
    for entry in journal.entries:
        if not _alone(entry, journal):
            continue
        wanted = watched.expected(entry.scenario)
        mine = [i for i in incidents if _is(i, wanted) and entry.touches(i.since, i.since) and i.merged_into is None]
        if len(mine) != 1:
            yield f"{entry.begins:%H:%M:%S} {wanted}: {len(mine)} incidents {[tell(i.as_json()) for i in mine]}"
        elif set(mine[0].peak) != wanted.sites:
            yield f"{entry.begins:%H:%M:%S} {wanted}: other sites: {tell(mine[0].as_json())}"
        elif mine[0].since > entry.begins + LATE or (entry.ends and _cleared(mine[0]) < entry.ends - EARLY):
            yield f"{entry.begins:%H:%M:%S} to {entry.ends:%H:%M:%S} {wanted}: other times: {tell(mine[0].as_json())}"


def _is(incident: Incident, wanted: Expected) -> bool:
    return _root(incident) in wanted.roots


def _root(incident: Incident) -> Root:
    return str(incident.root_cause.kind), incident.root_cause.name


def _cleared(incident: Incident) -> datetime:
    return incident.cleared or incident.closed or datetime.now(UTC)


def _alone(entry: Entry, journal: Journal) -> bool:
    """Say whether a failure lasted, and nothing else was broken or had just been mended in its part of the network."""
    if entry.ends is None or entry.ends - entry.begins < LATE:
        return False
    around = (entry.begins - 2 * LATE, entry.ends + LATE)
    others = [e for e in journal.entries if e is not entry and e.touches(*around)]
    if any(e.scenario.regions & entry.scenario.regions or not e.scenario.regions for e in others):
        return False
    lately = (e for e in journal.entries if e is not entry and e.touches(entry.begins - HELD, entry.begins))
    return not any(_broken(e) & _broken(entry) for e in lately)


def _broken(entry: Entry) -> set[str]:
    """Return the lines, and the device without power, of a failure."""
    return {name for name, _ in entry.scenario.faults} | ({entry.scenario.power} if entry.scenario.power else set())


def _dark_sites(journal: Journal, spells: Sequence[Spell], explainer: Explainer) -> Iterator[str]:
    """Yield where availability has another time without a site than the lines and the power that were taken away."""
    dark: dict[str, list[tuple[datetime, datetime]]] = {}
    for begins, ends, broken in journal.spans():
        for site in explainer.cut_off(broken):
            _add(dark.setdefault(site, []), begins, ends)
    counted: dict[str, list[tuple[datetime, datetime]]] = {}
    for spell in sorted(spells, key=lambda s: s.begins):
        if spell.kind is SpellKind.SITE and spell.loss is Loss.DOWN:
            _add(counted.setdefault(spell.name, []), spell.begins, spell.ends or datetime.now(UTC))
    yield from _outside(dark, counted, "was dark, and availability does not know", least=LATE)
    yield from _outside(counted, dark, "was reached, and availability says it was not", least=timedelta())


def _add(spans: list[tuple[datetime, datetime]], begins: datetime, ends: datetime) -> None:
    """Add a span to those before it, in order of time."""
    if spans and begins <= spans[-1][1]:
        spans[-1] = (spans[-1][0], max(ends, spans[-1][1]))
    else:
        spans.append((begins, ends))


Spans = Mapping[str, Sequence[tuple[datetime, datetime]]]


def _outside(these: Spans, those: Spans, what: str, least: timedelta) -> Iterator[str]:
    """Yield the spans of these that touch none of those, and those whose ends are further apart than may be."""
    for site, spans in these.items():
        for begins, ends in spans:
            near = [(b, e) for b, e in those.get(site, ()) if b <= ends + LATE and begins - LATE <= e]
            if not near and ends - begins > least:
                yield f"{site} {what}: {begins:%H:%M:%S} to {ends:%H:%M:%S}"
