"""What people do to incidents: acknowledge, comment, take over, silence. Facts that are appended and never changed.

A command or the page appends an ``Action`` to actions.db; the monitor takes each exactly once, by its id. A silence is
no acknowledgement: silenced, nobody is told although it goes on; acknowledged, somebody is on it and nobody else is
called. Both have who, when and why; a silence always ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from jbnet.monitor.codec import micros, moment
from jbnet.monitor.incidents import Incident, rfc3339

LONGEST_SILENCE = timedelta(days=30)
"""What has to be silent for longer is a change of the declaration."""


class Deed(StrEnum):
    """What is done."""

    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    """An acknowledgement is taken back: nobody is on it any more, and escalation goes on."""
    COMMENT = "comment"
    OWN = "own"
    SILENCE = "silence"
    END_SILENCE = "end-silence"


@dataclass(frozen=True, slots=True)
class Action:
    """One deed of one person. ``target``: an incident's id, a selector, or a silence's id; ``until``: of a silence.

    ``data`` is of versions to come: what is not known here is kept.
    """

    id: str
    time: datetime
    who: str
    deed: Deed
    target: str
    comment: str = ""
    owner: str = ""
    until: datetime | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on an incident, with who and when."""

    time: datetime
    who: str
    said: str


@dataclass(frozen=True, slots=True)
class Notes:
    """What people have noted on an incident. ``acknowledged``: who said so first, and when."""

    acknowledged: tuple[str, datetime] | None = None
    owner: str = ""
    comments: tuple[Comment, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the notes for ``--json``."""
        who, when = self.acknowledged or (None, None)
        return {
            "acknowledged": None if who is None else {"by": who, "at": rfc3339(when)},
            "owner": self.owner or None,
            "comments": [{"at": rfc3339(c.time), "by": c.who, "comment": c.said} for c in self.comments],
        }


NO_NOTES = Notes()


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told about what ``target`` picks (an incident's id, or a selector of devices) before ``until``."""

    id: str
    target: str
    who: str
    since: datetime
    until: datetime
    comment: str
    ended: tuple[str, datetime] | None = None

    @property
    def over(self) -> datetime:
        """Return when it ends, or ended before its time."""
        return min(self.until, self.ended[1]) if self.ended is not None else self.until

    def holds(self, now: datetime) -> bool:
        """Say whether it is, or was, in force at a moment: who ended it changes nothing of what it covered before."""
        return self.since <= now < self.over

    def as_json(self) -> dict[str, object]:
        """Return the silence for ``--json``."""
        return {
            "id": self.id,
            "target": self.target,
            "by": self.who,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until),
            "comment": self.comment,
            "ended": None if self.ended is None else {"by": self.ended[0], "at": rfc3339(self.ended[1])},
        }


@dataclass(frozen=True, slots=True)
class Desk:
    """All that people have noted: by incident, and silences by id."""

    notes: Mapping[str, Notes] = field(default_factory=dict)
    silences: Mapping[str, Silence] = field(default_factory=dict)

    def of(self, incident: str) -> Notes:
        """Return the notes on an incident."""
        return self.notes.get(incident, NO_NOTES)

    def silenced(self, incident: Incident, now: datetime, picks: Picks) -> Silence | None:
        """Return the silence in force over an incident that ends last."""
        found = [s for s in self.silences.values() if s.holds(now) and covers(s, incident, picks)]
        return max(found, key=lambda s: s.until, default=None)

    def audible_since(self, incident: Incident, now: datetime, picks: Picks) -> datetime:
        """Return since when people may have heard of an open incident: it opened, or its last silence ended."""
        ends = (s.over for s in self.silences.values() if covers(s, incident, picks))
        return max([incident.opened, *(end for end in ends if end <= now)])


Picks = Callable[[str], frozenset[str]]
"""Says which devices, and circuits that end at them, a selector picks; of one that cannot be read: none."""


def covers(silence: Silence, incident: Incident, picks: Picks) -> bool:
    """Say whether an incident is the one that is silenced, or is about what the selector picks, all parts of it."""
    if silence.target.isdigit():
        return silence.target == incident.id
    picked = picks(silence.target)
    parts = {part.id.name for part in incident.parts}
    return incident.subject in picked or bool(parts and parts <= picked)


def take(desk: Desk, action: Action) -> Desk:
    """Return the desk after an action. What it does not fit (an unknown silence) changes nothing."""
    if action.deed is Deed.SILENCE and action.until is not None:
        until = min(action.until, action.time + LONGEST_SILENCE)
        made = Silence(action.id, action.target, action.who, action.time, until, action.comment)
        return replace(desk, silences={**desk.silences, action.id: made})
    if action.deed is Deed.END_SILENCE:
        known = desk.silences.get(action.target)
        if known is None or known.ended is not None:
            return desk
        return replace(desk, silences={**desk.silences, known.id: replace(known, ended=(action.who, action.time))})
    notes = _noted(desk.of(action.target), action)
    return replace(desk, notes={**desk.notes, action.target: notes})


def _noted(notes: Notes, action: Action) -> Notes:
    if action.deed is Deed.ACKNOWLEDGE and notes.acknowledged is None:
        notes = replace(notes, acknowledged=(action.who, action.time), owner=notes.owner or action.who)
    if action.deed is Deed.RELEASE:
        notes = replace(notes, acknowledged=None, owner="")
    if action.owner:
        notes = replace(notes, owner=action.owner)
    if action.comment:
        notes = replace(notes, comments=(*notes.comments, Comment(action.time, action.who, action.comment)))
    return notes


def pack_notes(notes: Notes) -> str:
    """Return notes as JSON."""
    who, when = notes.acknowledged or (None, None)
    packed = {
        "acknowledged": [who, when and micros(when)],
        "owner": notes.owner,
        "comments": [[micros(c.time), c.who, c.said] for c in notes.comments],
    }
    return json.dumps(packed, ensure_ascii=False)


def unpack_notes(data: str) -> Notes:
    """Return the notes that were packed."""
    packed = json.loads(data)
    who, when = packed["acknowledged"]
    comments = tuple(Comment(moment(time), by, said) for time, by, said in packed["comments"])
    return Notes(None if who is None else (who, moment(when)), packed["owner"], comments)


def pack_silence(silence: Silence) -> str:
    """Return a silence as JSON."""
    packed = asdict(silence) | {"since": micros(silence.since), "until": micros(silence.until)}
    packed["ended"] = silence.ended and [silence.ended[0], micros(silence.ended[1])]
    return json.dumps(packed, ensure_ascii=False)


def unpack_silence(data: str) -> Silence:
    """Return the silence that was packed."""
    packed = json.loads(data)
    ended = packed["ended"] and (packed["ended"][0], moment(packed["ended"][1]))
    since, until = moment(packed["since"]), moment(packed["until"])
    return Silence(packed["id"], packed["target"], packed["who"], since, until, packed["comment"], ended)
