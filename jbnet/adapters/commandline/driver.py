"""The half of a NAPALM driver that VRP and Comware share: candidates, comparing, and loading line by line.

A candidate stays with jbnet until it is committed: comparing sends nothing to the device. What is sent then is the
patch that the Differ computed, in its order; every line's answer is judged before the next one is typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from napalm.base.base import NetworkDriver

from jbnet.adapters.commandline.terminal import Dialect, Terminal
from jbnet.adapters.commandline.walk import Walk
from jbnet.adapters.netmiko_login import Login
from jbnet.config.lines import paths_of
from jbnet.config.sections import clean, merged
from jbnet.config.tree import Path as Line
from jbnet.config.tree import without_empty_ports
from jbnet.model.errors import CommandFailed, JbnetError
from jbnet.model.text import text
from jbnet.platforms.masking import masked
from jbnet.ports import Differ, Difference

RETURN = "return"
LEFT_SHOWN = 5
_NAMED = re.compile(r"<secret:([\w-]+)>")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was loaded: a whole configuration, or lines to be merged into what runs."""

    config: str
    is_whole: bool


class CommandLineDriver(NetworkDriver):  # type: ignore[misc]  # napalm is untyped
    """A router with a command line of Huawei's kind.

    ``hostname`` is the name under which its host key is known. ``optional_args``: ``addresses`` (tried as in
    RFC 8305; default: the host name), ``known_hosts`` (default ``~/.ssh/known_hosts``), ``key_file``, ``port``,
    ``sock`` (connected already) and ``open_timeout`` in seconds. Constructing does nothing; ``open`` logs in.
    """

    platform = ""
    probe = ""
    """A harmless line as the device shows it: a discard route to an address of documentation (RFC 5737)."""
    leave = "quit"
    """What leads out of a view."""
    dialect: Dialect
    differ: Differ

    def __init__(
        self,
        hostname: str,
        username: str,
        password: str,
        timeout: int = 60,
        optional_args: dict[str, Any] | None = None,
    ) -> None:
        given = optional_args or {}
        self.hostname, self.username, self.password, self.timeout = hostname, username, password, timeout
        self.optional_args = given
        key_file = given.get("key_file")
        login = Login(
            device=hostname, user=username, password=password,
            addresses=tuple(given.get("addresses", (hostname,))),
            known_hosts=Path(given.get("known_hosts") or Path.home() / ".ssh" / "known_hosts"),
            key_file=Path(key_file) if key_file else None, port=int(given.get("port", 22)),
            open_timeout=float(given.get("open_timeout", min(timeout, 15))), sock=given.get("sock"),
        )  # fmt: skip
        self._terminal = Terminal(login, self.dialect)
        self._candidate: Candidate | None = None
        self._unchanged = False
        self.sent: tuple[str, ...] = ()
        """The lines of the last load that were typed, the one that failed included."""

    # the session

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        self._terminal.open()

    def close(self) -> None:
        """Log out; a timer that runs goes on running. Never raises."""
        self._terminal.close()

    def is_alive(self) -> dict[str, bool]:
        """Say whether the device answers over the session."""
        return {"is_alive": self._terminal.alive()}

    def cli(self, commands: list[str], encoding: str = "text") -> dict[str, str]:
        """Type commands as they are and return what each printed. ``encoding``: ``text`` only."""
        if encoding != "text":
            raise NotImplementedError(f"encoding {encoding}")
        return {command: self._terminal.type(command, timeout=float(self.timeout)) for command in commands}

    def _without_secrets(self, said: str) -> str:
        return masked(self.platform, said)

    def _ask(self, line: str, **how: Any) -> str:
        return self._terminal.ask(line, timeout=float(self.timeout), **how)

    # the candidate

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration: what it does not mention goes. Nothing is sent to the device yet."""
        self._candidate = Candidate(clean(_text(filename, config)), is_whole=True)

    def load_merge_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load lines to add to what runs, in their sections; ``undo ...`` lines take away. Nothing is sent yet."""
        self._candidate = Candidate(clean(_text(filename, config)), is_whole=False)

    def discard_config(self) -> None:
        """Forget the candidate."""
        self._candidate = None

    def compare_config(self) -> str:
        """Return what committing would change: ``- `` what goes, ``+ `` what comes; empty: nothing. No secrets."""
        if self._candidate is None:
            return ""
        return self._without_secrets("\n".join(self._difference(self._running()).patch.lines()))

    def _difference(self, running: str) -> Difference:
        return self.differ.compare(running, self._intended(running))

    def _intended(self, running: str) -> str:
        candidate = self._candidate
        if candidate is None:
            raise CommandFailed("{device}: no candidate is loaded", device=self.hostname)
        return candidate.config if candidate.is_whole else merged(self.platform, candidate.config, running)

    # committing

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run, whole or not at all.

        With ``revert_in`` (seconds) a timer on the device puts back what ran, unless confirmed; without, the result
        is saved at once. Raises CommandFailed with what the device said; what ran before then runs again. Raises
        Unreachable where no answer came: the device's timer takes back what it may have taken.
        """
        if self._candidate is None:
            raise CommandFailed("{device}: no candidate is loaded", device=self.hostname)
        if said := self._waiting():
            raise CommandFailed("{device} takes no commit now: {said}", device=self.hostname, said=said)
        before = self._running()
        difference = self._difference(before)
        intended = self._intended(before) if self._candidate.is_whole else ""
        self._check_revealed(difference)
        self._unchanged = bool(revert_in) and not difference
        if difference:
            self._make_run(difference, before, intended, message, int(revert_in or 0))
        if not revert_in:
            self._save()
        self._candidate = None

    def _check_revealed(self, difference: Difference) -> None:
        """Raise CommandFailed where a secret still stands by its name: typed, the name would be the secret."""
        names = [found.group(1) for path in difference.commands for found in _NAMED.finditer(path[-1])]
        if names:
            raise CommandFailed(
                "{device}: nothing was sent: secrets stand by name in the candidate: {names}",
                device=self.hostname, names=", ".join(dict.fromkeys(names)),
                hint=text("render it with its secrets revealed"),
            )  # fmt: skip

    def _make_run(self, difference: Difference, before: str, intended: str, message: str, revert_in: int) -> None:
        """Send the commands and make them run; ``intended`` is empty for a merge. ``revert_in`` 0: no timer."""
        raise NotImplementedError

    def _waiting(self) -> str:
        """Say what forbids a commit now: somebody's change waits to be confirmed. Empty: nothing."""
        raise NotImplementedError

    def _save(self) -> None:
        """Write what runs to where the device starts from. Raises CommandFailed."""
        raise NotImplementedError

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs on the device, whoever started it."""
        return bool(self._waiting())

    def _type_all(self, commands: Iterable[Line]) -> None:
        """Type commands from the system view on. Raises CommandFailed at the first that is refused."""
        walk = Walk(self._ask, lambda: self._terminal.view, self.leave)
        try:
            walk.go(commands)
        finally:
            self.sent = tuple(walk.typed)

    def _left(self, running: str, intended: str) -> str:
        """Return what still differs, in one line without secrets; empty: nothing."""
        difference = self.differ.compare(running, intended)
        lines = [line.strip() for line in difference.patch.lines() if line[:1] in "+-"] or [
            path[-1] for path in difference.commands
        ]
        if not difference:
            return ""
        more = f" (+{len(lines) - LEFT_SHOWN})" if len(lines) > LEFT_SHOWN else ""
        return self._without_secrets("; ".join(lines[:LEFT_SHOWN])) + more

    def _failed(self, error: JbnetError, left: str) -> CommandFailed:
        """Return the error of a change that was taken back, or (``left``) not wholly."""
        said: object = error.text
        if self.sent:
            said = text(
                "{reason} ({count} lines were typed, the last was `{line}`)",
                reason=error.text, count=len(self.sent), line=self._without_secrets(self.sent[-1]),
            )  # fmt: skip
        if left:
            return CommandFailed(
                "{device}: the change failed, and what ran before is not back whole: {said}",
                device=self.hostname, said=text("{said}; left: {left}", said=said, left=left),
            )  # fmt: skip
        return CommandFailed(
            "{device}: the change failed, and what ran before runs again: {said}", device=self.hostname, said=said
        )

    def _cannot_confirm(self, said: object) -> CommandFailed:
        return CommandFailed("{device}: the change could not be confirmed: {said}", device=self.hostname, said=said)

    # reading

    def _running(self) -> str:
        return self._shown("display current-configuration")

    def _startup(self) -> str:
        return self._shown("display saved-configuration")

    def _shown(self, command: str) -> str:
        """Return a whole configuration; a cut one is never taken for it."""
        return clean(self._ask(command, whole=RETURN))

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # noqa: A002  NAPALM's name
    ) -> dict[str, str]:
        """Return the texts ``running``, ``startup`` and ``candidate``; those not asked for are empty.

        ``sanitized`` blanks passwords and keys. These systems know neither ``full`` nor another ``format``.
        """
        wanted = ("running", "startup", "candidate") if retrieve == "all" else (retrieve,)
        candidate = self._candidate.config if self._candidate else ""
        sources: dict[str, Callable[[], str]] = {
            "running": self._running,
            "startup": self._startup,
            "candidate": lambda: candidate,
        }
        config = {name: (source() if name in wanted else "") for name, source in sources.items()}
        return {name: self._without_secrets(said) for name, said in config.items()} if sanitized else config

    def _is_saved(self) -> bool:
        texts = (self._running(), self._startup())
        running, startup = (frozenset(without_empty_ports(paths_of(self.platform, said))) for said in texts)
        return running == startup


def _text(filename: str | None, config: str | None) -> str:
    if filename:
        return Path(filename).read_text(encoding="utf-8")
    return config or ""
