"""What availability is worked out from: the monitor's spells and the declared opening hours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.monitoring import rules_of
from jbnet.wiring.telling import STORE

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.model.network import Network
    from jbnet.monitor.hours import Hours
    from jbnet.monitor.sla import Period
    from jbnet.monitor.targets import Target


def watched(directory: Path, state_dir: Path) -> tuple[Network, Hours]:
    """Return the network that is watched here, and its opening hours. Raises what ``load_network`` raises."""
    network = load_network(directory, state_dir)
    return network, rules_of(directory, state_dir, network).calendar.hours


def period(state_dir: Path, begins: datetime, ends: datetime) -> Period:
    """Return what the monitor saw of a period. Raises Missing where nothing was ever monitored."""
    from datetime import datetime

    from jbnet.adapters.store_view import SqliteStoreView
    from jbnet.monitor.sla import Period

    view = SqliteStoreView(state_dir / STORE)
    try:
        spells, summary = view.spells(begins, ends), view.summary()
    finally:
        view.close()
    seen = datetime.fromisoformat(str(summary["as_of"])) if summary else begins
    return Period(begins, ends, tuple(spells), seen)


def promised(directory: Path, state_dir: Path) -> tuple[Target, ...]:
    """Return the declared targets of availability; in a lab too they are those of the whole network.

    Raises AnswerIsNo with the findings when monitors/ has errors.
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.sla_file import load_sla

    whole = load_network(directory, state_dir, whole=True)
    targets, findings = load_sla(read_files(directory, ("monitors",)), whole)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    return targets
