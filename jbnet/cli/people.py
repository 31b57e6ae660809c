"""What people have noted on incidents, for the commands that show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.times import both
from jbnet.model.errors import JbnetError

if TYPE_CHECKING:
    from jbnet.monitor.actions import Desk, Notes, Picks
    from jbnet.monitor.incidents import Incident
    from jbnet.ports import StoreView


@dataclass(frozen=True, slots=True)
class People:
    """Notes and silences as of ``now``."""

    desk: Desk
    now: datetime
    picks: Picks

    def as_json(self, incident: Incident) -> dict[str, object]:
        """Return an incident for ``--json`` with what people noted on it."""
        from jbnet.monitor.board import Entry

        return Entry(incident, self.desk.of(incident.id), self.desk.silenced(incident, self.now, self.picks)).as_json()

    def by_urgency(self, incidents: Iterable[Incident]) -> list[Incident]:
        """Return open incidents in the order in which they are read once: the worst first, whoever is on them."""
        from jbnet.monitor.board import by_urgency, entries

        return [entry.incident for entry in by_urgency(entries(incidents, self.desk, self.now, self.picks, None))]

    def print(self, context: Context, incident: Incident, *, whole: bool = False) -> None:
        """Print what people noted on an incident. ``whole``: every comment, not only the last."""
        print_notes(context, self.desk.of(incident.id), whole=whole)
        silence = self.desk.silenced(incident, self.now, self.picks) if incident.closed is None else None
        if silence is not None:
            template = "  silenced until {until} by {who}: {comment}"
            context.wrapped(template, until=both(silence.until), who=silence.who, comment=silence.comment)


def people(context: Context, view: StoreView, now: datetime) -> People:
    """Return what people noted. A declaration with errors keeps nobody from looking: selectors then pick nothing."""
    from jbnet import wiring

    desk = wiring.desk_of(context.state_dir, view)
    if not any(silence.holds(now) and not silence.target.isdigit() for silence in desk.silences.values()):
        return People(desk, now, _nothing)
    try:
        return People(desk, now, wiring.picks(wiring.load_network(context.directory, context.state_dir)))
    except JbnetError:
        return People(desk, now, _nothing)


def _nothing(_selector: str) -> frozenset[str]:
    return frozenset()


def print_notes(context: Context, notes: Notes, *, whole: bool = False) -> None:
    """Print who is on an incident, and what was said."""
    if notes.acknowledged is not None:
        who, when = notes.acknowledged
        context.wrapped(
            "  acknowledged by {who} at {time}; on it: {owner}", who=who, time=both(when), owner=notes.owner
        )
    for comment in notes.comments if whole else notes.comments[-1:]:
        context.wrapped("  {who} at {time}: {comment}", who=comment.who, time=both(comment.time), comment=comment.said)
