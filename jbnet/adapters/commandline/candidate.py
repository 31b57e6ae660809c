"""Candidates for VRP and Comware: without what changes by itself, and merged into what runs. Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from jbnet.config.lines import paths_of, write_lines
from jbnet.config.tree import Path

UNDO = "undo "
_HEADERS = re.compile(r"!|\[V\d{3}R|\s*version \d+\.\d+\.\d+|return$|Building configuration|<replace/>")
"""Lines that say nothing of what was configured: software version, time of the last change, the end."""


def clean(config: str) -> str:
    """Return the configuration without what changes by itself: headers, blanks at the ends, ``return``."""
    lines = [line.rstrip() for line in config.splitlines()]
    return "\n".join(line for line in lines if line and not _HEADERS.match(line)) + "\n"


def merged(platform_name: str, candidate: str, running: str) -> str:
    """Return what runs with the candidate's lines in their sections, without what its ``undo`` lines name."""
    asked, runs = paths_of(platform_name, candidate), paths_of(platform_name, running)
    taking = {path for path in asked if _takes_away(path, runs)}
    undone = [(*path[:-1], path[-1].removeprefix(UNDO)) for path in taking]
    kept = [path for path in runs if not any(_is_named(path, gone) for gone in undone)]
    added = [path for path in asked if path not in taking]
    return write_lines(platform_name, [*kept, *added])


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
