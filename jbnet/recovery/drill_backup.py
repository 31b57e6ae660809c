"""A drill from a backup: what pgBackRest has, which backup it takes, and why there must be none. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text
from jbnet.recovery.drill import HostLook
from jbnet.recovery.runbook import CLEAR_DRILL, DRILL, Runbook, from_content

SITES: Final = ("primary", "standby")
WAL_ID: Final = 1 << 32
"""Bytes of log for which one number in the middle of a segment's name stands (PostgreSQL 15, 30.6)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that ended well. ``ended``: seconds since 1970; ``size``: bytes of the databases in it; ``first`` and
    ``last``: the segments of the log without which it is of no use. ``kind``: full, diff or incr.
    """

    label: str
    kind: str
    ended: float
    size: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class BackupLook:
    """What pgBackRest on a host knows of a database's backups, oldest first.

    ``archived``: the newest segment in the archive; ``cipher``: of the repository, ``none`` without; ``said``: what it
    complained of. ``networked``: the repository is on another host. ``repositories``: paths of those on this one.
    """

    backups: tuple[Backup, ...] = ()
    archived: str = ""
    segment_bytes: int = 16 << 20
    cipher: str = "none"
    said: str = ""
    networked: bool = False
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The backup that a drill takes, and where it stops reading the log (``at``; None: at its end)."""

    backup: Backup
    look: BackupLook
    at: datetime | None = None

    def evidence(self, now: datetime) -> dict[str, object]:
        """Return what identifies it. ``age_s``: seconds since it ended."""
        ended = datetime.fromtimestamp(self.backup.ended, UTC)
        return {
            "label": self.backup.label,
            "kind": self.backup.kind,
            "ended": ended.isoformat(),
            "age_s": round((now - ended).total_seconds(), 1),
            "archived": self.look.archived,
            "over_the_network": self.look.networked,
            "at": self.at.isoformat() if self.at else None,
        }


def chosen(look: BackupLook, at: datetime | None) -> Chosen | None:
    """Return the newest backup that ended before the time that is asked for; None: there is none."""
    fit = [one for one in look.backups if at is None or one.ended <= at.timestamp()]
    return Chosen(max(fit, key=lambda one: one.ended), look, at) if fit else None


def to_be_seen(at: datetime | None) -> Chosen:
    """Return a backup that is not known yet, to show what would run."""
    return Chosen(Backup("LABEL", "", 0.0, 0, "0" * 24, "0" * 24), BackupLook(), at)


def log_bytes(taken: Chosen) -> int:
    """Return the bytes of archived log from where the backup began to the archive's end, or nearly: it grows."""
    size = taken.look.segment_bytes

    def place(name: str) -> int:
        return int(name[8:16], 16) * (WAL_ID // size) + int(name[16:24], 16)

    ends = [name for name in (taken.backup.last, taken.look.archived) if name]
    return size * max(0, max(map(place, ends)) - place(taken.backup.first) + 1)


def with_backup(look: HostLook, taken: Chosen) -> HostLook:
    """Return the look at the host with the room that this backup and its log take, and not the standby's copy."""
    return replace(look, size=taken.backup.size + log_bytes(taken), copies=True)


def objections_to(look: BackupLook, at: datetime | None, host: str, now: datetime) -> Iterator[tuple[Text, Text]]:
    """Yield why no backup can be taken from there, and what to do."""
    if at is not None and at > now:
        yield text("{at} is yet to come", at=at.isoformat()), text("expected a time that has been")
    if look.backups:
        oldest = min(one.ended for one in look.backups)
        if chosen(look, at) is None and at is not None:
            told = text("no backup ended before {at}; the oldest on {host} ended at {ended}", at=at.isoformat(),
                        host=host, ended=datetime.fromtimestamp(oldest, UTC).isoformat())  # fmt: skip
            yield told, text("ask for a later time: a backup reaches forward only")
    elif look.said == "not installed":
        told = text("pgBackRest is not installed on {host}", host=host)
        yield told, text("jbnet playbook backup installs it, and takes a backup")
    elif _encrypted(look):
        told = text("the repository of {host} is encrypted, and its key is absent or wrong: {said}", host=host,
                    said=look.said)  # fmt: skip
        yield told, text("pgBackRest's configuration there wants repo1-cipher-type and repo1-cipher-pass")
    elif look.said:
        told = text("the repository of {host} cannot be read: {said}", host=host, said=look.said)
        yield told, text("see pgBackRest's configuration there, and that the account postgres may read the repository")
    else:
        yield text("there is no backup in the repository that {host} knows", host=host), WHERE


WHERE: Final = text(
    "jbnet playbook backup takes one where the database leads, into the repository of that host: "
    "jbnet dr drill --from backup --on primary, or give both hosts one repository (backup_options)"
)


def _encrypted(look: BackupLook) -> bool:
    """A key that is absent is named; one that is wrong, or not thought of, makes garbage of what is read."""
    signs = ("cipher-pass", "CryptoError", "Salted__")
    return any(sign in look.said for sign in signs) or (look.cipher != "none" and "FormatError" in look.said)


# --- which, from the command line ------------------------------------------------------------------------------------


def read_at(value: object) -> datetime | None:
    """Return a time as a step or the command line names it; None: it is not one, or says nothing of its zone."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def aimed(runbook: Runbook, source: str, at: str | None, site: str | None) -> Runbook:
    """Return a runbook whose drills copy from ``source``, to the time ``at``, on the host of a ``site``.

    What was not asked for stays as written. It is what is executed, so its hash is its own. Raises UsageError where
    it is not a runbook any more.
    """
    params = {"from": source, **({"at": at} if at else {})}
    where = {"host": f"{{{site}}}"} if site else {}
    found, wrong = from_content(_changed(runbook.content, params, where))
    if found is None:
        said = "; ".join(str(one.message) for one in wrong)
        raise UsageError("the runbook {name} cannot drill so: {said}", name=runbook.name, said=said)
    return found


def _changed(
    content: Mapping[str, object], params: Mapping[str, object], where: Mapping[str, object]
) -> dict[str, object]:
    steps = content.get("steps")
    return {**content, "steps": [_step(one, params, where) for one in steps] if isinstance(steps, list) else steps}


def _step(step: object, params: Mapping[str, object], where: Mapping[str, object]) -> object:
    """Change a step that drills, and the way back of it."""
    if not isinstance(step, Mapping):
        return step
    changed = dict(step)
    if step.get("action") == DRILL:
        changed["params"] = {**_mapping(step.get("params")), **params, **where}
    elif step.get("action") == CLEAR_DRILL:
        changed["params"] = {**_mapping(step.get("params")), **where}
    if "undo" in step:
        changed["undo"] = _step(step["undo"], params, where)
    return changed


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
