"""What a move would lose, in bytes, seconds and transactions: what is not known says so, and is never nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.model.text import Text, text
from jbnet.recovery.lag import Lag, lag_of
from jbnet.recovery.observed import DatabaseLook, ServerLook, Unseen
from jbnet.recovery.readiness import Question
from jbnet.recovery.readiness_servers import shown_bytes, shown_s
from jbnet.recovery.waiting import alone_since, lsn_text, nothing_missing, shown_time, waited_to_the_end

NOTHING = text("nothing acknowledged")
UNKNOWN = text("unknown")


@dataclass(frozen=True, slots=True)
class Loss:
    """``nothing``: it is known that nothing acknowledged would be lost. The figures: at most, None is unknown."""

    nothing: bool
    bytes: int | None
    seconds: float | None
    transactions: int | None
    said: Text


def loss_of(look: DatabaseLook, question: Question) -> Loss:
    """Return what a move at this moment would lose. A planned one waits for the last record, or does not happen."""
    if question is Question.SWITCHOVER:
        return Loss(nothing=True, bytes=0, seconds=0.0, transactions=0,
                    said=text("nothing: it waits for the last record, or stops"))  # fmt: skip
    lag = lag_of(look)
    if nothing_missing(look):
        return Loss(nothing=True, bytes=lag.bytes, seconds=0.0, transactions=0,
                    said=text("nothing acknowledged: commits wait for the standby"))  # fmt: skip
    if _waited_to_the_end(look):
        return Loss(nothing=True, bytes=None, seconds=0.0, transactions=0,
                    said=text("nothing acknowledged: commits waited when it was last heard, and stand still without"
                              " the standby"))  # fmt: skip
    if lag.bytes is None and lag.age_s is None and lag.heartbeat_s is None:
        return Loss(nothing=False, bytes=None, seconds=None, transactions=None, said=text("unknown"))
    if lag.bytes is None:
        said = text("unknown; the newest commit there is {age} old, the newest row {heartbeat}", age=shown_s(lag.age_s),
                    heartbeat=shown_s(lag.heartbeat_s))  # fmt: skip
        return Loss(nothing=False, bytes=None, seconds=_most(lag.age_s, lag.heartbeat_s), transactions=None, said=said)
    seconds = 0.0 if lag.bytes == 0 else _most(lag.age_s, lag.heartbeat_s)
    said = _on_its_way(look, lag, seconds)
    return Loss(nothing=False, bytes=lag.bytes, seconds=seconds, transactions=lag.transactions, said=said)


def loss_seen(figures: Mapping[str, object]) -> Text | None:
    """Return what an assessment's figures say of a loss, in the words of a look; None: they are of something else."""
    if "expected_loss_bytes" not in figures:
        return None
    expected, age = figures["expected_loss_bytes"], figures.get("behind_s")
    if expected == 0:
        return NOTHING
    if not isinstance(expected, int):
        return UNKNOWN
    if figures.get("both_lead") is True:
        return text("what the old primary has alone: {bytes}", bytes=shown_bytes(expected))
    seconds = float(age) if isinstance(age, int | float) else None
    return text("what is on its way: now {bytes}, {seconds}", bytes=shown_bytes(expected), seconds=shown_s(seconds))


def lost_count(count: int | None) -> Text:
    """Return how many transactions are lost, in the words of every page and list: nothing, unknown, or a number."""
    if count is None:
        return UNKNOWN
    return text("{count} transactions", count=count) if count else NOTHING


def _waited_to_the_end(look: DatabaseLook) -> bool:
    """Say whether the standby proves by itself that it has all that its leader acknowledged; it is asked only then."""
    leader, follower = look.at(look.leader), look.at(look.follower)
    if isinstance(follower, Unseen) or (isinstance(leader, ServerLook) and leader.answers):
        return False
    mode = look.database.replication
    return follower.in_recovery is True and waited_to_the_end(
        mode, follower.recorded, follower.received, follower.replayed
    )


def _on_its_way(look: DatabaseLook, lag: Lag, seconds: float | None) -> Text:
    alone = alone_since(look) if look.database.replication.remote else None
    known = {
        "bytes": shown_bytes(lag.bytes),
        "seconds": shown_s(seconds),
        "transactions": text("unknown") if lag.transactions is None else lag.transactions,
    }
    if alone is None:
        return text("what is on its way: now {bytes}, {seconds}, {transactions} transactions at most", **known)
    return text("commits have not waited since {time}, {lsn}: now {bytes}, {seconds}, {transactions} transactions at"
                " most", time=shown_time(alone.since), lsn=lsn_text(alone.lsn), **known)  # fmt: skip


def _most(*known: float | None) -> float | None:
    """Return the largest; None as soon as one of them is not known."""
    return max((value for value in known if value is not None), default=None) if None not in known else None
