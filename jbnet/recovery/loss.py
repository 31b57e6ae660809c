"""What a move would lose, in bytes, seconds and transactions: what is not known says so, and is never nothing."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.text import Text, text
from jbnet.recovery.lag import lag_of
from jbnet.recovery.observed import DatabaseLook
from jbnet.recovery.readiness import Question
from jbnet.recovery.readiness_servers import in_force, shown_bytes, shown_s


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
    if in_force(look):
        return Loss(nothing=True, bytes=lag.bytes, seconds=0.0, transactions=0,
                    said=text("nothing acknowledged: commits wait for the standby"))  # fmt: skip
    if lag.bytes is None and lag.age_s is None and lag.heartbeat_s is None:
        return Loss(nothing=False, bytes=None, seconds=None, transactions=None, said=text("unknown"))
    if lag.bytes is None:
        said = text("unknown; the newest commit there is {age} old, the newest row {heartbeat}", age=shown_s(lag.age_s),
                    heartbeat=shown_s(lag.heartbeat_s))  # fmt: skip
        return Loss(nothing=False, bytes=None, seconds=_most(lag.age_s, lag.heartbeat_s), transactions=None, said=said)
    seconds = 0.0 if lag.bytes == 0 else _most(lag.age_s, lag.heartbeat_s)
    transactions = lag.transactions
    said = text("what is on its way: now {bytes}, {seconds}, {transactions} transactions at most",
                bytes=shown_bytes(lag.bytes), seconds=shown_s(seconds),
                transactions=text("unknown") if transactions is None else transactions)  # fmt: skip
    return Loss(nothing=False, bytes=lag.bytes, seconds=seconds, transactions=transactions, said=said)


def _most(*known: float | None) -> float | None:
    """Return the largest; None as soon as one of them is not known."""
    return max((value for value in known if value is not None), default=None) if None not in known else None
