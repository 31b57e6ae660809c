"""Lines without their secrets, and secrets of one text in the place of another's: what a device shows for a name. Pure.

A device shows secrets encrypted with a salt of its own: whether one is the right one cannot be read from it.
"""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.config.lines import read_lines
from jbnet.config.tree import Path
from jbnet.platforms.masking import without_secret


def bare(platform_name: str, path: Path) -> Path:
    """Return a path without secrets and without how they are written: plain when typed, encrypted when shown."""
    return tuple(without_secret(platform_name, line) for line in path)


def aligned(platform_name: str, intended: Sequence[Path], running: Sequence[Path]) -> tuple[Path, ...]:
    """Return the intended lines with secrets as they run, where only the secret differs."""
    shown = {bare(platform_name, path): path for path in running}
    known = frozenset(running)
    return tuple(_as_shown(platform_name, path, known, shown) for path in intended)


def _as_shown(platform_name: str, path: Path, known: frozenset[Path], shown: dict[Path, Path]) -> Path:
    if path in known:
        return path
    without = bare(platform_name, path)
    return shown.get(without, path) if without != path else path


def with_secrets_of(platform_name: str, config: str, other: str) -> str:
    """Return a configuration whose lines with secrets stand as in another text, where that says the same."""
    shown = {bare(platform_name, line.path): line.path[-1] for line in read_lines(platform_name, other)}
    lines = config.splitlines(keepends=True)
    for line in read_lines(platform_name, config):
        without = bare(platform_name, line.path)
        if without != line.path and without in shown:
            lines[line.number - 1] = lines[line.number - 1].replace(line.path[-1], shown[without])
    return "".join(lines)
