"""A copy of a journal as text: one entry a line, as JSON, with its hash; and what is wrong with one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from jbnet.model.text import text
from jbnet.recovery.canonical import canonical_json
from jbnet.recovery.chain import ChainCheck

SUFFIX: Final = ".jsonl"
_FIELDS: Final = {"seq": int, "time": str, "kind": str, "subject": str, "data": dict, "hash": str}

Entry = Mapping[str, Any]


def lines_of(entries: Iterable[Mapping[str, object]]) -> str:
    """Return entries as they stand in a copy."""
    return "".join(f"{canonical_json({name: entry[name] for name in _FIELDS})}\n" for entry in entries)


def read_copy(content: str) -> tuple[list[Entry], ChainCheck]:
    """Return the entries of a copy, and its chain with what is wrong with it.

    Lines end with a line feed and nothing else: texts may hold U+2028. What stands behind a line that is no entry is
    not looked at: a last line that was cut short is said, no more.
    """
    entries: list[Entry] = []
    check = ChainCheck()
    for number, line in enumerate(content.removesuffix("\n").split("\n") if content else (), 1):
        entry = _entry(line)
        if entry is None:
            check.faults.append(text("line {number} is no entry of a journal, or was cut short", number=number))
            break
        data = canonical_json(entry["data"])
        check.feed((entry["seq"], entry["time"], entry["kind"], entry["subject"], data, entry["hash"]))
        entries.append(entry)
    return entries, check


def _entry(line: str) -> Entry | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != _FIELDS.keys():
        return None
    return found if all(type(found[name]) is kind for name, kind in _FIELDS.items()) else None
