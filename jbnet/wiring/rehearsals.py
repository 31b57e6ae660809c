"""Rehearsing plans: copies of the network, and the evidence that is kept of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.devices import _addresses, deploy_desk

if TYPE_CHECKING:
    from jbnet.change.rehearsal import Evidence
    from jbnet.lab.rehearsal import LabRehearsal
    from jbnet.model.network import Network
    from jbnet.ports import Reporter
    from jbnet.services.deploy.desk import Desk

FOLDER = "rehearsal"
OPEN_S = 5.0
"""How long a device of a copy may take to answer: it stands on this machine."""


def rehearsal(state_dir: Path) -> LabRehearsal:
    """Return where the workspace rehearses: labs of their own, below the state directory."""
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.lab.rehearsal import LabRehearsal

    return LabRehearsal(state_dir.absolute() / FOLDER, SecretsFile)


def rehearsal_desk(state_dir: Path, part: Network, reporter: Reporter) -> Desk:
    """Return what a plan is applied with in a copy: its own keys, journal, leases and backups."""
    from jbnet.adapters.frr import FrrSessions

    folder = state_dir.absolute() / FOLDER
    sessions = FrrSessions(folder, _addresses(part), open_timeout=OPEN_S)
    return replace(deploy_desk(folder, folder, part, reporter), sessions=sessions)


def keep_evidence(plans: Path, evidence: Evidence) -> Path:
    """Write the evidence of a rehearsal beside its plan; return where."""
    import json

    from jbnet.adapters.workspace import write_file
    from jbnet.change.rehearsal_codec import to_json

    content = json.dumps(to_json(evidence), indent=1, ensure_ascii=False) + "\n"
    plans.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(plans, _file(evidence.plan), content)
    return plans / _file(evidence.plan)


def read_evidence(plans: Path, plan: str) -> Evidence | None:
    """Return what the last rehearsal of a plan showed, None where there was none. Raises UsageError, Missing."""
    import json

    from jbnet.change.rehearsal_codec import from_json
    from jbnet.model.errors import UsageError

    file = plans / _file(plan)
    if not file.is_file():
        return None
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError("{file} cannot be read: {reason}", file=file, reason=error) from error
    return from_json(data)


def _file(plan: str) -> str:
    return f"{plan}.rehearsal.json"
