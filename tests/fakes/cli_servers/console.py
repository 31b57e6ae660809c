"""A console cable: types into a shell without a network in between."""

from __future__ import annotations

from cli_servers.router import Router
from cli_servers.ssh_server import SHELLS


class Console:
    """One session; ``open`` is False once the device has hung up."""

    def __init__(self, router: Router) -> None:
        self.open = True
        self._said: list[str] = []
        self.shell = SHELLS[type(router)](router, self._said.append, self._hang_up)
        self.shell.start()
        self.greeting = self._taken()

    def _hang_up(self) -> None:
        self.open = False

    def _taken(self) -> str:
        said = "".join(self._said)
        self._said.clear()
        return said.replace("\r\n", "\n")

    def type(self, *lines: str) -> str:
        """Type lines; return what the last one printed, its echo and the prompt after it included."""
        said = ""
        for line in lines:
            self.shell.feed(line + "\r")
            said = self._taken()
        return said

    def key(self, keys: str) -> str:
        """Press keys."""
        self.shell.feed(keys)
        return self._taken()

    @property
    def prompt(self) -> str:
        return self.shell.prompt_text()

    def end(self) -> None:
        """Pull the cable."""
        self.shell.router.session_ended(self.shell)
