"""Reads the monitor's store for a screen, and appends what somebody wants done. Never writes to the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from jbnet import wiring
from jbnet.cli.context import Context
from jbnet.cli.watch.model import PageKind, Target, Wish
from jbnet.cli.watch.picture import NO_DETAILS, Details, Picture
from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.monitor.actions import Action, Deed, Picks
from jbnet.monitor.board import Entry, entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.model.network import Network
    from jbnet.monitor.state import DeviceState
    from jbnet.ports import StoreView

LATELY = timedelta(minutes=5)
"""What of a device's looks is drawn."""
EVENTS = 15
"""What of a device's events is listed."""
SAID = {
    Deed.ACKNOWLEDGE: text("#{id} is acknowledged").template,
    Deed.RELEASE: text("#{id} is not acknowledged any more").template,
    Deed.COMMENT: text("noted on #{id}").template,
    Deed.OWN: text("#{id} is handed over").template,
    Deed.SILENCE: text("#{id} is silenced").template,
}
"""What is said of a deed that is done."""


class Source:
    """Opens the store when it is first asked, and again where another file has taken its place."""

    def __init__(self, context: Context, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self._context, self._clock = context, clock
        self._view: StoreView | None = None
        self._file: tuple[int, int] | None = None
        self._last = Picture(clock())

    def start(self) -> None:
        """Open the store. Raises Missing where nothing was ever monitored."""
        self.view()

    def close(self) -> None:
        """Let go of the store."""
        if self._view is not None:
            self._view.close()
            self._view = None

    @cached_property
    def network(self) -> Network | None:
        """Return the declared network; None where it cannot be read: incidents are shown all the same."""
        try:
            return wiring.load_network(self._context.directory, self._context.state_dir)
        except JbnetError:
            return None

    @cached_property
    def picks(self) -> Picks:
        """Return what says which devices a selector picks."""
        return wiring.picks(self.network) if self.network is not None else lambda _selector: frozenset()

    def picture(self, target: Target) -> Picture:
        """Return what there is to see now; where the store cannot be read, what was seen last, and why."""
        try:
            self._last = self._read(self.view(), target)
        except JbnetError as error:
            self.close()
            last = self._last
            self._last = Picture(self._clock(), last.summary, last.entries, last.details, last.network, error.text)
        return self._last

    def view(self) -> StoreView:
        """Return the view, of the file that has the store's name now."""
        file = wiring.monitor_file(self._context.state_dir)
        if self._view is None or file != self._file:
            self.close()
            self._view = wiring.monitor_view(self._context.state_dir)
            self._file = file
        return self._view

    def _read(self, view: StoreView, target: Target) -> Picture:
        now = self._clock()
        desk = wiring.desk_of(self._context.state_dir, view)
        found = entries(view.incidents(only_open=True), desk, now, self.picks, self.network)
        details = self._details(view, target, found, now)
        return Picture(now, view.summary(), found, details, self.network)

    def _details(self, view: StoreView, target: Target, found: tuple[Entry, ...], now: datetime) -> Details:
        if target.kind is PageKind.INCIDENT:
            return self._incident(view, target.name, found, now)
        if target.kind is PageKind.SITE:
            return Details(states=self._states(view, target.name))
        if target.kind is PageKind.DEVICE:
            state = view.state_of(target.name)
            samples = view.samples_of(target.name, now - LATELY)
            states = {} if state is None else {target.name: state}
            return Details(history=view.events_of(target.name, EVENTS), states=states, samples=samples)
        return NO_DETAILS

    def _incident(self, view: StoreView, number: str, found: tuple[Entry, ...], now: datetime) -> Details:
        entry = next((entry for entry in found if entry.incident.id == number), None)
        if entry is None:
            desk = wiring.desk_of(self._context.state_dir, view)
            known = [i for i in view.incidents(only_open=False) if i.id == number]
            entry = next(iter(entries(known, desk, now, self.picks, self.network)), None)
        return Details(entry, view.history(entry.incident) if entry is not None else ())

    def _states(self, view: StoreView, home: str) -> Mapping[str, DeviceState]:
        devices = self.network.devices.values() if self.network is not None else ()
        read = ((device.name, view.state_of(device.name)) for device in devices if device.home == home)
        return {name: state for name, state in read if state is not None}

    def grant(self, wish: Wish) -> Text:
        """Append what somebody wants done; return what to say. Raises JbnetError where it cannot be noted."""
        from uuid import uuid4

        from jbnet.cli.silence import length_of

        until, now = None, self._clock()
        if wish.deed is Deed.SILENCE:
            if not wish.comment:
                return text("say why: who comes later has to know")
            until = now + length_of(wish.lasts)
        action = Action(uuid4().hex, now, wiring.operator(), wish.deed, wish.incident, wish.comment, wish.owner, until)
        wiring.action_log(self._context.state_dir).append([action])
        return text(SAID[wish.deed], id=wish.incident)
