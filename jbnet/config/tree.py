"""A configuration as a tree of lines, and the difference of two: for platforms whose lines are a set.

FRR's configuration is one: each line stands alone in its context, and the order does not matter (route maps
and prefix lists carry sequence numbers). Laws: ``diff(x, x)`` is empty; ``apply(x, diff(x, y)) == y``;
``apply(y, diff(x, y).inverse()) == x``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Path = tuple[str, ...]
"""A line with the contexts above it: ``("router ospf", "ospf router-id 10.0.0.1")``."""

ENDINGS = ("end", "exit", "exit-address-family", "exit-vrf", "}")
COMMENT = "!"
SILENT = ("frr version", "frr defaults", "Building configuration", "Current configuration", "version ")
"""Beginnings of lines of the top level that say nothing of what was configured."""
PORT = "interface "


@dataclass(frozen=True, slots=True)
class Patch:
    """What takes one tree to another; lines in the order of the texts that they come from."""

    removed: tuple[Path, ...] = ()
    added: tuple[Path, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.removed or self.added)

    def inverse(self) -> Patch:
        """Return the patch that takes it back."""
        return Patch(self.added, self.removed)

    def lines(self) -> tuple[str, ...]:
        """Return the patch as people read it: ``- `` what goes, ``+ `` what comes, each under its context."""
        return (*_marked("-", self.removed), *_marked("+", self.added))


class ConfigTree:
    """A parsed configuration. Two are equal when they say the same, in whatever order."""

    def __init__(self, paths: Iterable[Path]):
        self.paths = tuple(dict.fromkeys(paths))
        self._known = frozenset(self.paths)

    def __contains__(self, path: Path) -> bool:
        return path in self._known

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConfigTree) and self._known == other._known

    def __hash__(self) -> int:
        return hash(self._known)

    def __repr__(self) -> str:
        return f"ConfigTree({len(self.paths)} lines)"

    def fingerprint(self) -> str:
        """Return a SHA-256 over what it says, the same for every order of the lines."""
        said = "\n".join("\t".join(path) for path in sorted(self._known))
        return hashlib.sha256(said.encode()).hexdigest()

    def under(self, *context: str) -> tuple[str, ...]:
        """Return the lines directly in a context."""
        depth = len(context)
        return tuple(path[depth] for path in self.paths if path[:depth] == context and len(path) == depth + 1)


def parse(config: str) -> ConfigTree:
    """Parse a text by its indentation (one blank a level). An interface without a line says nothing."""
    return ConfigTree(without_empty_ports(tuple(_paths(config))))


def diff(running: ConfigTree, intended: ConfigTree) -> Patch:
    """Return the patch from one to the other."""
    return Patch(
        tuple(path for path in running.paths if path not in intended),
        tuple(path for path in intended.paths if path not in running),
    )


def apply(tree: ConfigTree, patch: Patch) -> ConfigTree:
    """Return the tree that a patch leads to."""
    gone = frozenset(patch.removed)
    return ConfigTree([*(path for path in tree.paths if path not in gone), *patch.added])


def speaking_lines(config: str) -> Iterator[str]:
    """Yield the lines of a configuration that say what was configured, with their indentation."""
    for line in config.splitlines():
        said = line.strip()
        if said and said[0] != COMMENT and said not in ENDINGS and not line.startswith(SILENT):
            yield line.rstrip()


def _paths(config: str) -> Iterator[Path]:
    above: list[str] = []
    for line in speaking_lines(config):
        said = line.strip()
        depth = min(len(line) - len(line.lstrip(" ")), len(above))
        above = [*above[:depth], said]
        yield tuple(above)


def without_empty_ports(paths: tuple[Path, ...]) -> Iterator[Path]:
    """Leave out the headings of interfaces: a port exists whether or not it is configured."""
    return (path for path in paths if len(path) > 1 or not path[0].startswith(PORT))


def _marked(mark: str, paths: tuple[Path, ...]) -> Iterator[str]:
    own, shown = frozenset(paths), ()  # type: tuple[frozenset[Path], Path]
    for path in paths:
        for depth in range(len(path) - 1):
            if path[: depth + 1] != shown[: depth + 1] and path[: depth + 1] not in own:
                yield "  " + " " * depth + path[depth]
        yield f"{mark} " + " " * (len(path) - 1) + path[-1]
        shown = path
