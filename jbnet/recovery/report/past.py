"""What journals of executions show for the score: who took over, what was written, moved, streamed and not lost."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.recovery.replay import replay
from jbnet.recovery.report.losses import losses_by_log
from jbnet.recovery.report.nouns import Past as Journal
from jbnet.recovery.report.reading import acts, time_of
from jbnet.recovery.report.timing import caught_up, move_of
from jbnet.recovery.runbook import HAND_OVER
from jbnet.recovery.scoring.facts import Past


def past_of(journals: Sequence[Journal]) -> tuple[Past, ...]:
    """Return what each journal shows, oldest first."""
    return tuple(_past(journals[number:]) for number in range(len(journals)))


def _past(journals: Sequence[Journal]) -> Past:
    """Return what the first of the journals shows; the later ones may know what it lost."""
    own = journals[0]
    state = replay(own.entries)
    names = [str(binding.get("database")) for binding in state.bindings]
    moves = {name: move_of(own.entries, name) for name in names}
    verified = {(act.action, act.database) for act in acts(own.entries) if act.kind == "verified"}
    return Past(
        execution=own.execution,
        runbook=str(state.header.get("runbook_name") or ""),
        result=state.result,
        day=time_of(own.entries[-1]).isoformat(),
        promoted={name: move.to for name, move in moves.items() if move.to is not None},
        wrote=frozenset(name for name, move in moves.items() if move.written is not None),
        moved=frozenset(name for name in names if verified & {("move-address", name), (HAND_OVER, name)}),
        streamed=frozenset(name for name in names if ("check-standby", name) in verified),
        lossless=frozenset(name for name in names if _lost_nothing(journals, name)),
    )


def _lost_nothing(journals: Sequence[Journal], name: str) -> bool:
    """Say whether an unplanned move is known to have lost nothing: a planned one waits, and shows nothing of it."""
    move = move_of(journals[0].entries, name)
    if move.promotion is None or caught_up(move):
        return False
    binding = next((b for b in replay(journals[0].entries[:1]).bindings if b.get("database") == name), {})
    old = next((str(binding[key]) for key in ("primary", "standby") if binding.get(key) not in (None, move.to)), None)
    loss = losses_by_log(journals, name, old, move.promotion.seq) if old else None
    return loss is not None and loss.count == 0
