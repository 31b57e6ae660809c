"""Differ for systems whose lines are a set: FRR (``jbnet.config.tree``)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from jbnet.config.again import parted
from jbnet.config.shown import bare
from jbnet.config.tree import ConfigTree, Path, diff, parse
from jbnet.platforms.registry import LAB_PLATFORM
from jbnet.ports import Difference

_NO = "no "
NAMED = "<secret"
"""How a secret begins that stands by its name, or blanked: as in what is rendered, and in what a plan keeps."""


class LineDiffer:
    """Compares line by line, in whatever order they stand. A secret that stands by its name is any secret.

    Its commands are for reading: a router with FRR works out its own (``frr-reload.py``), from the whole candidate.
    """

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done."""
        old = parse(running)
        wanted, again = parted(parse(intended).paths)
        new = ConfigTree(_as_shown(old, wanted, again) if NAMED in intended else wanted)
        patch = diff(old, new)
        return Difference(patch, (*map(_negated, patch.removed), *patch.added))


def _as_shown(running: ConfigTree, intended: Iterable[Path], again: Collection[Path]) -> Iterator[Path]:
    """Yield what is intended; lines with the name of a secret as they run, where only the secret differs."""
    shown = {bare(LAB_PLATFORM, path): path for path in running.paths}
    for path in intended:
        is_any = NAMED in path[-1] and path not in again
        yield shown.get(bare(LAB_PLATFORM, path), path) if is_any else path


def _negated(path: Path) -> Path:
    line = path[-1]
    return (*path[:-1], line.removeprefix(_NO) if line.startswith(_NO) else f"{_NO}{line}")
