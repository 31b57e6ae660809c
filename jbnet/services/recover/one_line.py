"""A change of a line or two on devices, made by a step of a runbook: what ``set-cost`` and ``set-session`` share.

A change like any other (``jbnet.services.deploy``): planned from what runs, locked, backed up, committed on the
device's own timer, looked at with a new login, confirmed. What else drifted there stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from jbnet.change.applied import applied
from jbnet.change.endings import GOOD
from jbnet.change.model import Change, Plan
from jbnet.model.errors import CommandFailed, Refused, UsageError
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.platforms.masking import masked
from jbnet.ports import DeviceSession
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.plan import managed, plan
from jbnet.services.deploy.secrets import Standing
from jbnet.services.pool import Held, each

T = TypeVar("T")
ASK_S = 20.0
"""Seconds for routers to be read, all at the same time."""


@dataclass(frozen=True)
class Given:
    """Implements Aim: each device shall run a text that was made of what it runs."""

    texts: Mapping[str, str]

    def config(self, device: Device) -> str:
        """Return the text."""
        return self.texts[device.name]

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        """Return nothing: secrets are left as they are."""
        del device, named, running
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return nothing: what speaks against it was asked before."""
        del device, runs
        return ()


class OneLine:
    """Changes a line on some devices. ``desk`` is made when used: a recovery without such a step opens none of it."""

    def __init__(self, network: Network, desk: Callable[[], Desk]):
        self._network, self._make = network, desk

    @cached_property
    def desk(self) -> Desk:
        """What changes are made with; a line says nothing of which secrets are loaded."""
        return replace(self._make(), loaded=None)

    def carry_out(self, subject: str, names: Sequence[str], rewrite: Callable[[str, str], str]) -> Plan:
        """Change devices to what ``rewrite`` makes of each one's name and of what runs there; return the plan.

        ``subject``: the circuit that it is about. Raises UsageError for devices that are not managed, Refused and
        CommandFailed where it is not done, and what kept a device from being read.
        """
        running = all_of(self.asked(names, lambda session, _name: session.running_config().config))
        made = self._plan(subject, {name: rewrite(name, running[name]) for name in names})
        if not made.changes:
            return made
        begun = applied(self.desk.journal.entries()).get(made.hash)
        outcome = apply(made, self.desk, resume=begun is not None and begun.ended is None)
        if not outcome.ok:
            why = "; ".join(str(one.reason) for one in outcome.results if one.state not in GOOD and one.reason)
            kind = Refused if outcome.refused else CommandFailed
            raise kind("{circuit} is not changed: {reason}", circuit=subject, reason=why or "interrupted")
        return made

    def asked(self, names: Sequence[str], look: Callable[[DeviceSession, str], T]) -> dict[str, T | Exception]:
        """Log in to devices at the same time; return what each gave."""

        def work(name: str, held: Held) -> T:
            with held.session(self.desk.sessions.session(self._network.devices[name])) as session:
                session.open()
                return look(session, name)

        return each(names, work, workers=self.desk.timing.workers, deadline_s=ASK_S)

    def _plan(self, subject: str, texts: Mapping[str, str]) -> Plan:
        network, desk = self._network, self.desk
        devices = [network.devices[name] for name in texts]
        if len(managed(network, devices)) < len(devices):
            raise UsageError("{circuit}: not all of its ends are managed by jbnet", circuit=subject)
        made = plan(network, devices, desk.sessions, desk.reporter, aim=Given(texts), known=list(texts))
        for name, reason in made.unasked.items():
            raise CommandFailed("{device} is not changed: {reason}", device=name, reason=reason)
        return replace(made, changes={name: self._without_secrets(texts, name, made) for name in made.changes})

    def _without_secrets(self, texts: Mapping[str, str], name: str, made: Plan) -> Change:
        """Return the change as a plan may hold it; the file among the backups has what is to run, whole."""
        change, platform = made.changes[name], self._network.devices[name].platform
        bare = masked(platform, texts[name])
        if bare == texts[name]:
            return change
        return replace(change, intended=bare, source=self.desk.backups.keep(name, texts[name]))


def all_of(found: Mapping[str, T | Exception]) -> dict[str, T]:
    """Return what every device gave. Raises what kept one of them from it."""
    for one in found.values():
        if isinstance(one, Exception):
            raise one
    return {name: one for name, one in found.items() if not isinstance(one, Exception)}
