"""Changes that were applied: the list of all, and one with its devices. Shown by ``show`` and by ``rollback``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.cli.kept_plans import beginning_with, few
from jbnet.cli.plan import SHORT
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.change.applied import Applied
    from jbnet.cli.context import Context

ENDINGS: Mapping[str, Text] = {
    "whole": text("carried out"),
    "in part": text("carried out in part"),
    "nothing": text("nothing was changed"),
    "unfinished": text("did not end"),
}
NONE = text("nothing was applied from here yet")


def known_changes(state_dir: Path) -> dict[str, Applied]:
    """Return the changes of the journal by their hashes, the newest first. Raises TargetError where it is damaged."""
    from jbnet import wiring
    from jbnet.change.applied import applied

    return dict(reversed(applied(wiring.change_entries(state_dir)).items()))


def applied_change(state_dir: Path, name: str) -> Applied:
    """Return the change of that hash, or beginning of a hash, or file of its plan. Raises UsageError."""
    known = known_changes(state_dir)
    hint = text("applied were, the newest first: {plans}", plans=few(list(known))) if known else NONE
    found = _hash_in(name) if Path(name).is_file() else beginning_with(name, list(known), hint)
    if found is None or found not in known:
        short = (found or name)[:SHORT]
        raise UsageError("change {change} was not applied here: nothing to take back", change=short, hint=hint)
    return known[found]


def change_to_take_back(state_dir: Path, name: str) -> Applied:
    """Return a change that was confirmed somewhere. Raises UsageError: the journal knows before any device is asked."""
    change = applied_change(state_dir, name)
    if not change.kept:
        raise UsageError(
            "change {change} was confirmed on no device: nothing to take back", change=change.change[:SHORT],
            hint=text("jbnet rollback lists what can be taken back"),
        )  # fmt: skip
    return change


def _hash_in(file: str) -> str:
    from jbnet.cli.apply import plan_in

    return plan_in(Path(file)).hash


def print_changes(context: Context, changes: Sequence[Applied]) -> None:
    """Print a list of changes: the envelope with ``--json``, else a line of each."""
    from jbnet.cli.show_print import table

    context.emit([as_json(change) for change in changes])
    if context.json:
        return
    if not changes:
        context.say(NONE)
        return
    headings = (text("Change"), text("Begun"), text("By"), text("Devices"), text("Outcome"))
    table(context, [headings, *(_row(change) for change in changes)])


def print_change(context: Context, change: Applied) -> None:
    """Print one change with how each of its devices ended."""
    from jbnet.cli.apply import STATES
    from jbnet.cli.show_print import Table, View, show

    rows: list[tuple[Text, object]] = [
        (text("Change"), change.change[:SHORT]),
        (text("Begun"), _time(change.begun)),
        (text("Ended"), _time(change.ended) if change.ended else None),
        (text("By"), change.owner),
        (text("Outcome"), ENDINGS[change.ending]),
        (text("Can be taken back"), len(change.kept)),
    ]
    names = dict.fromkeys((*change.states, *change.kept))
    devices = [{"device": n, "state": change.states.get(n), "backup": change.kept.get(n)} for n in names]

    def cells(record: Mapping[str, str | None]) -> tuple[object, ...]:
        return record["device"], STATES.get(record["state"] or "", record["state"])

    view = View(rows, [Table("devices", text("Devices"), devices, cells)])
    if context.json:
        context.emit({**as_json(change), "devices": devices})
    else:
        show(context, change, view)


def as_json(change: Applied) -> dict[str, object]:
    """Return a change as data."""
    return {
        "change": change.change,
        "begun": change.begun.isoformat(),
        "ended": change.ended.isoformat() if change.ended else None,
        "owner": change.owner,
        "outcome": change.ending.value,
        "planned": change.devices,
        "states": dict(change.states),
        "can_be_taken_back": list(change.kept),
    }


def _row(change: Applied) -> tuple[str | Text, ...]:
    devices = change.devices if change.devices is not None else len(change.states)
    return change.change[:SHORT], _time(change.begun), change.owner, str(devices), ENDINGS[change.ending]


def _time(time: datetime) -> str:
    from jbnet.cli.times import clock_time

    return f"{time:%Y-%m-%d} {clock_time(time)}"
