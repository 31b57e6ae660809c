"""Configurations of VRP and Comware as text: sections between ``#``, read into paths and written again. Pure.

A path is a line with the lines above it: ``("ospf 1", "area 0.0.0.0", "network 10.0.0.0 0.0.0.255")``. Within a
section the first line's indentation counts as none: VRP5 and Comware print plain lines with a blank before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from jbnet.config.nesting import Nesting
from jbnet.config.tree import Path
from jbnet.platforms.masking import without_secret

UNDO = "undo "
_HEADERS = re.compile(r"!|\[V\d{3}R|\s*version \d+\.\d+\.\d+|return$|Building configuration|<replace/>")
"""Lines that say nothing of what was configured: software version, time of the last change, the end."""


def clean(config: str) -> str:
    """Return the configuration without what changes by itself: headers, blanks at the ends, ``return``."""
    lines = [line.rstrip() for line in config.splitlines()]
    return "\n".join(line for line in lines if line and not _HEADERS.match(line)) + "\n"


def paths(config: str) -> tuple[Path, ...]:
    """Read a configuration; a line that appears twice in its place is one."""
    return tuple(dict.fromkeys(_paths(clean(config).splitlines())))


def _paths(lines: Iterable[str]) -> Iterator[Path]:
    nesting = Nesting()
    for line in lines:
        if line.startswith("#"):
            nesting.separate()
        elif not line.strip().startswith("#"):
            yield nesting.path(line)


def show(lines: Iterable[Path]) -> str:
    """Write paths as a configuration, a ``#`` before each section."""
    said: list[str] = []
    for path in lines:
        if len(path) == 1:
            said.append("#")
        said.append(" " * (len(path) - 1) + path[-1])
    return "\n".join([*said, "#", ""])


def merged(candidate: str, running: str) -> str:
    """Return what runs with the candidate's lines in their sections, without what its ``undo`` lines name."""
    asked, runs = paths(candidate), paths(running)
    taking = {path for path in asked if _takes_away(path, runs)}
    undone = [(*path[:-1], path[-1].removeprefix(UNDO)) for path in taking]
    kept = [path for path in runs if not any(_is_named(path, gone) for gone in undone)]
    added = [path for path in asked if path not in taking]
    return show(in_sections([*kept, *added]))


def _takes_away(path: Path, running: Sequence[Path]) -> bool:
    """Say whether an ``undo`` line takes something away; ``undo shutdown`` and its like are settings of their own."""
    if not path[-1].startswith(UNDO):
        return False
    named = (*path[:-1], path[-1].removeprefix(UNDO))
    return any(_is_named(one, named) for one in running)


def _is_named(path: Path, gone: Path) -> bool:
    """Say whether a path is, or lies below, the one that an ``undo`` names by its whole beginning."""
    depth = len(gone) - 1
    if len(path) <= depth or path[:depth] != gone[:depth]:
        return False
    return path[depth] == gone[depth] or path[depth].startswith(gone[depth] + " ")


def in_sections(lines: Iterable[Path]) -> tuple[Path, ...]:
    """Order paths so that what lies in a section follows its first line."""
    tree: dict[str, dict[str, object]] = {}
    for path in lines:
        node = tree
        for line in path:
            node = node.setdefault(line, {})  # type: ignore[assignment]  # a tree of trees
    return tuple(_walk(tree, ()))


def _walk(tree: dict[str, dict[str, object]], above: Path) -> Iterator[Path]:
    for line, below in tree.items():
        yield (*above, line)
        yield from _walk(below, (*above, line))  # type: ignore[arg-type]  # a tree of trees


def aligned(platform: str, intended: Sequence[Path], running: Sequence[Path]) -> tuple[Path, ...]:
    """Return the intended lines with secrets as they run, where only the secret differs.

    A device shows secrets encrypted with a salt of its own: whether a secret is the right one cannot be read from it.
    """
    shown = {bare(platform, path): path for path in running}
    known = frozenset(running)
    return tuple(_as_shown(platform, path, known, shown) for path in intended)


def _as_shown(platform: str, path: Path, known: frozenset[Path], shown: dict[Path, Path]) -> Path:
    if path in known:
        return path
    without = bare(platform, path)
    return shown.get(without, path) if without != path else path


def bare(platform: str, path: Path) -> Path:
    """Return a path without secrets and without how they are written: plain when typed, encrypted when shown."""
    return tuple(without_secret(platform, line) for line in path)
