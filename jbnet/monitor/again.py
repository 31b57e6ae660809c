"""A record played again, and compared with what the monitor made of it when it was new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Round
from jbnet.monitor.spells import Spell, SpellId
from jbnet.monitor.state import Event


@dataclass
class Replayed:
    """What a record came to. ``incidents`` as they ended up, by number; ``events`` in their order."""

    begins: datetime | None = None
    ends: datetime | None = None
    rounds: int = 0
    incidents: dict[str, Incident] = field(default_factory=dict)
    spells: dict[SpellId, Spell] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same: an incident (by number) or one field of it, as it was kept and as it came out now."""

    incident: str
    part: str
    kept: object
    played: object


@dataclass(frozen=True, slots=True)
class Comparison:
    """A record played again, and where that is not what was kept."""

    played: Replayed
    differences: tuple[Difference, ...]


def replay(
    rounds: Iterable[Round],
    plant: Plant,
    policy: Policy,
    rules: Rules | Callable[[datetime], Rules],
    known: Sequence[Incident] = (),
) -> Replayed:
    """Return what the rounds come to, by the rules of then: the same for all, or by the time of the round.

    ``known``: all incidents that were kept. Those that were open already when the record begins are taken over, with
    root and beginning; without them (a record from the first round on) nothing is taken over and all must come out.
    """
    found, book = Replayed(), Watchbook()
    for turn in rounds:
        if found.begins is None:
            found.begins, book = turn.time, _book_of(known, turn)
        outcome = play(book, plant, turn, policy, rules if isinstance(rules, Rules) else rules(turn.time))
        book = outcome.book
        found.rounds, found.ends = found.rounds + 1, turn.time
        found.incidents.update({incident.id: incident for incident in outcome.incidents})
        found.spells.update({spell.id: spell for spell in outcome.spells})
        found.events.extend(outcome.events)
    return found


def _book_of(known: Sequence[Incident], first: Round) -> Watchbook:
    """Return the memory with which a record begins: the incidents that were open then, as young as they were."""
    earlier = [i for i in known if i.opened < first.time] if first.number > 1 else []
    still = {
        i.id: Incident(i.id, i.root_cause, i.since, i.opened, devices=i.devices, alarm=i.alarm)
        for i in sorted(earlier, key=lambda i: int(i.id))
        if i.closed is None or i.closed >= first.time
    }
    return Watchbook(incidents=Incidents(still, 1 + max((int(i.id) for i in earlier), default=0)))


def differences(kept: Iterable[Incident], played: Replayed) -> Iterator[Difference]:
    """Yield where the incidents that began within the record are not as they were kept.

    Of one that ended after the record only the beginning is compared: its number, its root, its times.
    """
    begins, ends = played.begins, played.ends
    if begins is None or ends is None:
        return
    theirs = {i.id: i for i in kept if begins <= i.opened <= ends}
    mine = {key: i for key, i in played.incidents.items() if i.opened >= begins}
    for key in sorted({*theirs, *mine}, key=int):
        old, new = theirs.get(key), mine.get(key)
        if old is None or new is None:
            name = (old or new or theirs[key]).root_cause
            yield Difference(key, "incident", name if old else None, name if new else None)
            continue
        whole = old.closed is not None and old.closed <= ends
        yield from _fields(key, _compared(old, whole=whole), _compared(new, whole=whole))


def _compared(incident: Incident, *, whole: bool) -> Mapping[str, object]:
    said = incident.as_json()
    return said if whole else {part: said[part] for part in ("id", "root_cause", "since", "opened")}


def _fields(key: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Difference]:
    for part, value in old.items():
        if new[part] != value:
            yield Difference(key, part, value, new[part])
