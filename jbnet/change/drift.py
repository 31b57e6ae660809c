"""Drift: what runs and is not declared, since when, and whether a change of ours brought it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jbnet.change.records import of_changes
from jbnet.config.tree import ConfigTree, Patch


@dataclass(frozen=True, slots=True)
class Window:
    """When something came about: after ``after`` (it was last seen without it; None: never), not later than ``by``."""

    after: datetime | None
    by: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """The change of ours within the window: its hash and who applied it."""

    change: str
    owner: str


@dataclass(frozen=True, slots=True)
class Drift:
    """One device that is not as declared. ``diff``: what a plan would do about it, as the device's tools show it.

    ``unsaved``: what a restart would change, because what runs was not saved. In both ``-`` stands before what runs
    and shall go, ``+`` before what would come. ``secrets`` are the names of those that it does not have as their source
    does. ``since`` and ``author`` are about ``diff``; ``since`` None: nothing but secrets differs, which backups do not
    hold; ``author`` None: no change of ours lies in the window, somebody else's hand did it.
    """

    device: str
    diff: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    since: Window | None = None
    author: Author | None = None


def came_about(patch: Patch, now: datetime, history: Iterable[tuple[datetime, ConfigTree]]) -> Window:
    """Return when the oldest part of a drift came about, from what ran at earlier times, the newest first.

    ``patch`` leads from what runs to what is declared. A part was there at a time if a line that shall go ran
    then, or one that shall come did not.
    """
    by = now
    for time, ran in history:
        if not _was_there(patch, ran):
            return Window(time, by)
        by = time
    return Window(None, by)


def _was_there(patch: Patch, ran: ConfigTree) -> bool:
    return any(path in ran for path in patch.removed) or any(path not in ran for path in patch.added)


def author(device: str, window: Window, entries: Iterable[Mapping[str, object]]) -> Author | None:
    """Return the last change of ours that was committed on the device within the window, from the change journal."""
    found, owners = None, dict[str, str]()
    for change, entry in of_changes(entries):
        data, time = entry["data"], datetime.fromisoformat(str(entry["time"]))
        assert isinstance(data, Mapping)  # noqa: S101  what the journal wrote; for the type checker
        if entry["kind"] == "apply.start":
            owners[change] = str(data.get("owner", ""))
        elif (entry["kind"], entry["subject"], data.get("act")) == ("device.result", device, "commit"):
            inside = time <= window.by and (window.after is None or time > window.after)
            found = Author(change, owners.get(change, "")) if inside else found
    return found
