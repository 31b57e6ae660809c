"""What devices said by syslog, among the events of monitor.db: of each device the latest, in bounded number."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

MESSAGE = "message"
"""The event by which a message is kept."""
MOST = 2000
"""Messages of one device; older ones go when newer ones come, all go with the events after 90 days."""
INDEX = "CREATE INDEX IF NOT EXISTS events_messages ON events (device, id) WHERE event = 'message'"
"""Made whenever the store is opened for writing: an older jbnet works with it as it does without."""


def keep_latest(database: sqlite3.Connection, devices: Iterable[str]) -> None:
    """Remove what these devices have beyond ``MOST``. In a transaction of the caller's."""
    query = (
        "DELETE FROM events WHERE event = 'message' AND device = ?1 AND id <= ("
        "SELECT id FROM events WHERE event = 'message' AND device = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)"
    )
    database.executemany(query, [(device, MOST) for device in sorted(devices)])
