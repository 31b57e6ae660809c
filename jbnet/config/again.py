"""Lines that are to be said again: their secret has changed, and a device that shows it encrypted looks as it should.

What shall run bears a mark behind such a line. Whatever compares it then finds a difference there, by the line's place
and not by its secret: Differs say the line anew, trees differ in it. A mark is never typed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from jbnet.config.shown import bare, with_secrets_of
from jbnet.config.tree import Path
from jbnet.platforms.commands import commands
from jbnet.platforms.registry import platform

MARK = " <again>"
_CHAINED = re.compile(r"\bkey-chain ([a-z][a-z0-9-]*)-\d+$")
"""A chain is called by its key's secret and id (``ios/key_chains.j2``)."""
_NAMED = re.compile(r"<secret:([a-z][a-z0-9-]*)>")


def names_in(config: str) -> tuple[str, ...]:
    """Return the names of the secrets that stand in a configuration by name, each once."""
    return tuple(dict.fromkeys(_NAMED.findall(config)))


def marked(config: str, names: Collection[str]) -> str:
    """Return a configuration whose lines with one of these secrets, by name, bear the mark.

    So does a line that uses a key chain with it: what both ends of a line must share has changed there.
    """
    if not names:
        return config
    wanted = frozenset(names)
    return "\n".join(line + MARK if _told(line) & wanted else line for line in config.split("\n"))


def unmarked(config: str) -> str:
    """Return a configuration without marks: what the device is to run."""
    return config.replace(MARK, "")


def for_its_tools(platform_name: str, goal: str, running: str) -> str:
    """Return what a device's own tools are to compare with what runs.

    Where it shows secrets as they were typed, its tools would take a secret's name for another secret; only those that
    bear the mark are others there.
    """
    if not platform(platform_name).plain_secrets:
        return goal
    return unmarked(with_secrets_of(platform_name, goal, running))


def parted(intended: Sequence[Path]) -> tuple[tuple[Path, ...], frozenset[Path]]:
    """Return the lines without marks, and those of them that bear one."""
    plain = tuple(_bare_of_mark(path) for path in intended)
    return plain, frozenset(path for path, given in zip(plain, intended, strict=True) if given[-1].endswith(MARK))


def forgotten(platform_name: str, running: Iterable[Path], again: Collection[Path]) -> tuple[Path, ...]:
    """Return the running lines without those that are said again: typed once more, such a line is replaced.

    Where the secret is what an entry is known by (a community) the old line stays, and so is taken away.
    """
    if not again:
        return tuple(running)
    known_by = commands(platform_name).known_by_secret
    gone = {bare(platform_name, path) for path in again if not (known_by and re.match(known_by, path[-1]))}
    return tuple(path for path in running if bare(platform_name, path) not in gone)


def not_shown(platform_name: str, running: Iterable[Path], again: Collection[Path]) -> tuple[Path, ...]:
    """Return the running lines with which lines that are said again are not to be aligned."""
    if not again:
        return tuple(running)
    said = {bare(platform_name, path) for path in again}
    return tuple(path for path in running if bare(platform_name, path) not in said)


def _told(line: str) -> set[str]:
    return {*_NAMED.findall(line), *_CHAINED.findall(line)}


def _bare_of_mark(path: Path) -> Path:
    return tuple(line.removesuffix(MARK) for line in path)
