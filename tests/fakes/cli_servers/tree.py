"""A configuration as the routers keep it: an ordered tree of lines, printed in sections between ``#``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class Node:
    """A line and what stands below it. ``view``: the view that the line opens, '' for a plain setting."""

    line: str
    view: str = ""
    children: list[Node] = field(default_factory=list)

    def copy(self) -> Node:
        return Node(self.line, self.view, [child.copy() for child in self.children])

    def child(self, line: str) -> Node | None:
        return next((child for child in self.children if child.line == line), None)

    def paths(self, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Give every line below with the lines above it."""
        for child in self.children:
            yield (*above, child.line)
            yield from child.paths((*above, child.line))

    def at(self, path: Sequence[str]) -> Node | None:
        node: Node | None = self
        for line in path:
            node = node.child(line) if node else None
        return node

    def lines(self, depth: int = 0) -> Iterator[str]:
        for child in self.children:
            yield " " * depth + child.line
            yield from child.lines(depth + 1)


def sections(root: Node, indent_globals: bool) -> list[str]:
    """Print the whole tree: a ``#`` before each section; VRP5 and Comware indent lines that open no view."""
    said: list[str] = []
    for node in root.children:
        indent = 1 if indent_globals and not node.view else 0
        said += ["#", " " * indent + node.line, *node.lines(1 + indent)]
    return [*said, "#", "return"]


def same(one: Node, other: Node) -> bool:
    """Two configurations are the same when they say the same, in whatever order."""
    return set(one.paths()) == set(other.paths())
