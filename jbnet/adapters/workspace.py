"""The workspace on disk: declared files to text by relative path."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from jbnet.adapters.texts import Texts, read_texts
from jbnet.model.errors import Missing, UsageError
from jbnet.model.findings import Severity
from jbnet.model.refusals import reason_of
from jbnet.model.text import text

FOLDERS: tuple[str, ...] = ("inventory", "topology")
IGNORED = ".gitignore"
_DECLARED = (
    "inventory/",
    *(f"topology/{name}.yaml" for name in ("addresses", "allocations", "hardware", "lab", "management", "routing")),
)
"""What of the skeleton says which network it is."""


def read_files(directory: Path, folders: Sequence[str] = FOLDERS) -> dict[str, str]:
    """Return the text of every ``*.yaml`` below the folders, keyed by path relative to the workspace.

    Bytes that are not UTF-8 become lone surrogates, which the loader reports with their place. Raises UsageError when
    the directory is no workspace, Missing when a file cannot be read; ``read_workspace`` makes findings of those.
    """
    texts = read_workspace(directory, folders)
    errors = [finding for finding in texts.findings if finding.severity is Severity.ERROR]
    if errors:
        raise Missing("{what}", findings=tuple(errors), what=errors[0].text)
    return texts.files


def read_workspace(directory: Path, folders: Sequence[str] = FOLDERS) -> Texts:
    """Return the texts below the folders and a finding for each that was not read.

    Raises UsageError when the directory is no workspace.
    """
    expect_workspace(directory)
    return read_texts(directory, folders)


def expect_workspace(directory: Path) -> None:
    """Raise UsageError when the directory is no workspace: what is not there must not look as if nothing happened."""
    if not (directory / FOLDERS[0]).is_dir():
        raise UsageError(
            "{directory} is no workspace: it has no folder inventory",
            hint=text("give one with -C DIR, or lay one with: jbnet init DIR"),
            directory=directory,
        )


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
        with contextlib.suppress(OSError):  # on a read-only file system there is none, and it cannot be asked for
            draft.unlink(missing_ok=True)
        raise Missing("cannot write {path}: {reason}", path=path, reason=reason_of(error)) from error


def lay(directory: Path, declared: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Lay an empty workspace and return its files by relative path; a ``.gitignore`` that is there gets our lines too.

    ``declared`` are files that stand in place of the declaration of an empty one. Raises UsageError, having written
    nothing, when any of them but ``.gitignore`` exists already, or a link stands in the way.
    """
    skeleton = resources.files("jbnet.adapters") / "skeleton"
    files = dict(_skeleton(skeleton, ""))
    if declared is not None:
        files = {file: content for file, content in files.items() if not file.startswith(_DECLARED)} | dict(declared)
    for file in files:
        if file != IGNORED and (directory / file).exists():
            raise UsageError(
                "{path} exists already", hint=text("choose an empty directory"), path=directory / file
            )  # fmt: skip
        _check_inside(directory, file)
    for file, content in files.items():
        if file == IGNORED and (directory / file).exists():
            _add(directory / file, content)
        else:
            write_file(directory, file, content)
        if file.endswith(".sh"):
            (directory / file).chmod(0o755)
    return tuple(files)


def _check_inside(directory: Path, file: str) -> None:
    """Raise UsageError where a link would lead the file out of the workspace, or into another part of it."""
    for above in (Path(file), *Path(file).parents):
        if (directory / above).is_symlink() and above != Path():
            raise UsageError(
                "{path} is a link: nothing is laid where it leads",
                hint=text("choose an empty directory"),
                path=directory / above,
            )


def _add(path: Path, ours: str) -> None:
    """Add our lines to a file of whatever encoding, unless the last of them is there."""
    theirs, lines = path.read_bytes(), ours.encode()
    if lines.splitlines()[-1] not in theirs.splitlines():
        with path.open("ab") as file:
            file.write(lines if theirs.endswith(b"\n") or not theirs else b"\n" + lines)


def _skeleton(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _skeleton(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".yaml", ".md", ".sh", ".cfg", ".gitignore")):
            yield f"{prefix}{entry.name}", entry.read_text(encoding="utf-8")
