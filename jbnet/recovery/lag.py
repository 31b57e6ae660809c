"""How far a standby is behind: three measures, each of which lies in its own way, and what a failover would lose.

=========== ==========================================================================================================
bytes       the leader's LSN less what the standby had received when asked again after that. Says nothing of time; a
            burst is large and short. 0 is the one that does not lie: everything the leader had then is there.
newest      age of the newest commit that the standby replayed. Grows while nobody writes, and with replay that is
commit      paused although everything has arrived; a step of a clock moves it.
heartbeat   the newest row there is on the leader less the newest on the standby, both stamped by one clock. As coarse
            as rows come; says nothing where nobody writes one.
=========== ==========================================================================================================

With 0 bytes the seconds are shown and not judged. With more, the worse of the two counts, and one that is missing is
unknown rather than good.
"""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.recovery.observed import DatabaseLook, ServerLook, Unseen

HEARTBEAT_AGE_S = 120.0
"""A newest row that is older than this on the leader itself is no heartbeat."""


@dataclass(frozen=True, slots=True)
class Lag:
    """``transactions``: ids that the leader has given out and the standby has not seen the end of, at most; ids that
    are in use or rolled back are among them.
    """

    bytes: int | None = None
    age_s: float | None = None
    heartbeat_s: float | None = None
    transactions: int | None = None


def lag_of(look: DatabaseLook) -> Lag:
    """Return the three measures. With the leader unseen, ages by the standby's clock are all there is."""
    follower, leader = look.at(look.follower), look.at(look.leader)
    if isinstance(follower, Unseen):
        return Lag()
    age = None if follower.last_replay_age_s is None else max(0.0, follower.last_replay_age_s)
    if isinstance(leader, Unseen) or not leader.leads:
        alone = _since(follower.clock, follower.newest_row)
        return Lag(age_s=age, heartbeat_s=alone)
    return Lag(_bytes(look, leader, follower), age, _heartbeat(leader, follower), _transactions(leader, follower))


def _bytes(look: DatabaseLook, leader: ServerLook, follower: ServerLook) -> int | None:
    received = look.received_after.get(follower.host, follower.received)
    if leader.written is None or received is None:
        return None
    return max(0, leader.written - received)


def _heartbeat(leader: ServerLook, follower: ServerLook) -> float | None:
    age = _since(leader.clock, leader.newest_row)
    if age is None or age > HEARTBEAT_AGE_S or leader.newest_row is None or follower.newest_row is None:
        return None
    return max(0.0, leader.newest_row - follower.newest_row)


def _since(clock: float | None, moment: float | None) -> float | None:
    return None if clock is None or moment is None else max(0.0, clock - moment)


def _transactions(leader: ServerLook, follower: ServerLook) -> int | None:
    if leader.next_xid is None or follower.next_xid is None:
        return None
    return max(0, leader.next_xid - follower.next_xid)
