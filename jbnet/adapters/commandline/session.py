"""The session of a NAPALM driver that VRP and Comware share: logging in, typing, and reading configurations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from napalm.base.base import NetworkDriver

from jbnet.adapters.commandline.candidate import clean
from jbnet.adapters.commandline.dialect import Dialect
from jbnet.adapters.commandline.terminal import Terminal
from jbnet.adapters.napalm_login import napalm_login
from jbnet.config.lines import paths_of
from jbnet.config.tree import without_empty_ports
from jbnet.platforms.masking import masked

RETURN = "return"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was loaded: a whole configuration, or lines to be merged into what runs."""

    config: str
    is_whole: bool


class CommandLineSession(NetworkDriver):  # type: ignore[misc]  # napalm is untyped
    """A router with a command line of Huawei's kind.

    ``optional_args``: as ``napalm_login`` has them. Constructing does nothing; ``open`` logs in.
    """

    platform = ""
    dialect: Dialect

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
        login = napalm_login(hostname, username, password, timeout, given)
        self._terminal = Terminal(login, self.dialect)
        self._candidate: Candidate | None = None

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
