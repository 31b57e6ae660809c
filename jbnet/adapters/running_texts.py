"""Configurations that somebody saved as files: found, bounded, read. What cannot be read is a value, not an error."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jbnet.model.errors import UsageError
from jbnet.model.refusals import reason_of
from jbnet.model.text import Text, text

LARGEST = 8 * 1024 * 1024
"""Bytes of a file; the configuration of the largest router has a tenth of that."""
MOST = 20_000
"""Files of a run."""
ENCODINGS = ("utf-8-sig", "gb18030")
"""What devices and terminals of the vendors write (GB 18030 holds GBK and GB 2312)."""


@dataclass(frozen=True, slots=True)
class SavedText:
    """A file: its name as people know it, and what it says, or why it cannot be read."""

    name: str
    content: str
    unread: Text | None = None


def saved_texts(paths: Iterable[Path]) -> tuple[SavedText, ...]:
    """Return what the files say, and those in the folders, in the order of their names; hidden ones are passed over.

    Raises UsageError for a path that is not there, and for too many files.
    """
    found = [pair for path in paths for pair in _below(path)]
    if len(found) > MOST:
        raise UsageError("{count} files; {limit} are read at most", count=len(found), limit=MOST)
    return tuple(_read(path, name) for path, name in found)


def _below(path: Path) -> Iterator[tuple[Path, str]]:
    if not path.exists():
        raise UsageError("{path} is not there", path=path, hint=text("name a file or a folder of configurations"))
    if not path.is_dir():
        yield path, str(path)
        return
    for entry in sorted(path.rglob("*")):
        parts = entry.relative_to(path).parts
        if not entry.is_dir() and not any(part.startswith(".") for part in parts):
            yield entry, str(entry)


def _read(path: Path, name: str) -> SavedText:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return SavedText(name, "", text("it is no file"))
        if status.st_size > LARGEST:
            size, limit = f"{status.st_size / 1024 / 1024:.0f}", LARGEST // 1024 // 1024
            return SavedText(name, "", text("it has {size} MiB; no configuration has more than {limit}", size=size,
                                            limit=limit))  # fmt: skip
        content = path.read_bytes()
    except OSError as error:
        return SavedText(name, "", text("{reason}", reason=reason_of(error)))
    for encoding in ENCODINGS:
        try:
            return SavedText(name, content.decode(encoding))
        except UnicodeDecodeError:
            continue
    return SavedText(name, "", text("it is no text in {encodings}", encodings="UTF-8, GB 18030"))
