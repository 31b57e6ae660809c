"""Which declared rules held when, out of monitor.db."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from jbnet.adapters.store_schema import broken, open_for_reading
from jbnet.monitor.codec import moment
from jbnet.monitor.ruled import RULED, Ruled, history
from jbnet.monitor.state import Event, Subject, SubjectKind


def read_ruled(path: Path) -> Ruled:
    """Return the rules that the monitor kept beside its rounds. Raises Missing and JbnetError."""
    query = "SELECT time, device, data FROM events WHERE event = ? AND kind = ? ORDER BY id"
    try:
        with closing(open_for_reading(path)) as database:
            rows = database.execute(query, (RULED, SubjectKind.MONITOR.value)).fetchall()
    except sqlite3.Error as error:
        raise broken(path, error) from error
    subjects = ((moment(time), Subject(SubjectKind.MONITOR, name), json.loads(data)) for time, name, data in rows)
    return history(Event(time, RULED, subject, data) for time, subject, data in subjects)
