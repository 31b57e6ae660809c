"""H3C Comware 7: commands act at once; ``configuration commit delay`` takes them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cli_servers.displays_h3c import ping, shown
from cli_servers.editor import Denied, Wrong
from cli_servers.router import Router
from cli_servers.shell import Shell
from cli_servers.tree import Node


class Comware(Router):
    """[MSR] "configuration commit", "configuration replace file", "save"."""

    family = "comware"

    def __init__(self, name: str, config: str = "", **more: object) -> None:
        self.delay: tuple[datetime, Node] | None = None
        """When the settings go, and the rollback point."""
        self.files: dict[str, Node] = {}
        super().__init__(name, config, **more)  # type: ignore[arg-type]  # passed on as they came

    def expire(self) -> None:
        """ "the system returns to the configuration status when the timer started"; everybody's changes since go."""
        if self.delay is not None and self.now >= self.delay[0]:
            self.replace_running(self.delay[1])
            self.delay = None

    def header(self) -> list[str]:
        return ["#", " version 7.1.064, Release 6749P2101"]


class ComwareShell(Shell):
    """[MSR] "CLI configuration"."""

    makes_keys = "public-key local create rsa"
    router: Comware
    errors = " % {what} found at '^' position."
    indent_globals = True

    def greet(self) -> None:
        self.say("******************************************************************************",
                 "* Copyright (c) 2004-2024 New H3C Technologies Co., Ltd. All rights reserved.*",
                 "* Without the owner's prior written consent,                                 *",
                 "* no decompiling or reverse-engineering shall be allowed.                    *",
                 "******************************************************************************", "")  # fmt: skip

    def user_view(self, words: Sequence[str], line: str) -> None:
        if list(words) == ["screen-length", "disable"]:
            self.paging = False
        elif words[0] == "system-view":
            self.path = ()
            self.say("System View: return to User View with Ctrl+Z.")
        else:
            super().user_view(words, line)

    def config_view(self, words: Sequence[str], line: str) -> bool:
        if words[0] != "configuration":
            return super().config_view(words, line)
        if list(words[1:3]) == ["commit", "delay"]:
            self.start_delay(words)
        elif list(words[1:]) == ["commit"]:
            self.router.delay = None
        elif list(words[1:3]) == ["replace", "file"]:
            self.replace(words[3])
        else:
            raise Wrong("Unrecognized command", 1)
        return True

    def start_delay(self, words: Sequence[str]) -> None:
        """``configuration commit delay delay-time``, in minutes; again: the rollback point stays."""
        if not (len(words) == 4 and words[3].isdigit() and 1 <= int(words[3]) <= 65535):
            raise Wrong("Wrong parameter", 3)
        before = self.router.delay[1] if self.router.delay else self.router.running.copy()
        self.router.delay = (self.router.now + timedelta(minutes=int(words[3])), before)

    def replace(self, file: str) -> None:
        """``configuration replace file filename``; asks whether to save what runs first."""
        config = self.router.files.get(file.removeprefix("flash:/"))
        if config is None:
            raise Denied("The specified file does not exist.")  # words assumed

        def answered(said: str) -> None:
            if said.lower() == "y":
                self.router.saved = self.router.running.copy()
            self.say("Now replacing the current configuration. Please wait...")
            self.router.replace_running(config)
            self.path = ()
            self.say(f"Succeeded in replacing current configuration with the file {file}.")

        self.ask("Current configuration will be lost, save current configuration? [Y/N]:", answered)

    def save(self, words: Sequence[str]) -> None:
        if list(words) in (["force"], ["safely", "force"]):
            self.router.saved = self.router.running.copy()
            self.say("Validating file. Please wait...", "Configuration is saved to device successfully.")
        elif words and words[0].endswith(".cfg"):
            self._save_as(words[0])
        else:
            raise Wrong("Unrecognized command", 1)

    def _save_as(self, file: str) -> None:
        """``save file-url``: to a file that is not the next startup's."""

        def overwrite(said: str) -> None:
            if said.lower() == "y":
                self.router.files[file] = self.router.running.copy()
                self.say("Now saving current configuration to the device.",
                         f"Saving configuration flash:/{file}.Please wait...",
                         "Configuration is saved to flash successfully.")  # fmt: skip

        def answered(said: str) -> None:
            if said.lower() == "y" and file in self.router.files:
                self.ask(f"flash:/{file} exists, overwrite? [Y/N]:", overwrite)
            else:
                overwrite(said)

        self.ask(f"The current configuration will be saved to flash:/{file}. Continue? [Y/N]:", answered)

    def shown(self, what: str) -> list[str] | None:
        if what == "clock":
            return [f"{self.router.now:%H:%M:%S}.000 UTC {self.router.now:%a %m/%d/%Y}"]
        return shown(self.router, what) or super().shown(what)

    def ping(self, words: Sequence[str]) -> str:
        return ping(self.router, words)
