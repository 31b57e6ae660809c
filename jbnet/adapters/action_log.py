"""What people did to incidents, appended to actions.db by commands and the page while the monitor runs or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from jbnet.adapters.actions_file import rows, written
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.codec import micros, moment


class ActionFile:
    """Implements the ActionLog port."""

    def __init__(self, path: Path):
        self._path = path

    def append(self, actions: Sequence[Action]) -> None:
        """Append actions in one transaction, synchronously. Raises JbnetError."""
        found = [(a.id, micros(a.time), a.who, str(a.deed), a.target, _pack(a)) for a in actions]
        query = "INSERT OR IGNORE INTO actions (id, time, who, deed, target, data) VALUES (?, ?, ?, ?, ?, ?)"
        with written(self._path) as database:
            database.executemany(query, found)

    def after(self, number: int) -> Sequence[tuple[int, Action]]:
        """Return the actions behind that number; none where nobody ever did anything. Raises JbnetError."""
        query = "SELECT number, id, time, who, deed, target, data FROM actions WHERE number > ? ORDER BY number"
        return tuple((row[0], _unpack(*row[1:])) for row in rows(self._path, "actions", query, (number,)))


def _pack(action: Action) -> str:
    known = {"comment": action.comment, "owner": action.owner}
    until = {"until": micros(action.until)} if action.until is not None else {}
    return json.dumps({**action.data, **known, **until}, ensure_ascii=False)


def _unpack(identity: str, time: int, who: str, deed: str, target: str, data: str) -> Action:
    packed = json.loads(data)
    comment, owner, until = packed.pop("comment", ""), packed.pop("owner", ""), packed.pop("until", None)
    when = None if until is None else moment(until)
    return Action(identity, moment(time), who, Deed(deed), target, comment, owner, when, packed)
