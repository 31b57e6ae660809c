"""What the NAPALM drivers of VRP, Comware and IOS share: candidates, comparing, and loading line by line.

A candidate stays with jbnet until it is committed: comparing sends nothing to the device. What is sent then is the
patch that the Differ computed, in its order; every line's answer is judged before the next one is typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from jbnet.adapters.commandline import complaints
from jbnet.adapters.commandline.candidate import clean, merged
from jbnet.adapters.commandline.session import Candidate, CommandLineSession
from jbnet.adapters.commandline.walk import Walk
from jbnet.config.again import unmarked
from jbnet.config.tree import Path as Line
from jbnet.model.errors import CommandFailed, JbnetError
from jbnet.ports import Differ, Difference, RunningConfig

LEFT_SHOWN = 5
_NAMED = re.compile(r"<secret:([\w-]+)>")


class CommandLineDriver(CommandLineSession):
    """A driver that compares, loads and commits; how a system commits and what its timer is, its own class says."""

    probe = ""
    """A harmless line as the device shows it: a discard route to an address of documentation (RFC 5737)."""
    leave = "quit"
    """What leads out of a view."""
    differ: Differ
    sent: tuple[str, ...] = ()
    """The lines of the last load that were typed, the one that failed included."""
    _unchanged = False

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
            raise complaints.no_candidate(self.hostname)
        return candidate.config if candidate.is_whole else merged(self.platform, candidate.config, running)

    # committing

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run, whole or not at all.

        With ``revert_in`` (seconds) a timer on the device puts back what ran, unless confirmed; without, the result
        is saved at once. Raises CommandFailed with what the device said; what ran before then runs again. Raises
        Unreachable where no answer came: the device's timer takes back what it may have taken.
        """
        if self._candidate is None:
            raise complaints.no_candidate(self.hostname)
        if said := self._waiting():
            raise complaints.takes_no_commit(self.hostname, said)
        before = self._running()
        difference = self._difference(before)
        intended = unmarked(self._intended(before)) if self._candidate.is_whole else ""
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
            raise complaints.secrets_by_name(self.hostname, tuple(dict.fromkeys(names)))

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

    def running_config(self) -> RunningConfig:
        """Return what runs, and whether it runs on trial."""
        on_trial = self.has_pending_commit()
        return RunningConfig(self._running(), on_trial)

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
        return complaints.taken_back(self.hostname, self.platform, error, self.sent, left)

    def _check_runs(self, intended: str) -> None:
        """See that the device runs what is intended (empty: a merge). Raises CommandFailed."""
        if intended and (left := self._left(self._running(), intended)):
            raise complaints.not_as_planned(self.hostname, left)

    def _check_saved(self, said: str, sign: str = "success") -> None:
        """Raise CommandFailed where the answer to saving does not have the sign that it was done."""
        if sign not in said.lower():
            raise complaints.not_saved(self.hostname, self._without_secrets(said))

    def _is_in_session(self, leave: str) -> None:
        """Have a session outside of every view, a new one where the old one broke. Raises Unreachable."""
        if not self._terminal.is_open:
            self._terminal.open()
        self._terminal.type(leave, timeout=float(self.timeout))

    def confirm_commit(self) -> None:
        """Stop the timer, keep what runs and save it. Raises CommandFailed where nothing of ours waits any more."""
        if self._unchanged:
            self._unchanged = False
            self._save()
        else:
            self._keep()

    def _keep(self) -> None:
        """Stop the timer that runs and save. Raises CommandFailed where none of ours does."""
        raise NotImplementedError


def _text(filename: str | None, config: str | None) -> str:
    if filename:
        return Path(filename).read_text(encoding="utf-8")
    return config or ""
