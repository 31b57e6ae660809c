"""What the pages are made of: the network as the monitor last saw it, read once for everybody who looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jbnet import wiring
from jbnet.model.errors import JbnetError
from jbnet.model.text import Text
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.board import Entry, entries
from jbnet.monitor.freshness import Freshness, freshness
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.monitor.wall import Wall, wall
from jbnet.topology.homes import homes_of

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.ports import StoreView


@dataclass(frozen=True)
class Sight:
    """One moment. ``trouble``: why the store cannot be read; what is shown then is what was seen last.

    ``found`` are the open incidents, those that call for somebody first. ``answers``: of each device whether its agent
    does; ``homes``: the devices that serve each place. ``network`` None: the declaration has errors.
    """

    now: datetime
    fresh: Freshness
    summary: Mapping[str, Any] | None = None
    found: tuple[Entry, ...] = ()
    wall: Wall = field(default_factory=Wall)
    answers: Mapping[str, bool | None] = field(default_factory=dict)
    homes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    network: Network | None = None
    trouble: Text | None = None


class Eyes:
    """Reads the monitor's store; used by one thread only, for SQLite's connections belong to theirs.

    ``last`` is what was seen last, ``network`` the declared one as of the start.
    """

    def __init__(self, directory: Path, state_dir: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._directory, self._state, self._clock = directory, state_dir, clock
        self._view: StoreView | None = None
        self._seen: object = None
        self.last = Sight(clock(), freshness(None, clock()))
        self.network: Network | None = None
        self._homes: Mapping[str, tuple[str, ...]] = {}

    def start(self) -> None:
        """Read the declaration, that of the lab where one is up; one with errors keeps nobody from looking."""
        try:
            self.network = wiring.load_network(self._directory, self._state)
        except JbnetError:
            self.network = None
        if self.network is not None:  # before the first look nobody was seen, and that is no green
            self._homes = homes_of(self.network)
            unseen = wall(self.network, (), {})
            self.last = replace(self.last, network=self.network, homes=self._homes, wall=unseen)

    def changed(self) -> bool:
        """Say whether somebody has written since the last look; cheap, for it is asked many times a second."""
        try:
            return self._mark() != self._seen
        except JbnetError:
            self.close()
            return True

    def look(self) -> Sight:
        """Return what there is to see now; where the store cannot be read what was seen last, and why."""
        now = self._clock()
        try:
            self._seen = self._mark()
            self.last = self._read(now)
        except JbnetError as error:
            self.close()
            blind = freshness(self.last.summary, now)
            self.last = replace(self.last, now=now, fresh=blind, trouble=error.text)
        return self.last

    def every(self) -> Sequence[Entry]:
        """Return all incidents, open or closed. Raises JbnetError where the store cannot be read."""
        try:
            view = self._open()
            desk = wiring.desk_of(self._state, view)
            return entries(view.incidents(only_open=False), desk, self._clock(), self._picks, self.network)
        except JbnetError:
            self.close()
            raise

    def incident(self, number: str) -> tuple[Entry, Sequence[Event]] | None:
        """Return an incident, open or closed, and its history; None where there is none of that number.

        Raises JbnetError where the store cannot be read: that is another thing than no incident.
        """
        try:
            view = self._open()
            desk = wiring.desk_of(self._state, view)
            known = [i for i in view.incidents(only_open=False) if i.id == number]
            found = entries(known, desk, self._clock(), self._picks, self.network)
            return (found[0], (*view.history(found[0].incident), *self._untaken(view, number))) if found else None
        except JbnetError:
            self.close()
            raise

    def _untaken(self, view: StoreView, number: str) -> Iterator[Event]:
        """Yield what people did to an incident and the monitor has not read yet: who did it looks for it at once."""
        taken, _ = view.desk()
        for _, action in wiring.action_log(self._state).after(taken):
            if action.target == number and action.deed is not Deed.SILENCE:
                said = {"by": action.who, "comment": action.comment, "owner": action.owner}
                yield Event(action.time, str(action.deed), Subject(SubjectKind.INCIDENT, number), said)

    def note(self, action: Action) -> None:
        """Append what somebody did, for the monitor to take. Raises JbnetError where it cannot be kept."""
        wiring.action_log(self._state).append([action])

    def close(self) -> None:
        """Let go of the store."""
        if self._view is not None:
            self._view.close()
        self._view = None

    def _read(self, now: datetime) -> Sight:
        view = self._open()
        summary = view.summary()
        desk = wiring.desk_of(self._state, view)
        found = entries(view.incidents(only_open=True), desk, now, self._picks, self.network)
        alarms = (summary or {}).get("alarms", ())
        answers = view.answers()
        seen = wall(self.network, found, answers, alarms) if self.network is not None else Wall()  # type: ignore[arg-type]  # the summary is JSON
        return Sight(now, freshness(summary, now), summary, found, seen, answers, self._homes, self.network)

    def _open(self) -> StoreView:
        if self._view is None:
            self._file = wiring.monitor_file(self._state)
            self._view = wiring.monitor_view(self._state)
        return self._view

    def _mark(self) -> object:
        """Return what is another value after the monitor or a person has written, or the store was made anew."""
        file = wiring.monitor_file(self._state)
        if self._view is not None and file != self._file:
            self.close()
        return file, self._view.changes() if self._view is not None else None, wiring.actions_mark(self._state)

    def _picks(self, selector: str) -> frozenset[str]:
        return wiring.picks(self.network)(selector) if self.network is not None else frozenset()
