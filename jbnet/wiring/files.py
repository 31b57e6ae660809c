"""Files that people name, read with their findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.model.findings import Finding


T = TypeVar("T")


def read_text(path: Path) -> str:
    """Return the text of a file that somebody named. Raises Missing."""
    from jbnet.model.errors import Missing
    from jbnet.model.refusals import reason_of

    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=path, reason=reason_of(error)) from error


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the bytes of a file that somebody named, one more than ``limit`` at most. Raises Missing."""
    from jbnet.model.errors import Missing
    from jbnet.model.refusals import reason_of

    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=path, reason=reason_of(error)) from error


def sound(found: T | None, findings: tuple[Finding, ...], file: str) -> T:
    """Return what was read, or raise its findings."""
    from jbnet.model.errors import AnswerIsNo

    if found is None:
        raise AnswerIsNo("{file} has errors: {count}", file=file, count=len(findings), findings=findings)
    return found


def write_configs(folder: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write rendered configurations as private files and return their paths. Raises Refused and Missing."""
    from jbnet.adapters.rendered import RenderedFolder

    return RenderedFolder(folder).write(files)


def write_output(path: Path, content: str) -> None:
    """Write a result where somebody asked for it, whole or not at all. Raises Missing."""
    from jbnet.adapters.workspace import write_file

    write_file(path.parent, path.name, content)
