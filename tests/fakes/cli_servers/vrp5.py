"""Huawei VRP5 (AR routers): commands act at once; a planned restart is the only timer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cli_servers.huawei import HuaweiShell
from cli_servers.router import Router


class Vrp5(Router):
    """[AR] "save", "schedule reboot"."""

    def __init__(self, name: str, config: str = "", **more: object) -> None:
        self.reboot_at: datetime | None = None
        super().__init__(name, config, **more)  # type: ignore[arg-type]  # passed on as they came

    def expire(self) -> None:
        """A restart runs what is saved, and ends all sessions."""
        if self.reboot_at is not None and self.now >= self.reboot_at:
            self.reboot_at = None
            self.replace_running(self.saved)
            self.drop_sessions()

    def header(self) -> list[str]:
        return [f"[{self.seen.version}]"]


class Vrp5Shell(HuaweiShell):
    """The words are those of AR routers."""

    router: Vrp5
    indent_globals = True

    def user_view(self, words: Sequence[str], line: str) -> None:
        if list(words[:3]) == ["schedule", "reboot", "delay"]:
            self.schedule(int(words[3]))
        elif list(words) == ["undo", "schedule", "reboot"]:
            self.router.reboot_at = None
        else:
            super().user_view(words, line)

    def schedule(self, minutes: int) -> None:
        """``schedule reboot delay MINUTES``: asked, then planned."""
        at = self.router.now + timedelta(minutes=minutes)

        def answered(said: str) -> None:
            if said.lower() == "y":
                self.router.reboot_at = at

        self.say(
            f"Info: Reboot system at {at:%H:%M:%S %Y/%m/%d} UTC (in {minutes // 60} hours and {minutes % 60} minutes)."
        )
        self.ask("Confirm?(y/n)[n]:", answered)

    def shown(self, what: str) -> list[str] | None:
        if what == "schedule reboot":
            at = self.router.reboot_at
            if at is None:
                return ["Info: There is no scheduled reboot."]  # words assumed
            left = int((at - self.router.now).total_seconds()) // 60
            span = f"{left // 60} hours and {left % 60} minutes"
            return [f"Info: System will reboot at {at:%H:%M:%S %Y/%m/%d} UTC (in {span})."]
        return super().shown(what)

    def save(self, words: Sequence[str]) -> None:
        def answered(said: str) -> None:
            if said.lower() == "y":
                self.router.saved = self.router.running.copy()
                self.say("  It will take several minutes to save configuration file, please wait.......",
                         "  Configuration file had been saved successfully",
                         "  Note: The configuration file will take effect after being activated")  # fmt: skip

        self.say("  The current configuration will be written to the device.")
        self.ask("  Are you sure to continue? (y/n)[n]:", answered)
