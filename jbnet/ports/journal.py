"""What is on record, and the right to be the only one who acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol


class Journal(Protocol):
    """An append-only record that survives ``kill -9``: an entry is on disk when ``append`` returns."""

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry (fsync) and return its sequence number."""

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries in order: ``seq``, ``time``, ``kind``, ``subject``, ``data``."""


class JournalCopy(Protocol):
    """A copy of a journal in another place. ``place`` names it."""

    place: str

    def write(self, execution: str, lines: str, *, anew: bool) -> None:
        """Write lines behind those of the execution that are there, or in place of all (``anew``); on disk when back.

        Raises JbnetError; what is there then is not known, except that a copy once whole still holds its lines.
        """


class Lease(Protocol):
    """The right to be the only one who does something; it ends with the process that holds it."""

    def held(self, holder: str) -> AbstractContextManager[None]:
        """Hold it for the time of a ``with``. Raises Refused, naming the holder, while another has it."""
