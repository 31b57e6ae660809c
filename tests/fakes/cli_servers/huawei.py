"""What VRP5 and VRP8 have in common at the command line."""

from __future__ import annotations

from collections.abc import Sequence

from cli_servers.displays_huawei import ping, shown
from cli_servers.shell import Shell


class HuaweiShell(Shell):
    """[CE6800] "CLI Overview"."""

    def greet(self) -> None:
        self.say("Info: The max number of VTY users is 21, the number of current VTY users online is 1, "
                 "and total number of terminal users online is 1.",
                 "      The current login time is 2026-11-22 08:00:00.")  # fmt: skip

    def user_view(self, words: Sequence[str], line: str) -> None:
        if list(words) == ["screen-length", "0", "temporary"]:
            self.paging = False
            self.say("Info: The configuration takes effect on the current user terminal interface only.")
        else:
            super().user_view(words, line)

    def save(self, words: Sequence[str]) -> None:
        """``save``: asks, then writes the next startup's file."""

        def answered(said: str) -> None:
            if said.lower() == "y":
                self.router.saved = self.router.running.copy()
                self.say("Now saving the current configuration to the slot 17 .",
                         "Info: Save the configuration successfully.")  # fmt: skip

        self.say("Warning: The current configuration will be written to the device.")
        self.ask("Are you sure to continue? [Y/N]:", answered)

    def shown(self, what: str) -> list[str] | None:
        return shown(self.router, what) or super().shown(what)

    def ping(self, words: Sequence[str]) -> str:
        return ping(self.router, words)
