"""Huawei VRP5 (AR branch routers): commands act at once, and the system has no trial commit.

The only timer on the device is a planned restart (``schedule reboot``, AR Series Command Reference), which runs what
is *saved* and takes everything behind the router down for minutes. It is used only where ``optional_args`` says
``reboot_timer`` (whoever plans knows what depends on the router), where what runs is what is saved, and where the
change leaves the clock alone. Without it a change with a timer is refused.
"""

from __future__ import annotations

import re

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.commandline import complaints
from jbnet.adapters.commandline.dialect import Reply
from jbnet.adapters.vrp.dialect import SAVED, VRP5_DIALECT
from jbnet.adapters.vrp.getters import VrpGetters
from jbnet.model.errors import CommandFailed, Refused, Unreachable
from jbnet.model.text import text
from jbnet.platforms.changing import changing
from jbnet.ports import Difference

_PLANNED = re.compile(r"will reboot at (?P<at>[^\n]+)")


class Vrp5Driver(VrpGetters):
    """A Huawei router with VRP5. A commit with ``revert_in`` needs ``optional_args["reboot_timer"]``."""

    platform = "vrp5"
    dialect = VRP5_DIALECT
    differ = AnnetDiffer("vrp5")

    _before = ""

    def _make_run(self, difference: Difference, before: str, intended: str, message: str, revert_in: int) -> None:
        if revert_in:
            self._plan_restart(difference, revert_in)
        try:
            self._load(difference, intended)
        except (CommandFailed, Unreachable) as error:
            raise self._failed(error, self._taken_back(before)) from error
        self._before = before

    def _load(self, difference: Difference, intended: str) -> None:
        self._ask("system-view")
        self._type_all(difference.commands)
        self._ask("return")
        self._check_runs(intended)

    def _taken_back(self, before: str) -> str:
        """Put back what ran, over a new session where the old one broke; return what could not be put back.

        Raises Unreachable where nobody gets through: a planned restart puts it back then.
        """
        self._is_in_session("return")
        sent = self.sent
        try:
            self._ask("system-view")
            self._type_all(self.differ.compare(self._running(), before).commands)
        except CommandFailed:
            pass  # what is left is told below
        finally:
            self.sent = sent
        self._terminal.type("return", timeout=float(self.timeout))
        left = self._left(self._running(), before)
        if not left and self._waiting():
            self._cancel_restart()
        return left

    # the planned restart

    def _plan_restart(self, difference: Difference, revert_in: int) -> None:
        """Plan a restart. Raises Refused where it would not bring back what runs, or was not allowed."""
        self._check_restart(difference)
        minutes = max(1, -(-revert_in // 60))
        self._terminal.ask(
            f"schedule reboot delay {minutes}", Reply("confirm|continue|sure", "y"), timeout=float(self.timeout)
        )
        if not self._waiting():
            raise CommandFailed("{device}: the restart could not be planned", device=self.hostname)

    def _check_restart(self, difference: Difference) -> None:
        if not self.optional_args.get("reboot_timer"):
            raise Refused(
                "{device}: VRP5 has no trial commit; its only timer is a restart, which was not allowed",
                device=self.hostname,
                hint=text("change it without a timer in a maintenance window, or allow the restart for this device"),
            )
        if line := next((path[0] for path in difference.commands if re.match(changing("vrp5").clock, path[0])), ""):
            raise Refused(
                "{device}: `{line}` touches the clock, by which the restart is planned that takes the change back",
                device=self.hostname, line=line,
            )  # fmt: skip
        if not self._is_saved():
            raise Refused(
                "{device}: what runs is not what is saved, and a restart would bring back what is saved",
                device=self.hostname, hint=text("save on {device}, then plan again", device=self.hostname),
            )  # fmt: skip

    def _waiting(self) -> str:
        planned = _PLANNED.search(self._ask("display schedule reboot"))
        return f"schedule reboot {planned['at'].strip()}" if planned else ""

    def _cancel_restart(self) -> None:
        """Cancel the restart and read back that it is cancelled. Raises CommandFailed."""
        self._terminal.ask("undo schedule reboot", Reply("continue|sure|confirm", "y"), timeout=float(self.timeout))
        if still := self._waiting():
            raise CommandFailed(
                "{device}: the planned restart is not cancelled: {said}", device=self.hostname, said=still
            )

    def _keep(self) -> None:
        """Save what runs, then cancel the restart: in this order a restart in between harms nobody's configuration."""
        if not self._waiting():
            raise complaints.nothing_waits(self.hostname)
        self._save()
        self._cancel_restart()

    def rollback(self) -> None:
        """Put back what ran before the last commit. Raises CommandFailed where this session does not know it."""
        waiting = bool(self._waiting())
        before = self._startup() if waiting else self._before
        if not before:
            raise CommandFailed(
                "{device}: VRP5 keeps no earlier configuration, and this session committed none", device=self.hostname,
                hint=text("load the backup of {device} as candidate", device=self.hostname),
            )  # fmt: skip
        was_saved = not waiting and self._is_saved()
        self.sent = ()
        if left := self._taken_back(before):
            raise complaints.not_back(self.hostname, left)
        if was_saved:
            self._save()
        self._before = ""

    def _save(self) -> None:
        self._check_saved(self._terminal.ask("save", *SAVED, timeout=float(self.timeout)))
