"""RTO and RPO of one database, from the journal and, where a client's record was measured, from that.

The journal knows when jbnet acted and when it saw a write arrive, not when clients first failed. So an RTO from it
counts from the stop of the old primary where jbnet stopped it; else the outage began before anything in the journal,
and there are only bounds: at least from the start of the execution (or the fence, where the old primary still led), at
most from the last moment at which the standby had heard of the old primary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jbnet.model.business import Replication
from jbnet.recovery.replay import Entry
from jbnet.recovery.report.nouns import Basis, Loss, Reached, Transaction
from jbnet.recovery.report.reading import Act, acts, mapping, number, time_of
from jbnet.recovery.runbook import HAND_OVER, LEADING

AGES = ("behind_s", "heartbeat_age_s")
"""Figures of an assessment that say how old the standby's newest data are, in seconds."""


@dataclass(frozen=True, slots=True)
class Move:
    """How one database moved: the acts about it, in order, and the promotion (None: nobody was promoted)."""

    acts: tuple[Act, ...]
    promotion: Act | None

    @property
    def to(self) -> str | None:
        """The host that was promoted."""
        promotion = self.promotion
        key = "to" if promotion and promotion.action == HAND_OVER else "host"
        host = promotion.params.get(key) if promotion else None
        return host if isinstance(host, str) else None

    def before(self, action: str, *kinds: str) -> list[Act]:
        """Return the acts of an action up to the promotion."""
        end = self.promotion.seq if self.promotion else None
        return [a for a in self.acts if a.action == action and a.kind in kinds and (end is None or a.seq < end)]

    @property
    def written(self) -> Act | None:
        """The first verified write after the promotion."""
        if self.promotion is None:
            return None
        begin = self.promotion.seq
        return next(
            (a for a in self.acts if a.action == "verify-writes" and a.kind == "verified" and a.seq > begin), None
        )


def move_of(entries: Iterable[Entry], database: str) -> Move:
    """Return how a database moved; the last promotion that was verified counts."""
    own = tuple(act for act in acts(entries) if act.database == database)
    promotions = [act for act in own if act.action in LEADING and act.kind == "verified"]
    return Move(own, promotions[-1] if promotions else None)


def rto_of_journal(entries: Sequence[Entry], move: Move, objective: float | None) -> Reached:
    """Return the RTO as far as the journal has it."""
    if move.written is None:
        return Reached(objective=objective)
    end = move.written.time
    if (said := _stop_said(move)) is not None:
        return Reached(_between(said, end), basis=Basis.STOP, objective=objective)
    stopped = move.before("stop-primary", "intent") or move.before(HAND_OVER, "intent")
    if stopped:
        return Reached(_between(stopped[0].time, end), basis=Basis.STOP, objective=objective)
    fenced, assessed = move.before("fence", "intent"), move.before("assess", "result")
    if assessed and _led(assessed[-1]):
        if not fenced:
            return Reached(objective=objective)
        return Reached(at_least=_between(fenced[0].time, end), basis=Basis.FENCE, objective=objective)
    heard = [moment for act in assessed if (moment := _last_heard(act)) is not None]
    at_most = _between(max(heard), end) if heard else None
    at_least = _between(time_of(entries[0]), end)
    if at_most is not None and at_most < at_least:
        at_most = None  # clocks of two hosts that disagree bound nothing
    return Reached(at_least=at_least, at_most=at_most, basis=Basis.START, objective=objective)


def rto(of_journal: Reached, measured: Mapping[str, object], database: str) -> Reached:
    """Return the client's RTO where one was measured, else the journal's."""
    seen = mapping(mapping(measured.get("databases")).get(database))
    if "rto_s" not in seen:
        return of_journal
    return Reached(number(seen["rto_s"]), basis=Basis.CLIENT, objective=of_journal.objective)


def rpo(move: Move, losses: Sequence[Loss], measured: Mapping[str, object], objective: float | None) -> Reached:
    """Return the RPO: the time before the outage whose transactions are lost. Whoever knows of a loss is believed.

    Lost is what was acknowledged. What a primary that waits for its standby had alone was not, as far as it waited.
    """
    known = [loss for loss in losses if loss.count and loss.acknowledged]
    if known:
        worst = [_lost_span(loss, measured) for loss in known]
        exact = [one for one in worst if one.seconds is not None]
        found = max(exact, key=lambda one: one.seconds or 0.0) if len(exact) == len(worst) else _open(worst)
        return replace(found, objective=objective, lost=True)
    if caught_up(move):
        return Reached(0.0, basis=Basis.CAUGHT_UP, objective=objective)
    if waited(move) and not any(loss.count for loss in losses):
        return Reached(0.0, basis=Basis.WAITED, objective=objective)
    for basis in (Basis.LOG, Basis.CLIENT):
        if any(loss.basis is basis and loss.count == 0 for loss in losses):
            return Reached(0.0, basis=basis, objective=objective)
    return _by_lag(move, objective)


