"""H3C Comware 7: commands act at once; ``configuration commit delay`` is the timer, in minutes.

H3C MSR, Fundamentals Configuration Guide, "Configuring configuration commit delay" and "Rolling back configuration".
When the delay runs out everybody's changes since its start go, not only ours. No command shows whether a delay runs:
a marker does, a scheduler job without commands or schedule, made right after the delay began. It goes with the
roll-back; its name is the device's own time at which the delay ends, so that one left behind means nothing later.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.commandline import complaints
from jbnet.adapters.commandline.candidate import clean
from jbnet.adapters.commandline.dialect import Dialect, Reply
from jbnet.adapters.comware.getters import ComwareGetters
from jbnet.config.lines import paths_of, write_lines
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.ports import Difference

DIALECT = Dialect(
    "comware7", "screen-length disable", re.compile(r"^[ \t]*% ?(?:\w+ ){1,3}", re.MULTILINE), ("H3C", "HPE", "Sysname")
)
BEFORE = "jbnet-before.cfg"
MARKER = "scheduler job jbnet-"
MOST_MINUTES = 65535
_STAMP = "%Y%m%d%H%M%S"
_CLOCK = re.compile(r"(?P<time>\d\d:\d\d:\d\d)\S* .*?(?P<month>\d\d)/(?P<day>\d\d)/(?P<year>\d{4})")


class ComwareDriver(ComwareGetters):
    """An H3C router with Comware 7. ``revert_in`` is rounded up to whole minutes."""

    platform = "comware7"
    probe = "ip route-static 192.0.2.1 32 NULL0"
    dialect = DIALECT
    differ = AnnetDiffer("comware7")

    def _shown(self, command: str) -> str:
        """Return a whole configuration; jbnet's marker is none of it."""
        lines = paths_of(self.platform, super()._shown(command))
        return clean(write_lines(self.platform, (path for path in lines if not path[0].startswith(MARKER))))

    def _make_run(self, difference: Difference, before: str, intended: str, message: str, revert_in: int) -> None:
        self.sent = ()
        self._keep_what_runs()
        try:
            self._ask("system-view")
            if revert_in:
                self._start_delay(-(-revert_in // 60))
            self._type_all(difference.commands)
            self._ask("return")
            self._check_runs(intended)
        except (CommandFailed, Unreachable) as error:
            raise self._failed(error, self._taken_back(before)) from error

    def _keep_what_runs(self) -> None:
        """Save what runs to a file of ours on the device, which is not what it starts from."""
        questions = (Reply("overwrite", "y"), Reply("Continue", "y"))
        self._check_saved(self._terminal.ask(f"save {BEFORE}", *questions, timeout=float(self.timeout)))

    def _taken_back(self, before: str) -> str:
        """Put back what ran, over a new session where the old one broke; return what could not be put back.

        Raises Unreachable where nobody gets through: the delay puts it back then.
        """
        self._is_in_session("return")
        try:
            self._replace_by_file()
        except CommandFailed as error:
            return str(error.text)
        return self._left(self._running(), before)

    def _replace_by_file(self) -> None:
        """Run what ran before the last commit, then end the delay: in this order a break leaves the delay running."""
        self._ask("system-view")
        try:
            said = self._terminal.ask(
                f"configuration replace file {BEFORE}",
                Reply("save current configuration", "n"), Reply("Continue", "y"), timeout=float(self.timeout),
            )  # fmt: skip
            if "succe" not in said.lower():
                raise CommandFailed("{device}: {act} failed: {said}", device=self.hostname, act=BEFORE, said=said)
            self._ask("configuration commit")
        finally:
            if self._terminal.is_open:
                self._ask("return")

    # the delay

    def _start_delay(self, minutes: int) -> None:
        """Start the timer, and leave the marker behind it so that it goes with the roll-back."""
        ends = self._clock() + timedelta(minutes=min(minutes, MOST_MINUTES))
        self._ask(f"configuration commit delay {min(minutes, MOST_MINUTES)}")
        self._ask(f"{MARKER}{ends:{_STAMP}}")
        self._ask("quit")

    def _clock(self) -> datetime:
        """Return the device's own time. Raises CommandFailed where it cannot be read."""
        said = self._ask("display clock")
        found = _CLOCK.search(said)
        if found is None:
            raise CommandFailed("{device}: its clock cannot be read: {said}", device=self.hostname, said=said.strip())
        stamp = "{year}-{month}-{day} {time}".format(**found.groupdict())
        return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007  the device's zone, compared with itself only

    def _marker(self) -> str:
        """Return the marker's line; empty: no delay runs."""
        shown = super()._shown("display current-configuration")
        line = next((path[0] for path in paths_of(self.platform, shown) if path[0].startswith(MARKER)), "")
        stamp = line.removeprefix(MARKER)
        return line if stamp and stamp > f"{self._clock():{_STAMP}}" else ""

    def _waiting(self) -> str:
        marker = self._marker()
        return f"configuration commit delay ({marker.removeprefix(MARKER)})" if marker else ""

    def _keep(self) -> None:
        """End the delay, keep what runs and save it.

        The marker goes after the confirmation: should jbnet end in between, the next run finds it and confirms again.
        """
        marker = self._marker()
        if not marker:
            raise complaints.nothing_waits(self.hostname)
        self._ask("system-view")
        self._ask("configuration commit")
        self._ask(f"undo {marker}")
        self._ask("return")
        self._save()

    def rollback(self) -> None:
        """Put back what ran before the last commit; ends the delay. Raises CommandFailed.

        A commit that was saved is put back in what is saved, too.
        """
        was_saved = not self._waiting() and self._is_saved()
        self._replace_by_file()
        if was_saved:
            self._save()

    def _save(self) -> None:
        self._check_saved(self._ask("save force"))
