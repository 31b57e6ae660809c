"""What the monitor recorded, played again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.monitoring import load_checks, rules_of
from jbnet.wiring.ruling import rules_then
from jbnet.wiring.telling import STORE, windows

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.monitor.again import Comparison


def replayed(directory: Path, state_dir: Path, since: datetime | None, until: datetime | None) -> Comparison:
    """Play what the store has of a span again, by the declaration of this workspace, and compare.

    Raises Missing where nothing was ever monitored, and what ``load_network`` raises.
    """
    from datetime import UTC, datetime
    from itertools import takewhile

    from jbnet.adapters.store_ruled import read_ruled
    from jbnet.adapters.store_view import SqliteStoreView
    from jbnet.monitor.again import Comparison, differences, replay
    from jbnet.monitor.plant import survey

    network = load_network(directory, state_dir)
    declared, worked = rules_of(directory, state_dir, network), windows(state_dir).windows()
    rules = rules_then(directory, state_dir, network, read_ruled(state_dir / STORE), declared, worked)
    policy = load_checks(directory, network).policy
    view = SqliteStoreView(state_dir / STORE)
    try:
        summary = view.summary()
        last = datetime.fromisoformat(str(summary["as_of"])) if summary else datetime.now(UTC)
        end = min(until or last, last)  # a monitor that is at work goes on writing while this is read
        kept = view.incidents(only_open=False)
        rounds = takewhile(lambda turn: turn.time <= end, view.rounds(since))
        played = replay(rounds, survey(network), policy, rules, kept)
    finally:
        view.close()
    return Comparison(played, tuple(differences(kept, played)))
