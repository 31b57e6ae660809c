"""Where recoveries keep their files: one folder an execution below the state directory.

``recovery/20261122-1/journal.db`` is its journal, ``recovery/20261122-1/approvals/`` what people are asked and what
they signed, ``recovery/lease`` the right to run one. A drill in a bubble has a right of its own
(``recovery/drill-lease``): it must not keep anybody from a recovery in earnest.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from jbnet.adapters.approvals import ApprovalBox
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.keys import Approvers
from jbnet.adapters.lease import FileLease
from jbnet.model.errors import Missing, UsageError
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.ports import Clock

NAME = re.compile(r"(\d{8})-(\d{1,6})\Z")


class Executions:
    """The executions below a folder."""

    def __init__(self, folder: Path, clock: Clock):
        self.folder = folder
        self.lease = FileLease(folder / "lease")
        self.drill_lease = FileLease(folder / "drill-lease")
        self._clock = clock

    def new_id(self) -> str:
        """Make the folder of a new execution and return its id: the day in UTC and a number."""
        day = self._clock.now().strftime("%Y%m%d")
        number = 1 + max((int(name.split("-")[1]) for name in self.ids() if name.startswith(day)), default=0)
        while True:
            try:
                (self.folder / f"{day}-{number}").mkdir(mode=0o700, parents=True)
            except FileExistsError:
                number += 1
            except OSError as error:
                raise Missing("{path} cannot be made: {error}", path=self.folder, error=reason_of(error)) from error
            else:
                return f"{day}-{number}"

    def discard(self, execution: str) -> None:
        """Remove an execution that was refused before it began, so that it is not taken for the latest."""
        shutil.rmtree(self.folder / execution, ignore_errors=True)

    def ids(self) -> tuple[str, ...]:
        """Return all executions, oldest first."""
        if not self.folder.is_dir():
            return ()
        found = [match for path in self.folder.iterdir() if (match := NAME.match(path.name))]
        return tuple(match[0] for match in sorted(found, key=lambda match: (match[1], int(match[2]))))

    def find(self, execution: str | None) -> str:
        """Return the execution asked for, or the latest. Raises Missing (there is none) and UsageError (unknown)."""
        known = self.ids()
        if execution is None:
            if not known:
                raise Missing(
                    "there is no execution in {path}",
                    path=self.folder,
                    hint=text(
                        "was it started on another machine, or with another --state? jbnet dr status lists what is"
                        " known here"
                    ),
                )
            return known[-1]
        if execution not in known:
            recent = ", ".join(known[-3:]) or "-"
            raise UsageError(
                "there is no execution {execution}; the latest are {recent}", execution=execution, recent=recent
            )
        return execution

    def journal(self, execution: str) -> SqliteJournal:
        """Return the journal of an execution."""
        return SqliteJournal(self.folder / execution / "journal.db", self._clock)

    def approvals(self, execution: str, approvers: Approvers, pinned: Mapping[str, str] | None = None) -> ApprovalBox:
        """Return where the approvals of an execution come in."""
        return ApprovalBox(self.folder / execution / "approvals", approvers, pinned)
