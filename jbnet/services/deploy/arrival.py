"""How a device is found by an apply: logged into, at rest, as planned, done, or waiting from an earlier run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto

from jbnet.config.bootstrap import bootstrap
from jbnet.config.reading import tree
from jbnet.model.errors import CommandFailed, Refused, Unreachable
from jbnet.model.text import text
from jbnet.ports import DeviceSession, RunningConfig
from jbnet.services.deploy.acts import Acts
from jbnet.services.deploy.earlier import EarlierRun
from jbnet.services.deploy.sight import Sight
from jbnet.services.deploy.survey import is_first
from jbnet.services.pool import Held


class Standing(Enum):
    """How far a device is when it is logged into: as planned, committed by an earlier run and waiting, or done."""

    PLANNED = auto()
    WAITING = auto()
    DONE = auto()


class Arrival:
    """Comes to one device. ``earlier``: what killed runs of the plan did."""

    def __init__(self, sight: Sight, acts: Acts, earlier: EarlierRun):
        self.sight, self.acts, self.earlier = sight, acts, earlier
        self.desk, self.device, self.timing = acts.desk, acts.device, acts.timing

    @contextmanager
    def login(self, held: Held) -> Iterator[DeviceSession]:
        """Log in. The way to a device behind one that was deployed a moment ago appears when routing has settled.

        One that an earlier run left with a timer comes back when that has run out at the latest.
        """
        clock, timing = self.desk.clock, self.timing
        settling = 0.0 if self.sight.change.reached else timing.look_s
        end = clock.monotonic() + max(settling, self.earlier.timer_left(self.device.name, clock.now()))
        while True:
            with held.session(self.desk.sessions.session(self.device)) as session:
                try:
                    session.open()
                except Unreachable:
                    if held.abandoned.is_set() or clock.monotonic() >= end:
                        raise
                else:
                    yield session
                    return
            clock.sleep(timing.poll_s)

    def standing(self, session: DeviceSession, dry_run: bool) -> tuple[Standing, str]:
        """Return how far the device is, and what runs. Raises Refused where it is not as planned.

        An unconfirmed change that is what we want was left behind by an earlier run; others are somebody else's.
        """
        runs = self._at_rest(session)
        config, right = runs.config, self.sight.is_right(runs.config)
        if runs.on_trial:
            if dry_run or not right:
                raise CommandFailed(
                    "{device}: a change that nobody confirmed runs there; plan again later", device=self.device.name
                )
            return Standing.WAITING, config
        if right and not self.sight.stale(config):
            if not dry_run and self.device.name in self.earlier.confirming:
                self._save(session)
            return Standing.DONE, config
        self._check_as_planned(config)
        return Standing.PLANNED, config

    def _at_rest(self, session: DeviceSession) -> RunningConfig:
        """Return what runs, once nothing is on trial there that is not ours to confirm.

        What an earlier run began is waited for: the device may be in the middle of it, or of taking it back.
        """
        clock, timing = self.desk.clock, self.timing
        end = clock.monotonic() + self.earlier.timer_left(self.device.name, clock.now())
        while True:
            try:
                runs = session.running_config()
                if not runs.on_trial or self._can_be_confirmed(runs.config) or clock.monotonic() >= end:
                    return runs
            except Unreachable:  # a device whose timer is a restart ends the session
                if clock.monotonic() >= end:
                    raise
                with suppress(Unreachable):
                    session.open()
            clock.sleep(timing.wait_s)

    def _can_be_confirmed(self, config: str) -> bool:
        """Say whether what waits is what we want, and whether there is time to look at it and confirm it."""
        too_late = self.earlier.is_about_to_end(self.device.name, self.desk.clock.now())
        return self.sight.is_right(config) and not too_late

    def _save(self, session: DeviceSession) -> None:
        """Save what an earlier run confirmed: it may have been killed before that was saved."""
        texts = session.get_config()
        if self.sight.differs(texts["startup"], texts["running"]):
            session.load_replace_candidate(config=texts["running"])
            self.acts.save(session)

    def _check_as_planned(self, config: str) -> None:
        """Raise Refused where the device is not in the state from which the plan starts.

        The same start and the same end are the same difference: what was shown is what will be done.
        """
        if not self._is_as_planned(config):
            if not self.sight.change.reached and not is_first(self.device, tree(self.device.platform, config)):
                raise Refused(
                    "{device} was deployed before; the plan, made when it did not answer, takes it for a new one",
                    device=self.device.name,
                    hint=text("plan again, now that it answers"),
                )
            raise Refused(
                "{device} is no longer as planned: its configuration was changed since",
                device=self.device.name,
                hint=text("look with: jbnet plan device:{device}", device=self.device.name),
            )

    def _is_as_planned(self, config: str) -> bool:
        """Say whether a configuration is the one that the plan starts from.

        A device that was not reached was assumed to run its bootstrap; what it adds by itself, as ports that are shut,
        does not count.
        """
        if self.sight.fingerprint(config) == self.sight.change.before:
            return True
        assumed = bootstrap(self.desk.network, self.device) if not self.sight.change.reached else ""
        return self.sight.fingerprint(assumed) == self.sight.change.before and not self.sight.differs(config, assumed)
