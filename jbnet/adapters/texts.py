"""Declared files from disk, within bounds: what is not read is a finding, never an exception and never a hang."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jbnet.inventory.reading.source import LARGEST
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Place
from jbnet.model.text import text

MOST_FILES = 20_000
"""Files past which a folder is something else; a file for each county of a large country is 3,000."""
DEEPEST = 20
LARGEST_WORKSPACE = 64 * 1024 * 1024
_ENDINGS = (".yaml", ".yml")
_MEANT = ("yaml", "yml")


@dataclass(frozen=True, slots=True)
class Texts:
    """The text of files by path relative to the workspace, and what was not read."""

    files: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_texts(directory: Path, folders: Sequence[str]) -> Texts:
    """Return the text of every ``*.yaml`` and ``*.yml`` below the folders, and a finding for what was left out.

    Bytes that are not UTF-8 come as lone surrogates (PEP 383), from which the loader tells the encoding. Links to
    files are followed, links to folders are not. Hidden files are an editor's, not the declaration's.
    """
    return _Reading(directory).read(folders)


class _Reading:
    """One walk over a workspace."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.report = Report()
        self.files: dict[str, str] = {}
        self.size = 0

    def read(self, folders: Sequence[str]) -> Texts:
        for folder in folders:
            for count, file in enumerate(sorted(self._walk(folder, 0))):
                if count >= MOST_FILES:
                    self.report.add("JB183", "more than {limit} files; what follows is not read", Place(folder),
                                    limit=MOST_FILES)  # fmt: skip
                    break
                self._take(file)
        self._judge_twins()
        return Texts(self.files, self.report.sorted())

    def _walk(self, folder: str, depth: int) -> Iterator[str]:
        """Yield the declared files below a folder; report what only looks like one."""
        try:
            with os.scandir(self.directory / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            self._unread(folder, error.strerror or str(error))
            return
        for entry in found:
            path = f"{folder}/{entry.name}"
            if entry.name.startswith("."):
                continue
            if not path.isprintable():
                shown = path.encode("unicode_escape", errors="backslashreplace").decode()
                self.report.add("JB186", "{file}: the name cannot be shown", Place(shown), file=shown)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._below(path, depth + 1)
            elif _links_to_folder(entry):
                self.report.add("JB182", "{file} is a link to a folder and is not followed", Place(path), file=path)
            elif path.endswith(_ENDINGS):
                yield path
            else:
                self._judge_ending(path)

    def _below(self, path: str, depth: int) -> Iterator[str]:
        if depth > DEEPEST:
            self.report.add("JB183", "folders deeper than {limit} are not read", Place(path), limit=DEEPEST)
        else:
            yield from self._walk(path, depth)

    def _judge_ending(self, path: str) -> None:
        """Report a file that its author most likely takes for a part of the declaration."""
        name = path.rpartition("/")[2].lower()
        if any(part.rstrip("~") in _MEANT for part in name.split(".")[1:]) or name.endswith(".txt"):
            self.report.add("JB184", "{file} is not read: only names that end in .yaml or .yml are", Place(path),
                            file=path)  # fmt: skip

    def _take(self, path: str) -> None:
        """Read one file; a pipe or a device is not opened for long enough to wait for anything."""
        try:
            handle = os.open(self.directory / path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
            try:
                status = os.fstat(handle)
                if not stat.S_ISREG(status.st_mode):
                    self._unread(path, text("it is no regular file"))
                elif self._has_room(path, status.st_size):
                    self.files[path] = self._decoded(handle)
            finally:
                os.close(handle)
        except OSError as error:
            self._unread(path, error.strerror or str(error))

    def _has_room(self, path: str, size: int) -> bool:
        self.size += size
        if size > LARGEST:
            self.report.add("JB180", "the file has {size} MiB; {limit} MiB are read at most", Place(path),
                            size=-(-size // 2**20), limit=LARGEST // 2**20)  # fmt: skip
        elif self.size > LARGEST_WORKSPACE:
            self.report.add("JB180", "the files together have more than {limit} MiB; this one is not read",
                            Place(path), limit=LARGEST_WORKSPACE // 2**20)  # fmt: skip
        else:
            return True
        return False

    def _decoded(self, handle: int) -> str:
        with os.fdopen(os.dup(handle), "rb") as stream:
            return stream.read(LARGEST + 1).decode("utf-8", errors="surrogateescape")

    def _unread(self, path: str, reason: object) -> None:
        self.report.add("JB181", "cannot read {path}: {reason}", Place(path), path=path, reason=reason)

    def _judge_twins(self) -> None:
        """Report each pair of files that differ in nothing but .yml and .yaml."""
        for path in self.files:
            twin = path.removesuffix(".yml") + ".yaml"
            if path.endswith(".yml") and twin in self.files:
                self.report.add("JB185", "{file} stands beside {twin}; both are read", Place(path), [Place(twin)],
                                file=path, twin=twin)  # fmt: skip


def _links_to_folder(entry: os.DirEntry[str]) -> bool:
    """Say whether a link ends at a folder; one that leads in a circle or nowhere does not."""
    try:
        return entry.is_symlink() and entry.is_dir()
    except OSError:
        return False
