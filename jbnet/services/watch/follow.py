"""Following the events of the monitor from outside, over its restarts: none twice, none left out without a word."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.errors import Missing
from jbnet.monitor.cursor import Cursor, Recorded
from jbnet.ports import Clock
from jbnet.ports.store import EventLog

EVERY_S = 0.5
"""Seconds between two looks at the store."""
AT_ONCE = 500


def follow(log: EventLog, clock: Clock, cursor: Cursor | None) -> Iterator[Recorded | None]:
    """Yield every event behind the cursor as it is written, for ever; None whenever there is nothing more for now.

    Raises Missing where there is no store when it begins, and JbnetError (a store that cannot be read). A store that
    is away for a moment, while a fresh one takes its place, is waited for.
    """
    begun = False
    while True:
        try:
            found = log.after(cursor, AT_ONCE)
        except Missing:
            if not begun:
                raise
            found = ()
        begun = True
        for recorded in found:
            cursor = recorded.cursor
            yield recorded
        if len(found) < AT_ONCE:
            yield None
            clock.sleep(EVERY_S)
