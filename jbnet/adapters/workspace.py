"""The workspace on disk: declared files to text by relative path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
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
        found = (path for path in (directory / folder).rglob("*.y*ml") if path.suffix in (".yaml", ".yml"))
        # Hidden ones are an editor's lock or a half-written draft, not the declaration.
        yield from sorted(p for p in found if not p.name.startswith(".") and (p.is_file() or p.is_symlink()))


def _read(path: Path) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a link to a device or a pipe would never end
            raise Missing("cannot read {path}: {reason}", path=path, reason=text("it is no regular file"))
        return path.read_bytes().decode("utf-8", errors="replace")
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=path, reason=error.strerror) from error


def write_file(directory: Path, file: str, content: str) -> None:
    """Replace a file of the workspace in one step: whole before or whole after, also when killed between."""
    path = directory / file
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(content, encoding="utf-8")
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Missing("cannot write {path}: {reason}", path=path, reason=error.strerror) from error


def lay(directory: Path) -> tuple[str, ...]:
    """Lay an empty workspace and return its files by relative path.

    Raises UsageError, having written nothing, when any of them exists already.
    """
    skeleton = resources.files("jbnet.adapters") / "skeleton"
    files = dict(_skeleton(skeleton, ""))
    for file in files:
        if (directory / file).exists():
            raise UsageError(
                "{path} exists already", hint=text("choose an empty directory"), path=directory / file
            )  # fmt: skip
    for file, content in files.items():
        write_file(directory, file, content)
    return tuple(files)


def _skeleton(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _skeleton(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".yaml", ".md")):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
