"""What the journal says of replaced boxes: which one stood there, which one came, how far its coming is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class Act(StrEnum):
    """The kinds of entries. Their subject is the device."""

    BEGIN = "replace.begin"
    SERIAL = "replace.serial"
    PAPERS = "replace.papers"
    KEY = "replace.key"
    BOX = "replace.box"
    END = "replace.end"


_ACTS = frozenset(act.value for act in Act)


@dataclass(frozen=True, slots=True)
class Replacement:
    """One box for another. ``begun`` and ``ended`` are times as the journal has them; ``ended`` empty: it goes on.

    ``old_serial`` None: it was never written down. ``retired`` and ``learned`` are fingerprints of host keys;
    ``done`` are the acts that are behind it. ``override``: somebody said by name that the old box may still answer.
    """

    device: str
    serial: str
    old_serial: str | None
    owner: str
    begun: str
    override: bool = False
    retired: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    done: frozenset[Act] = frozenset()
    ended: str = ""


def replacements(entries: Sequence[Mapping[str, object]]) -> tuple[Replacement, ...]:
    """Return all replacements, oldest first. A new beginning takes the place of one of that device that goes on."""
    found: list[Replacement] = []
    for entry in entries:
        if entry["kind"] == Act.BEGIN:
            found = [one for one in found if one.ended or one.device != entry["subject"]]
            found.append(_begun(entry))
        elif str(entry["kind"]) in _ACTS:
            found = [_gone_on(one, entry) for one in found]
    return tuple(found)


def going_on(entries: Sequence[Mapping[str, object]], device: str) -> Replacement | None:
    """Return the device's replacement that did not end yet."""
    return next((one for one in replacements(entries) if one.device == device and not one.ended), None)


def _begun(entry: Mapping[str, object]) -> Replacement:
    data = _data(entry)
    old = data.get("old_serial")
    return Replacement(
        str(entry["subject"]), str(data["serial"]), None if old is None else str(old), str(data["owner"]),
        str(entry["time"]), bool(data.get("override")),
    )  # fmt: skip


def _gone_on(one: Replacement, entry: Mapping[str, object]) -> Replacement:
    if one.ended or one.device != entry["subject"]:
        return one
    act, data = Act(str(entry["kind"])), _data(entry)
    one = replace(one, done=one.done | {act})
    if act is Act.KEY:
        return replace(one, retired=(*one.retired, *_prints(data, "retired")), learned=_prints(data, "learned"))
    return replace(one, ended=str(entry["time"])) if act is Act.END else one


def _data(entry: Mapping[str, object]) -> Mapping[str, object]:
    data = entry["data"]
    assert isinstance(data, Mapping)  # noqa: S101  the port says so
    return data


def _prints(data: Mapping[str, object], what: str) -> tuple[str, ...]:
    keys = data.get(what)
    return tuple(str(key["fingerprint"]) for key in keys) if isinstance(keys, list | tuple) else ()
