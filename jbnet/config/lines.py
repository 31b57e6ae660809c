"""Any platform's configuration as lines: each with its number in the text and the lines above it; and back to text.

A path is a line with the lines above it: ``("ospf 1", "area 0.0.0.0", "network 10.0.0.0 0.0.0.255")``.
Where ``#`` parts sections (VRP, Comware), the first line after it sets the indentation of its section: VRP 5 and
Comware print plain lines with a blank before them. Elsewhere a blank is a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.config.nesting import Nesting
from jbnet.config.tree import Path
from jbnet.platforms.registry import platform
from jbnet.platforms.sections import sections

_HASH = "#"
_OPENS, _CLOSES = " {", "}"
"""How sections of strongSwan begin and end (``jbnet.config.parts``)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a configuration: its number in the text, from 1, and itself below the lines above it."""

    number: int
    path: Path


def read_lines(platform_name: str, config: str) -> tuple[Line, ...]:
    """Return the lines that say something; one that stands twice in its place is one, at its first place."""
    found: dict[Path, Line] = {}
    for line in _read(platform_name, config):
        found.setdefault(line.path, line)
    return tuple(found.values())


def paths_of(platform_name: str, config: str) -> tuple[Path, ...]:
    """Return the same without numbers."""
    return tuple(line.path for line in read_lines(platform_name, config))


def _read(platform_name: str, config: str) -> Iterator[Line]:
    mark, silent = platform(platform_name).comment, sections(platform_name).silent
    nesting = Nesting(flush=mark == _HASH)
    for number, line in enumerate(config.splitlines(), 1):
        said = line.strip()
        if said and not said.startswith(mark) and not silent.match(said):
            yield Line(number, nesting.path(line))
        elif line.startswith(mark):
            nesting.separate()


def write_lines(platform_name: str, lines: Iterable[Path]) -> str:
    """Return a configuration that says these lines, each section whole, in the order of their first lines."""
    known = platform(platform_name)
    tree: dict[str, object] = {}
    for path in lines:
        node = tree
        for line in path:
            node = node.setdefault(line, {})  # type: ignore[assignment]  # a tree of trees
    said = list(_hashed(tree) if known.comment == _HASH else _closed(tree, 0))
    return "\n".join([*said, known.comment, known.ending])


def _hashed(tree: dict[str, object]) -> Iterator[str]:
    for line, below in tree.items():
        yield _HASH
        yield from _indented({line: below}, 0)


def _indented(tree: dict[str, object], depth: int) -> Iterator[str]:
    for line, below in tree.items():
        yield " " * depth + line
        yield from _indented(below, depth + 1)  # type: ignore[arg-type]  # a tree of trees


def _closed(tree: dict[str, object], depth: int) -> Iterator[str]:
    """Yield lines, and after what stands in a context the word that leaves it, as FRR and IOS show them."""
    for line, below in tree.items():
        yield " " * depth + line
        if below:
            yield from _closed(below, depth + 1)  # type: ignore[arg-type]  # a tree of trees
            yield " " * depth + _leaving(line)


def _leaving(heading: str) -> str:
    if heading.endswith(_OPENS):
        return _CLOSES
    word = heading.split(" ", 1)[0]
    return {"address-family": "exit-address-family", "vrf": "exit-vrf"}.get(word, "exit")
