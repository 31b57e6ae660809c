"""The workspace on disk: declared files to text by relative path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jbnet.model.errors import Missing, UsageError
from jbnet.model.text import text

FOLDERS: tuple[str, ...] = ("inventory", "topology")


def read_files(directory: Path, folders: Sequence[str] = FOLDERS) -> dict[str, str]:
    """Return the text of every ``*.yaml`` below the folders, keyed by path relative to the workspace.

    Bytes that are not UTF-8 become U+FFFD, which the loader reports with its place.
    Raises UsageError when the directory is no workspace, Missing when a file cannot be read.
    """
    if not (directory / FOLDERS[0]).is_dir():
        raise UsageError(
            "{directory} is no workspace: it has no folder inventory",
            hint=text("give one with -C DIR, or lay one with: jbnet init DIR"),
            directory=directory,
        )
    return {path.relative_to(directory).as_posix(): _read(path) for path in _walk(directory, folders)}


def _walk(directory: Path, folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in (directory / folder).rglob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=path, reason=error.strerror) from error
