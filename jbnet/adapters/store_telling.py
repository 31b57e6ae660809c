"""What there is to tell, and what was told, in monitor.db: beside the rounds, in transactions of their own.

Opened for each use: a damaged file may be put aside between two of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from jbnet.adapters.store_rollups import progress
from jbnet.adapters.store_schema import broken, open_beside, transaction
from jbnet.monitor.actions import (
    Action,
    Deed,
    Desk,
    Notes,
    Silence,
    pack_notes,
    pack_silence,
    take,
    unpack_notes,
    unpack_silence,
)
from jbnet.monitor.codec import dump, micros, moment, unpack_incident
from jbnet.monitor.messages import Message
from jbnet.monitor.notices import Draft, Situation, Target, marks

_NEWS = """SELECT id, data FROM incidents WHERE id IN (SELECT incident FROM outbox WHERE sent IS NULL) ORDER BY id"""
_WAITING = "('due', 'sending', 'unsure')"


class SqliteOutbox:
    """Implements the Outbox port. All methods raise JbnetError where the store cannot be used."""

    def __init__(self, path: Path):
        self._path = path

    def actions_taken(self) -> int:
        """Return the number of the last action that was taken."""
        with self._open() as database:
            return progress(database, "actions") or 0

    def take(self, actions: Sequence[tuple[int, Action]]) -> Sequence[Action]:
        """Take actions in one transaction, with an event each."""
        if not actions:
            return ()
        with self._open() as database, transaction(database):
            fresh = [action for _, action in actions if _is_new(database, action)]
            for action in fresh:
                _take(database, action)
            database.execute("INSERT OR REPLACE INTO progress VALUES ('actions', ?)", (actions[-1][0],))
        return fresh

    def situation(self) -> Situation:
        """Return what there is to tell, as of one moment."""
        with self._open() as database:
            database.execute("BEGIN")
            store = str(database.execute("SELECT store FROM identity").fetchone()[0])
            incidents = [unpack_incident(str(number), data) for number, data in database.execute(_NEWS)]
            told = _told(database, [incident.id for incident in incidents])
            query = f"SELECT contact, channel FROM messages WHERE state IN {_WAITING}"  # noqa: S608  a constant
            busy: frozenset[Target] = frozenset(database.execute(query).fetchall())
            query = "SELECT contact, channel, max(made) FROM messages GROUP BY 1, 2"
            last = {(contact, channel): moment(made) for contact, channel, made in database.execute(query)}
            desk = read_desk(database)
            time = database.execute("SELECT max(time) FROM rounds").fetchone()[0]
            database.execute("COMMIT")
        return Situation(store, incidents, desk, told, busy, last, None if time is None else moment(time))

    def intend(self, messages: Sequence[tuple[Message, Draft]], finished: Sequence[str]) -> None:
        """Keep messages and what they tell in one transaction."""
        with self._open() as database, transaction(database):
            for message, draft in messages:
                made = micros(message.made)
                data = dump({**asdict(message), "made": made}).decode()
                row = (message.key, message.contact, message.channel, "due", 0, made, made, data)
                database.execute("INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                told = [(mark, message.contact, message.channel, message.key) for mark in marks(draft)]
                database.executemany("INSERT OR IGNORE INTO told VALUES (?, ?, ?, ?)", told)
            for incident in finished:
                database.execute(
                    "UPDATE outbox SET sent = (SELECT max(time) FROM rounds) WHERE incident = ? AND sent IS NULL",
                    (int(incident),),
                )

    def due(self, now: datetime) -> Sequence[tuple[Message, int]]:
        """Return what is to be sent now, oldest first."""
        query = f"SELECT data, tries FROM messages WHERE state IN {_WAITING} AND due <= ? ORDER BY made"  # noqa: S608  # constants
        with self._open() as database:
            rows = database.execute(query, (micros(now),)).fetchall()
        return [(_message(data), tries) for data, tries in rows]

    def trying(self, key: str) -> None:
        """Note that a message is being sent."""
        with self._open() as database, transaction(database):
            database.execute("UPDATE messages SET state = 'sending' WHERE key = ?", (key,))

    def settle(self, key: str, state: str, tries: int, due: datetime) -> None:
        """Note what became of a message."""
        with self._open() as database, transaction(database):
            query = "UPDATE messages SET state = ?, tries = ?, due = ? WHERE key = ?"
            database.execute(query, (state, tries, micros(due), key))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            database = open_beside(self._path)
            try:
                yield database
            finally:
                database.close()
        except sqlite3.Error as error:
            raise broken(self._path, error) from error


def read_desk(database: sqlite3.Connection) -> Desk:
    """Return what people have noted."""
    notes = {str(number): unpack_notes(data) for number, data in database.execute("SELECT incident, data FROM notes")}
    silences = {key: unpack_silence(data) for key, data in database.execute("SELECT id, data FROM silences")}
    return Desk(notes, silences)


def _is_new(database: sqlite3.Connection, action: Action) -> bool:
    row = (action.id, micros(action.time))
    return database.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", row).rowcount == 1


def _take(database: sqlite3.Connection, action: Action) -> None:
    """Apply an action, and keep what it was as an event: the audit line."""
    before = read_desk(database)
    after = take(before, action)
    notes: dict[str, Notes] = {k: n for k, n in after.notes.items() if before.notes.get(k) is not n}
    silences: dict[str, Silence] = {k: s for k, s in after.silences.items() if before.silences.get(k) is not s}
    rows = [(int(k), pack_notes(n)) for k, n in notes.items() if k.isdigit()]
    database.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?)", rows)
    packed = [(k, pack_silence(s)) for k, s in silences.items()]
    database.executemany("INSERT OR REPLACE INTO silences VALUES (?, ?)", packed)
    subject = "silence" if action.deed in (Deed.SILENCE, Deed.END_SILENCE) else "incident"
    data = {"by": action.who, "action": action.id, "comment": action.comment, "owner": action.owner}
    row = (micros(action.time), str(action.deed), subject, action.target, dump(data).decode())
    query = (
        "INSERT INTO events (round, time, event, kind, device, part, data)"
        " VALUES ((SELECT max(number) FROM rounds), ?, ?, ?, ?, '', ?)"
    )
    database.execute(query, row)


def _told(database: sqlite3.Connection, incidents: Iterable[str]) -> dict[Target, frozenset[str]]:
    """Return what was told of these incidents; their items begin with ``ID:`` and lie together."""
    found: dict[Target, set[str]] = {}
    query = "SELECT item, contact, channel FROM told WHERE item >= ? AND item < ?"
    for incident in incidents:
        for item, contact, channel in database.execute(query, (f"{incident}:", f"{incident};")):
            found.setdefault((contact, channel), set()).add(item)
    return {target: frozenset(items) for target, items in found.items()}


def _message(data: str) -> Message:
    packed = json.loads(data)
    return Message(**{**packed, "made": moment(packed["made"])})
