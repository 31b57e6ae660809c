"""Where somebody who reads events has got to: a place in one store, which survives the store's being replaced."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.monitor.state import Event


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last event that was read: the store's name, the round that it belongs to, its number in the store.

    Number 0 of round 0 stands before the first event.
    """

    store: str
    round: int = 0
    number: int = 0

    def __str__(self) -> str:
        return f"{self.store}:{self.round}:{self.number}"


def parse_cursor(written: str) -> Cursor:
    """Return what ``str`` of a cursor gave. Raises ValueError."""
    store, turn, number = written.split(":")
    if not store.isalnum() or not turn.isdecimal() or not number.isdecimal():
        raise ValueError(written)
    return Cursor(store, int(turn), int(number))


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it is kept, and the cursor to go on from behind it.

    ``gap``: what the reader had not read yet before this event is not there any more.
    """

    cursor: Cursor
    event: Event
    gap: bool = False
