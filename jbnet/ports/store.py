"""The monitor's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # these bring networkx along, which most commands do without
    from datetime import datetime

    from jbnet.monitor.actions import Desk
    from jbnet.monitor.cursor import Cursor, Recorded
    from jbnet.monitor.incidents import Incident
    from jbnet.monitor.maintenance import Maintenance
    from jbnet.monitor.replay import Outcome, Watchbook
    from jbnet.monitor.rollup import Figures, Series
    from jbnet.monitor.samples import Round, Sample
    from jbnet.monitor.spells import Spell
    from jbnet.monitor.state import DeviceState, Event
    from jbnet.monitor.summary import Summary


class Store(Protocol):
    """Where the monitor keeps its memory: one writer. A round is in it whole or not at all."""

    def load(self) -> tuple[Watchbook, int]:
        """Return the memory as of the last committed round, and that round's number (0: none yet)."""

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round: samples, counters, states, events, incidents and outbox in one transaction."""

    def close(self) -> None:
        """Let go of it; never raises."""


class Answers(Protocol):
    """Who answered the monitor in its last round."""

    def summary(self) -> Mapping[str, object] | None:
        """Return the last round's summary (``jbnet.monitor.summary``); None: nothing was ever polled."""

    def answers(self) -> Mapping[str, bool | None]:
        """Say of every polled device whether its agent answers; None: not known yet."""


class StoreView(Answers, Protocol):
    """The same memory, read only, while the monitor writes."""

    def incidents(self, *, only_open: bool) -> Sequence[Incident]:
        """Return the incidents, latest first."""

    def desk(self) -> tuple[int, Desk]:
        """Return what people have noted on incidents, and the number of the last action that is in it."""

    def rounds(self) -> Iterable[Round]:
        """Return the recorded rounds, oldest first, for replaying."""

    def name(self) -> str:
        """Return the name of the store: numbers of incidents and events mean something only with it."""

    def changes(self) -> int:
        """Return a number that is another one after somebody has written; cheap to ask."""

    def last_event(self) -> int:
        """Return the number of the last event; 0: there is none."""

    def events(self, after: int, most: int) -> Sequence[tuple[int, Event]]:
        """Return at most so many events behind a number, with theirs, in the order in which they were kept."""

    def history(self, incident: Incident) -> Sequence[Event]:
        """Return what happened to an incident and what people did to it, oldest first.

        ``Event.data`` is the incident as it was then (``Incident.as_json``), or who did what (``by``, ``comment``,
        ``owner``; the word of the event is a ``Deed``).
        """

    def events_of(self, device: str, most: int) -> Sequence[Event]:
        """Return the last events of a device, of its interfaces and of its neighbours, latest first."""

    def samples_of(self, device: str, since: datetime) -> Sequence[Sample]:
        """Return the looks at one device that were kept since a time, oldest first."""

    def state_of(self, device: str) -> DeviceState | None:
        """Return the state of a device with its last counters; None: it was never polled."""

    def series(self, device: str) -> Sequence[Series]:
        """Return what there are graphs of for a device."""

    def graph(self, series: Series, since: datetime, until: datetime, seconds: int) -> Sequence[tuple[int, Figures]]:
        """Return what is known of a series, by the start of each span in seconds since 1970 UTC; gaps are left out.

        ``seconds``: the length of a span, ``FINE_S`` (kept 90 days) or ``COARSE_S`` of ``jbnet.monitor.rollup``.
        """

    def close(self) -> None:
        """Let go of it; never raises."""


class EventLog(Protocol):
    """The events in the order in which they were written."""

    def after(self, cursor: Cursor | None, most: int) -> Sequence[Recorded]:
        """Return at most so many events behind the cursor (None: from the first on). Raises Missing without a store."""


class SpellView(Protocol):
    """What availability is worked out from: the spells that ``Outcome.spells`` brought, kept for years."""

    def spells(self, begins: datetime, ends: datetime) -> Sequence[Spell]:
        """Return the spells that touch the span, by when they began; of one ``Spell.id`` the last that was kept."""


class Windows(Protocol):
    """The maintenance windows that changes, drills and people registered (declared ones are in monitors/)."""

    def windows(self) -> Sequence[Maintenance]:
        """Return every window that may still matter. One that was closed early has its ``ended``."""

    def register(self, window: Maintenance) -> None:
        """Keep a window; one of the same ``id`` is replaced (to close it early: the same with ``ended``)."""
