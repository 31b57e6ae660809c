"""A journal that is copied to other places as it grows, so that what happened is known when this place is gone, too.

An entry is on this disk before anything else happens; a copy follows as soon as its place can be reached, and holds
nobody up: in a disaster one of the places is dark. A copy that was begun, or of which nobody knows how far it came, is
written anew as a whole: a journal has some hundred entries.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from jbnet.model.text import Text, text
from jbnet.ports import Journal, JournalCopy, Progress, Reporter
from jbnet.recovery.copies import lines_of

RETRY_S = 5.0
"""Seconds until a place that could not be reached is tried again; sooner when there is something new."""
LAST_S = 3.0
"""Seconds that the end of a recovery waits for its last entries to arrive."""


class CopiedJournal:
    """Implements the Journal port over another one. ``close`` gives the copies a moment to catch up, and ends them."""

    def __init__(self, journal: Journal, execution: str, copies: Sequence[JournalCopy], reporter: Reporter):
        self._journal = journal
        self._couriers = [_Courier(journal, execution, copy, reporter) for copy in copies]

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry here, and let the copies follow."""
        number = self._journal.append(kind, subject, data)
        for courier in self._couriers:
            courier.follow(number)
        return number

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries."""
        return self._journal.entries()

    def close(self) -> None:
        """Wait a little until all copies are whole, and end; what is missing then was said."""
        for courier in self._couriers:
            courier.finish()
        for courier in self._couriers:
            courier.join(LAST_S)


class _Courier:
    """Brings one copy up to date, in a thread of its own that begins with the first entry."""

    def __init__(self, journal: Journal, execution: str, copy: JournalCopy, reporter: Reporter):
        self._journal, self._execution, self._copy, self._reporter = journal, execution, copy, reporter
        self._news = threading.Condition()
        self._wanted = self._there = 0
        self._known = False  # how far the copy is
        self._begun = self._ending = self._behind = False
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"copy of the journal to {copy.place}")

    def follow(self, number: int) -> None:
        """Note that there is an entry of this number."""
        with self._news:
            self._wanted = max(self._wanted, number)
            self._news.notify()
            begins = not self._begun
            self._begun = True
        if begins:
            self._thread.start()

    def finish(self) -> None:
        """Try once more, and end."""
        with self._news:
            self._ending = True
            self._news.notify()

    def join(self, timeout: float) -> None:
        """Wait until it has ended, at most so long."""
        if self._begun:
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._news:
                ending = self._ending
                if not ending and (self._behind or self._there >= self._wanted):
                    self._news.wait(RETRY_S if self._behind else None)
                    ending = self._ending
            if self._there < self._wanted:
                self._bring()
            if ending:
                return

    def _bring(self) -> None:
        try:
            entries = [entry for entry in self._journal.entries() if not self._known or _number(entry) > self._there]
            self._copy.write(self._execution, lines_of(entries), anew=not self._known)
        except Exception as error:  # noqa: BLE001  whatever goes wrong with a copy holds no recovery up, and is said
            self._known = False
            self._tell(True, text("the journal is not copied to {place}: {error}", place=self._copy.place, error=error))
            return
        self._known, self._there = True, max(map(_number, entries), default=self._there)
        self._tell(False, text("the journal is at {place} as well", place=self._copy.place))

    def _tell(self, behind: bool, told: Text) -> None:
        if behind is not self._behind:
            self._behind = behind
            self._reporter.report(Progress("dr.journal.copy", self._execution, {"text": told, "behind": behind}))


def _number(entry: Mapping[str, object]) -> int:
    return int(str(entry["seq"]))
