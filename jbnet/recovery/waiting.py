"""Whom commits wait for, and what that says of a loss: from the leader's own settings, and from the keeper's records.

============================ ==========================================================================================
the leader is seen           commits wait when it is told to, the standby streams in that role, and no role or database
                             is set to wait for less
it is not seen, ``block``    they waited when the standby last heard of it, and they do not go on without it
it is not seen, ``degrade``  nobody here can know: it may have gone on alone after it lost its standby
============================ ==========================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from jbnet.model.business import Replication
from jbnet.recovery.observed import DatabaseLook, Recorded, ServerLook, Unseen

ENOUGH = ("on", "remote_apply")
"""Values of ``synchronous_commit`` with which an acknowledged commit is on the standby's disk (PostgreSQL 15 manual,
20.5.1): with ``remote_write`` it may be in its memory only."""


@dataclass(frozen=True, slots=True)
class Waited:
    """``synchronous_standby_names``, read: so many of these names have to confirm a commit."""

    number: int
    names: tuple[str, ...]

    def surely(self, member: str) -> bool:
        """Say whether every commit waits for this one: with ``ANY 1 (a, b)`` another's word is enough."""
        return member in self.names and self.number >= len(self.names)


def read_names(setting: str | None) -> Waited:
    """Read the setting (PostgreSQL 15 manual, 20.6.2): ``FIRST 1 (a, b)``, ``ANY 1 (a, b)`` or ``a, b``, or nothing."""
    found = re.fullmatch(r"\s*(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)\s*", setting or "", re.IGNORECASE | re.DOTALL)
    number, listed = (int(found[1]), found[2]) if found else (1, setting or "")
    return Waited(number, tuple(re.findall(r"[\w*]+", listed)))


def streams_in_role(member: str, followers: Iterable[tuple[object, object, object]]) -> bool:
    """Say whether a standby is waited for as its leader sees it; a follower is its name, state and sync_state."""
    return (member, "streaming") in {(n, state) for n, state, sync in followers if sync in ("sync", "quorum")}


def told_to_wait(seen: ServerLook, member: str) -> bool:
    """Say whether a leader is told to let all commits wait for the standby, and nobody's for less."""
    return seen.commits in ENOUGH and not seen.weakened and read_names(seen.synchronous_to).surely(member)


def in_force(look: DatabaseLook) -> bool:
    """Say whether the leader's commits wait, and the standby is there to confirm them."""
    seen, member = look.at(look.leader), look.members[look.follower]
    if isinstance(seen, Unseen):
        return False
    rows = ((f.name, f.state, f.sync_state) for f in seen.followers)
    return told_to_wait(seen, member) and streams_in_role(member, rows)


def has_all(recorded: Recorded | None, received: int | None) -> bool:
    """Say whether the standby has what was acknowledged before commits waited: it got beyond the record of that."""
    return recorded is not None and recorded.waits and received is not None and received >= recorded.lsn


def nothing_missing(look: DatabaseLook) -> bool:
    """Say whether the standby is seen to have all that the leader acknowledged, whether it streams or not.

    While it does not, commits stand still.
    """
    seen, follower = look.at(look.leader), look.at(look.follower)
    if isinstance(seen, Unseen) or isinstance(follower, Unseen) or not seen.leads:
        return False
    received = look.received_after.get(look.follower, follower.received)
    return told_to_wait(seen, look.members[look.follower]) and has_all(seen.recorded, received)


def waited_to_the_end(mode: Replication, recorded: Recorded | None, received: int | None, replayed: int | None) -> bool:
    """Say of a leader that is not seen, by its standby, whether nothing acknowledged can be missing there.

    The record is as old as what was replayed, so all that was received has to be replayed.
    """
    everything = received is not None and replayed is not None and replayed >= received
    return mode is Replication.BLOCK and recorded is not None and recorded.waits and everything


def alone_since(look: DatabaseLook) -> Recorded | None:
    """Return the leader's record that its commits wait for nobody; None: there is none, or it is not seen."""
    seen = look.at(look.leader)
    if not isinstance(seen, ServerLook) or not look.database.replication.waits or seen.recorded is None:
        return None
    return None if seen.recorded.waits else seen.recorded


def lsn_text(lsn: int) -> str:
    """Return an LSN as PostgreSQL writes it: ``lsn_text(0x1_0000_0028)`` is ``1/28``."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def shown_time(since: float) -> str:
    """Return a moment (seconds since 1970) as it is shown."""
    return f"{datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M:%S} UTC"
