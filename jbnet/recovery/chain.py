"""The hash chain of a journal: each entry's hash covers the one before it and the entry's canonical text."""

from __future__ import annotations

from dataclasses import dataclass, field

from jbnet.model.text import Text, text
from jbnet.recovery.canonical import GENESIS, link

Row = tuple[int, str, str, str, str, str]
"""seq, time, kind, subject, data (canonical JSON), hash."""


def sealed(seq: int, time: str, kind: str, subject: str, data: str, previous: str) -> Row:
    """Return the row with the hash that belongs to it after the hash ``previous``."""
    record = {"seq": seq, "time": time, "kind": kind, "subject": subject, "data": data}
    return (seq, time, kind, subject, data, link(previous, record))


@dataclass
class ChainCheck:
    """Walks a journal row by row and collects what is wrong. ``next_seq`` is the number that must come next."""

    next_seq: int = 1
    previous: str = GENESIS
    hashes: set[str] = field(default_factory=lambda: {GENESIS})
    faults: list[Text] = field(default_factory=list)

    def feed(self, row: Row) -> None:
        """Take the next row."""
        seq, time, kind, subject, data, found = row
        self.expect_up_to(seq - 1)
        if sealed(seq, time, kind, subject, data, self.previous)[5] != found:
            template = "entry {seq} ({kind} {subject}) was changed, or the one before it is gone"
            self.faults.append(text(template, seq=seq, kind=kind, subject=subject))
        self.previous = found
        self.hashes.add(found)
        self.next_seq = seq + 1

    def expect_up_to(self, seq: int) -> None:
        """Say which entries are missing if number ``seq`` must have been seen by now."""
        if seq >= self.next_seq:
            self.faults.append(text("entries {first} to {last} are missing", first=self.next_seq, last=seq))
            self.next_seq = seq + 1

    def expect_head(self, head: str) -> None:
        """Say so if a hash that was noted earlier is none of the chain's: entries were cut off or rewritten."""
        if head not in self.hashes:
            self.faults.append(text("the hash noted earlier, {head}, is not in it", head=head))
