"""Ports of equipment: the record is read, completed and written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.inventory.building.port_numbers import Numbering


def number_ports(directory: Path, *, prune: bool = False, dry_run: bool = False) -> Numbering:
    """Complete topology/ports.yaml and write it.

    Raises UsageError where there is no workspace, AnswerIsNo when the declaration has errors beside ports.
    """
    from jbnet.adapters.workspace import read_files, write_file
    from jbnet.inventory.building.port_numbers import FILE, completed, render

    found = completed(read_files(directory), prune=prune)
    if not dry_run and (found.added or found.freed):
        write_file(directory, FILE, render(found.record))
    return found
