"""Ports of equipment: the record is read, completed and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.inventory.building.port_numbers import Numbering


def number_ports(directory: Path, *, prune: bool, dry_run: bool) -> Numbering:
    """Complete topology/ports.yaml and write it; missing and stale ports are the only findings that do not stop it.

    Raises UsageError where there is no workspace, AnswerIsNo when the declaration has other errors.
    """
    from jbnet.adapters.workspace import read_files, write_file
    from jbnet.inventory.building.port_numbers import FILE, UnnumberedReport, numbered, recorded, render
    from jbnet.inventory.loader import load
    from jbnet.model.errors import AnswerIsNo

    files = read_files(directory)
    before = recorded(files.get(FILE))
    loaded = load(files, UnnumberedReport())
    if loaded.network is None:
        raise AnswerIsNo("ports are not recorded: the declaration has errors", findings=loaded.findings)
    found = numbered(loaded.network.devices, before, prune=prune)
    if not dry_run and (found.added or found.freed):
        write_file(directory, FILE, render(found.record))
    return found
