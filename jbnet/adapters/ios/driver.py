"""Cisco IOS and IOS XE: NAPALM's own driver for what it reads; its commit timer around lines that are typed and judged.

Cisco IOS Configuration Fundamentals, "Configuration Replace and Configuration Rollback": ``configure terminal revert
timer MINUTES`` keeps what runs in the archive and puts it back unless ``configure confirm`` follows. NAPALM loads files
(over SCP, or by Tcl) and looks for words in the answer; here each line's answer is judged before the next is typed, and
nothing has to be switched on but the archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from napalm.ios.ios import IOSDriver

from jbnet.adapters.commandline import complaints
from jbnet.adapters.commandline.dialect import Dialect, Reply
from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.adapters.frr.candidate import merged
from jbnet.adapters.hier_differ import HierDiffer
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.text import text
from jbnet.ports import Difference

_PROMPT = re.compile(r"([^\s<>()\[\]#]+)[#>]")
_CONFIGURING = re.compile(r"([^\s<>()\[\]#]+)\(((?:config|cfg-crypto|ipsec-profile)[^()]*)\)#")
_USERNAMES = Reply("remove all username", "y")
_NEIGHBOUR = re.compile(r"^(?P<id>\d\S+)\s+\d+\s+(?P<state>\w+)/\s*\S+\s+\S+\s+\d\S+\s+(?P<port>\S+)\s*$", re.MULTILINE)
MOST_MINUTES = 120


def _view(said: str, names: Iterable[str]) -> str | None:
    """Return the view that a prompt names, ``<`` outside of configuration; None: it is no prompt of ours."""
    inside, outside = _CONFIGURING.fullmatch(said), _PROMPT.fullmatch(said)
    if inside is not None:
        return inside.group(2) if inside.group(1) in names else None
    return "<" if outside is not None and outside.group(1) in names else None


DIALECT = Dialect(
    "ios", "terminal length 0", re.compile(r"^[ \t]*% ?(?!Warning|Interface \S+ IPv)\w+", re.MULTILINE),
    ("Router", "Switch"), greeting=_PROMPT, view=_view, renames="hostname ",
)  # fmt: skip


class IosDriver(CommandLineDriver, IOSDriver):  # type: ignore[misc]  # napalm is untyped
    """A router with IOS or IOS XE whose archive is on. ``revert_in`` is rounded up to whole minutes, at most 120."""

    platform = "ios"
    probe = "ip route 192.0.2.1 255.255.255.255 Null0"
    leave = "exit"
    dialect = DIALECT
    differ = HierDiffer("ios")

    _before = ""

    def _send_command(self, command: str) -> str:
        """Ask for one of NAPALM's getters."""
        return self._terminal.type(command, timeout=float(self.timeout)).strip()

    def _shown(self, command: str) -> str:
        """Return a whole configuration; a cut one is never taken for it."""
        return self._ask(command, whole="end")

    def _running(self) -> str:
        return self._shown("show running-config")

    def _startup(self) -> str:
        return self._shown("show startup-config")

    def _intended(self, running: str) -> str:
        candidate = self._candidate
        if candidate is None or candidate.is_whole:
            return super()._intended(running)
        return merged(candidate.config, running)

    def _ask(self, line: str, **how: Any) -> str:
        return self._terminal.ask(line, _USERNAMES, timeout=float(self.timeout), **how)

    def _make_run(self, difference: Difference, before: str, intended: str, message: str, revert_in: int) -> None:
        del message  # it has no place in IOS
        timer = f" revert timer {min(-(-revert_in // 60), MOST_MINUTES)}" if revert_in else ""
        self.sent = ()
        try:
            self._ask(f"configure terminal{timer}")
            self._type_all(difference.commands)
            self._ask("end")
            self._check_runs(intended)
        except (CommandFailed, Unreachable) as error:
            raise self._failed(error, self._taken_back(before)) from error
        self._before = before

    def _taken_back(self, before: str) -> str:
        """Put back what ran, over a new session where the old one broke; return what could not be put back.

        Raises Unreachable where nobody gets through: the timer puts it back then.
        """
        self._is_in_session("end")
        try:
            self._put_back(before)
        except CommandFailed as error:
            return str(error.text)
        return self._left(self._running(), before)

    def _put_back(self, before: str) -> None:
        """Let the device put back what its timer would; without a timer, type the way back."""
        if self._waiting():
            self._ask("configure revert now")
            return
        sent, commands = self.sent, self.differ.compare(self._running(), before).commands
        try:
            self._ask("configure terminal")
            self._type_all(commands)
        finally:
            self.sent = sent
            if self._terminal.is_open:
                self._terminal.type("end", timeout=float(self.timeout))

    def _waiting(self) -> str:
        said = self._terminal.type("show archive config rollback timer", timeout=float(self.timeout))
        found = re.search(r"Timer value: (?P<left>.+)", said)
        return f"configure revert timer ({found['left'].strip()})" if found else ""

    def _keep(self) -> None:
        if not self._waiting():
            raise complaints.nothing_waits(self.hostname)
        self._ask("configure confirm")
        self._save()

    def rollback(self) -> None:
        """Put back what ran before the last commit; ends the timer. Raises CommandFailed."""
        waiting = bool(self._waiting())
        if not waiting and not self._before:
            raise CommandFailed(
                "{device}: IOS keeps no earlier configuration by name, and this session committed none",
                device=self.hostname, hint=text("load the backup of {device} as candidate", device=self.hostname),
            )  # fmt: skip
        was_saved = not waiting and self._is_saved()
        self._put_back(self._before)
        if was_saved:
            self._save()
        self._before = ""

    def _save(self) -> None:
        question = Reply("Overwrite|Continue", "y")
        self._check_saved(self._terminal.ask("write memory", question, timeout=float(self.timeout)), "[ok]")

    def _is_saved(self) -> bool:
        return not self.differ.compare(self._running(), self._startup())

    def get_ospf_neighbors(self) -> list[dict[str, Any]]:
        """Return one mapping per neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328 names)."""
        said = self._terminal.type("show ip ospf neighbor", timeout=float(self.timeout))
        return [
            {"router_id": found["id"], "interface": found["port"], "state": found["state"].capitalize()}
            for found in _NEIGHBOUR.finditer(said)
        ]
