"""JSON of any shape as records for a table: what a device calls its neighbours, routes or ports, one a row. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

Record = dict[str, str]
KEY = "key"


def records(value: object) -> tuple[Record, ...]:
    """Return the records that a value of JSON holds.

    A mapping of mappings is a list whose names become the column ``key``; wrappers of one name around it are left
    out. A record with one list inside is repeated for each entry of it. Nested values have dotted names.
    """
    return tuple(record for record in _records(_unwrapped(value)) if record)


def _unwrapped(value: object) -> object:
    while isinstance(value, Mapping) and len(value) == 1:
        (name, inside), *_ = value.items()
        if not (str(name).isalpha() and _is_list(inside)):
            break
        value = inside
    return value


def _records(value: object) -> Iterator[Record]:
    if _is_keyed(value):
        assert isinstance(value, Mapping)  # noqa: S101  what _is_keyed says; for the type checker
        for name, inside in value.items():
            for record in _several(inside):
                yield _with_key(str(name), record)
    else:
        yield from _several(value)


def _with_key(name: str, record: Record) -> Record:
    inner = {f"{key}2" if key == KEY else key: value for key, value in record.items()}
    return {KEY: name, **inner}


def _several(value: object) -> Iterator[Record]:
    if isinstance(value, list):
        for item in value:
            yield from _several(item)
    elif isinstance(value, Mapping):
        yield from _one(value)
    else:
        yield {"value": _cell(value)}


def _one(value: Mapping[str, object]) -> Iterator[Record]:
    """Yield a mapping as one record, or as one for each entry of the only list in it.

    What has a name of its own is what the record is about, and stands first.
    """
    if _is_keyed(value):
        yield from _records(value)
        return
    lists = [name for name, inside in value.items() if _is_list(inside)]
    if len(lists) != 1:
        yield _flat(value)
        return
    rest = _flat({name: inside for name, inside in value.items() if name != lists[0]})
    for record in _records(value[lists[0]]):
        inside = {f"{lists[0]}.{name}" if name in rest else name: cell for name, cell in record.items()}
        yield {**inside, **rest} if _is_keyed(value[lists[0]]) else {**rest, **inside}


def _flat(value: Mapping[str, object], prefix: str = "") -> Record:
    found: Record = {}
    for name, inside in value.items():
        if isinstance(inside, Mapping) and inside and not _is_keyed(inside):
            found |= _flat(inside, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = _cell(inside)
    return found


def _is_list(value: object) -> bool:
    return _is_keyed(value) or (isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value))


def _is_keyed(value: object) -> bool:
    """Say whether it is a list whose entries have names: a mapping of nothing but mappings or lists of them."""
    if not isinstance(value, Mapping) or not value:
        return False
    return all(
        isinstance(v, Mapping) or (isinstance(v, list) and v and all(isinstance(one, Mapping) for one in v))
        for v in value.values()
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(v, (str, int, float)) for v in value):
        return " ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, Mapping)) else str(value)
