"""The outlines of a workspace: topology/geo/*.json and *.geojson, read as text."""

from __future__ import annotations

from pathlib import Path

FOLDER = "topology/geo"
LARGEST = 64 * 1024 * 1024
"""Bytes; a province at survey scale is far below that."""


def read_geo(directory: Path) -> dict[str, str]:
    """Return the text of every outline file by its path in the workspace; none where there is no such folder.

    Raises Missing for a file that cannot be read, UsageError for one that is far too large.
    """
    from jbnet.model.errors import UsageError
    from jbnet.wiring.files import read_text

    folder = directory / FOLDER
    found = sorted(p for p in folder.glob("*") if p.suffix in (".json", ".geojson") and not p.name.startswith("."))
    for path in found:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise UsageError("{file} is larger than {most} bytes", file=path.relative_to(directory), most=LARGEST)
    return {path.relative_to(directory).as_posix(): read_text(path) for path in found}
