"""Coverage: targets, register, journal and the monitor's memory of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.inventory.register import Register
    from jbnet.inventory.targets import Targets
    from jbnet.model.network import Network
    from jbnet.services.coverage import Built, Gathered


def load_targets(directory: Path, network: Network) -> Targets:
    """Return the plan's targets (topology/targets.yaml); no file means none. Raises AnswerIsNo with its findings."""
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.targets import FILE
    from jbnet.inventory.targets import load_targets as load
    from jbnet.model.errors import AnswerIsNo

    found, findings = load(read_files(directory, ("topology",)).get(FILE), network)
    if found is None or findings:
        raise AnswerIsNo("{file} has errors: {count}", file=FILE, count=len(findings), findings=findings)
    return found


def load_register(directory: Path, targets: Targets) -> Register | None:
    """Return the division register that the targets name, or None. Raises Missing and AnswerIsNo."""
    from jbnet.inventory.register import LIMIT, read_register
    from jbnet.model.errors import AnswerIsNo, Missing
    from jbnet.model.text import text
    from jbnet.wiring.files import read_bytes

    if targets.register is None:
        return None
    path = directory / targets.register
    if path.exists() and not path.is_file():  # a pipe is waited for, a device never ends
        raise Missing("cannot read {path}: {reason}", path=path, reason=text("it is no regular file"))
    raw = read_bytes(path, LIMIT)
    if len(raw) > LIMIT:
        reason = text("the file has more than {limit} bytes, too many for a table", limit=LIMIT)
        raise AnswerIsNo("{file} is no register of divisions: {reason}", file=path, reason=reason)
    try:
        return read_register(raw.decode("utf-8", errors="replace"))
    except ValueError as error:
        raise AnswerIsNo("{file} is no register of divisions: {reason}", file=path, reason=error) from error


def gather_evidence(state_dir: Path) -> Gathered:
    """Return what is known of deployments and of who answers. Raises TargetError where a file is damaged."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.services.coverage import gather
    from jbnet.wiring.change_journal import change_journal
    from jbnet.wiring.monitoring import monitor_view

    clock = SystemClock()
    built = _built(state_dir)
    with change_journal(state_dir, clock) as journal:
        if not (state_dir / "monitor.db").is_file():
            return gather(journal, None, clock.now(), built)
        view = monitor_view(state_dir)
        try:
            return gather(journal, view, clock.now(), built)
        finally:
            view.close()


def _built(state_dir: Path) -> Built | None:
    """Return the lab that is up, or None. Its runtime directory is as old as the lab is."""
    from datetime import UTC, datetime

    from jbnet.lab.paths import LabPaths
    from jbnet.lab.record import read
    from jbnet.services.coverage import Built

    paths = LabPaths(state_dir)
    found = read(paths.record)
    if found is None or not paths.owner.is_file():
        return None
    since = datetime.fromtimestamp(paths.owner.stat().st_mtime, UTC)
    return Built(since, frozenset(found.devices) if found.deployed else frozenset())
