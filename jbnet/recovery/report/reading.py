"""Small readings of a journal's entries that every part of a report needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.recovery.replay import Entry


@dataclass(frozen=True, slots=True)
class Act:
    """An entry about a step, with the step's action and parameters as its intent had them."""

    seq: int
    time: datetime
    kind: str
    key: str
    action: str
    params: Mapping[str, object]
    data: Mapping[str, object]

    @property
    def database(self) -> str | None:
        """The database that the step was for."""
        found = self.params.get("database")
        return found if isinstance(found, str) else None

    @property
    def evidence(self) -> Mapping[str, object]:
        """What the entry kept of what was seen."""
        return mapping(self.data.get("evidence"))


def acts(entries: Iterable[Entry]) -> Iterator[Act]:
    """Yield the entries about steps, in order."""
    actions: dict[str, tuple[str, Mapping[str, object]]] = {}
    for entry in entries:
        kind, key, data = str(entry["kind"]), str(entry["subject"]), mapping(entry["data"])
        if kind == "intent":
            actions[key] = (str(data.get("action", "")), mapping(data.get("params")))
        if key in actions:
            action, params = actions[key]
            yield Act(seq_of(entry), time_of(entry), kind, key, action, params, data)


def mapping(value: object) -> Mapping[str, object]:
    """Return the value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def number(value: object) -> float | None:
    """Return the value if it is a number, else None: unknown."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def seq_of(entry: Entry) -> int:
    """Return an entry's number."""
    return int(str(entry["seq"]))


def time_of(entry: Entry) -> datetime:
    """Return an entry's time. Raises ValueError."""
    return datetime.fromisoformat(str(entry["time"]))


def head_of(entries: Sequence[Entry]) -> str:
    """Return the hash of the last entry; empty where there is none."""
    return str(entries[-1]["hash"]) if entries else ""
