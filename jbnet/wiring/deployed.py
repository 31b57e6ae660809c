"""Which devices are known to have been deployed, from what the state directory holds."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from jbnet.wiring.devices import config_history
from jbnet.wiring.replacements import change_entries

EVER = datetime.min.replace(tzinfo=UTC)


def deployed_before(state_dir: Path) -> frozenset[str]:
    """Return the devices that were deployed from here, or of which the history of configurations has any.

    With a lab up only what came after it counts, and all of a lab that booted as deployed: its devices are new.
    """
    from jbnet.change.applied import deployed
    from jbnet.model.errors import TargetError

    since, known = _lab(state_dir / "lab.json")
    known |= deployed(change_entries(state_dir), since)
    with suppress(TargetError):  # a history that cannot be read is no reason not to plan
        known |= config_history(state_dir).devices(since)
    return known


def _lab(record: Path) -> tuple[datetime, frozenset[str]]:
    """Return since when the lab is up, and its devices if it booted as deployed."""
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(record.stat().st_mtime, UTC)
    except (OSError, ValueError):
        return EVER, frozenset()
    return since, frozenset(content["devices"] if content.get("deployed") else ())
