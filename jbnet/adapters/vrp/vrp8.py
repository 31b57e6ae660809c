"""Huawei VRP8 (NetEngine, larger AR): two-phase configuration and its own trial commits.

HUAWEI NetEngine 8000 F1A and CloudEngine 6800, Command Reference: ``commit``, ``abort trial``, ``display configuration
trial status``, ``rollback configuration``. A trial has a name (``persist``): one without would end with its session,
and only the session that began it could confirm it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.commandline import complaints
from jbnet.adapters.commandline.dialect import Reply
from jbnet.adapters.vrp.dialect import SAVED, VRP8_DIALECT
from jbnet.adapters.vrp.getters import VrpGetters
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.text import text
from jbnet.ports import Difference

LEAST_TRIAL_S = 60
MOST_TRIAL_S = 65535
DESCRIPTION = 60
OURS = "jbnet-"
_STATUS = re.compile(r"Trial status\s*:\s*(?P<status>\w+)")
_PERSIST = re.compile(r"Persist id\s*:\s*(?P<id>\S+)", re.IGNORECASE)
_LEFT = re.compile(r"time left \(sec\)\s*:\s*(?P<left>\d+)")
_POINT = re.compile(r"^[ \t]*1\)?\s+\*?(?P<id>\d{10})\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial run: its name ('': it has none) and the seconds that are left."""

    persist: str
    left_s: int


class Vrp8Driver(VrpGetters):
    """A Huawei router with VRP8. ``revert_in`` below 60 s means 60 s: the system's shortest trial."""

    platform = "vrp8"
    dialect = VRP8_DIALECT
    differ = AnnetDiffer("vrp8")

    _point = ""

    def _make_run(self, difference: Difference, before: str, intended: str, message: str, revert_in: int) -> None:
        self._point = self._newest_point()
        self._ask("system-view")
        try:
            self._type_all(difference.commands)
            self._check_candidate(intended)
            self._ask(_commit(message, revert_in))
        except CommandFailed as error:
            self._drop_candidate()
            raise self._failed(error, self._left(self._running(), before)) from error
        self._ask("return")

    def _check_candidate(self, intended: str) -> None:
        """See that the device would run what is intended before it does. Raises CommandFailed."""
        if intended and (left := self._left(self._ask("display configuration candidate merge"), intended)):
            raise CommandFailed(
                "{device}: what it would run is not what was planned: {left}", device=self.hostname, left=left
            )

    def _drop_candidate(self) -> None:
        """Forget what was typed; the candidate ends with the session where the device no longer listens."""
        try:
            self._terminal.type("clear configuration candidate", timeout=float(self.timeout))
            self._terminal.type("return", timeout=float(self.timeout))
        except (Unreachable, CommandFailed):
            self._terminal.close()
            self._terminal.open()

    def _newest_point(self) -> str:
        found = _POINT.search(self._ask("display configuration commit list 1"))
        return found["id"] if found else ""

    def _trial(self) -> Trial | None:
        said = self._ask("display configuration trial status")
        status, persist, left = _STATUS.search(said), _PERSIST.search(said), _LEFT.search(said)
        if status is None or status["status"] == "INACTIVE":
            return None
        return Trial(persist["id"] if persist else "", int(left["left"]) if left else -1)

    def _waiting(self) -> str:
        trial = self._trial()
        return f"commit trial {trial.persist} ({trial.left_s} s)" if trial else ""

    def _keep(self) -> None:
        trial = self._our_trial()
        self._in_system_view(f"commit persist {trial.persist}")
        if still := self._waiting():
            raise complaints.cannot_confirm(self.hostname, still)
        self._save()

    def _our_trial(self) -> Trial:
        trial = self._trial()
        if trial is None:
            raise complaints.nothing_waits(self.hostname)
        if not trial.persist.startswith(OURS):
            raise complaints.cannot_confirm(self.hostname, text("somebody else began the trial that runs there"))
        return trial

    def rollback(self) -> None:
        """Put back what ran before the last commit; ends the trial. Raises CommandFailed.

        A commit that was saved is put back in what is saved, too. Somebody else's trial is left alone.
        """
        trial = self._trial()
        if trial is not None:
            if not trial.persist.startswith(OURS):
                raise complaints.not_back(self.hostname, text("somebody else began the trial that runs there"))
            self._in_system_view(f"abort trial persist {trial.persist}", Reply("rolled back", "y"))
        else:
            was_saved = self._is_saved()
            to = f"to commit-id {self._point}" if self._point else "last 1"
            self._terminal.ask(
                f"rollback configuration {to}", Reply("revert configuration changes", "y"), timeout=float(self.timeout)
            )
            if was_saved:
                self._save()
        self._point = ""

    def _in_system_view(self, line: str, *replies: Reply) -> None:
        self._ask("system-view")
        try:
            self._terminal.ask(line, *replies, timeout=float(self.timeout))
        finally:
            if self._terminal.is_open:
                self._ask("return")

    def _save(self) -> None:
        self._check_saved(self._terminal.ask("save", *SAVED, timeout=float(self.timeout)))


def _commit(message: str, revert_in: int) -> str:
    """Return the command; a description holds 60 characters of ASCII."""
    description = re.sub(r"[^!-~ ]+", "?", message.strip())[:DESCRIPTION].strip()
    words = [f"description {description}"] if description else []
    if revert_in:
        seconds = min(max(revert_in, LEAST_TRIAL_S), MOST_TRIAL_S)
        words = [f"trial {seconds} persist {OURS}{secrets.token_hex(4)}", *words]
    return " ".join(["commit", *words])