def waited(move: Move) -> bool:
    """Say whether the approvers were shown that nothing acknowledged is missing, of a database that stands still alone.

    Only of ``sync-remote: block``: there what the old primary committed after that look was not acknowledged either.
    """
    assessed = move.before("assess", "result")
    if not assessed or move.promotion is None:
        return False
    seen = assessed[-1].evidence
    return seen.get("expected_loss_bytes") == 0 and seen.get("replication") == Replication.BLOCK


def caught_up(move: Move) -> bool:
    """Say whether the new primary was seen to have everything that the old one, stopped cleanly, had written."""
    for act in move.before(HAND_OVER, "result"):
        last, stop = number(act.evidence.get("replayed")), number(act.evidence.get("checkpoint"))
        if last is not None and stop is not None and last > stop:
            return True
    for act in (*move.before("wait-caught-up", "verified"), *move.before(HAND_OVER, "result")):
        host, source = mapping(act.evidence.get("host")), mapping(act.evidence.get("source"))
        replayed, checkpoint = number(host.get("replayed")), number(source.get("checkpoint"))
        known = source.get("shut_down") is True and replayed is not None and checkpoint is not None
        if known and (replayed or 0) > (checkpoint or 0):
            return True
    return False


def _lost_span(loss: Loss, measured: Mapping[str, object]) -> Reached:
    """Return the time that the lost transactions of one source span."""
    if loss.basis is Basis.CLIENT:
        seen = mapping(mapping(measured.get("databases")).get(loss.database))
        return Reached(number(seen.get("rpo_s")), basis=Basis.CLIENT)
    times = [moment for one in loss.listed if (moment := _moment(one)) is not None]
    if not times:
        return Reached(basis=Basis.LOG)
    span = _between(min(times), max(times))
    whole = len(times) == loss.count
    return Reached(span if whole else None, at_least=None if whole else span, basis=Basis.LOG)


def _open(found: Sequence[Reached]) -> Reached:
    """Return what is known at least, where one source does not know exactly."""
    known = [value for one in found for value in (one.seconds, one.at_least) if value is not None]
    return Reached(at_least=max(known, default=None), basis=found[0].basis)


def _by_lag(move: Move, objective: float | None) -> Reached:
    """Bound the loss: nothing older than the standby's newest data, and nothing after the fence was proved."""
    assessed, fenced = move.before("assess", "result"), move.before("fence", "verified")
    if not assessed or not fenced or move.promotion is None:
        return Reached(objective=objective)
    ages = [age for name in AGES if (age := number(assessed[-1].evidence.get(name))) is not None]
    if not ages:
        return Reached(objective=objective)
    at_most = min(ages) + _between(assessed[-1].time, fenced[-1].time)
    return Reached(at_most=at_most, basis=Basis.LAG, objective=objective)


def _led(act: Act) -> bool:
    """Say whether the assessment saw the old primary take writes."""
    return mapping(act.evidence.get("primary")).get("in_recovery") is False


def _stop_said(move: Move) -> datetime | None:
    """Return when the old leader was told to stop, of a hand-over that went through at once."""
    for act in move.before(HAND_OVER, "result"):
        said = act.evidence.get("stop_said")
        if isinstance(said, str):
            return datetime.fromisoformat(said)
    return None


def _last_heard(act: Act) -> datetime | None:
    """Return the last moment of which the standby had something from the old primary."""
    standby = mapping(act.evidence.get("standby"))
    ages = [number(standby.get("last_message_age_s")), *(number(act.evidence.get(name)) for name in AGES)]
    known = [age for age in ages if age is not None]
    return act.time - timedelta(seconds=min(known)) if known else None


def _moment(one: Transaction) -> datetime | None:
    try:
        return datetime.fromisoformat(one.time).replace(tzinfo=None)
    except ValueError:
        return None


def _between(start: datetime, end: datetime) -> float:
    return round((end - start).total_seconds(), 3)
