"""Dominators of a graph (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001), over plain mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TOP = ""
"""The node above all roots; nothing else is called so."""


def dominators(neighbours: Mapping[str, Iterable[str]], roots: Iterable[str]) -> dict[str, str]:
    """Return for every node that a root reaches the nearest other node that all its ways to the roots pass.

    ``neighbours`` is symmetric. The answer is empty text where there is no such node. Nodes are numbered breadth first:
    what dominates a node has a smaller number, which is all that the algorithm asks of an order.
    """
    first = list(roots)
    order = _breadth_first(neighbours, first)
    number = {node: index for index, node in enumerate(order)}
    above: dict[str, str] = {TOP: TOP, **dict.fromkeys(first, TOP)}
    changed = True
    while changed:
        changed = False
        for node in order[1 + len(first) :]:
            found: str | None = None
            for other in neighbours[node]:
                if other in above:
                    found = other if found is None else _common(found, other, above, number)
            if found is not None and above.get(node) != found:
                above[node] = found
                changed = True
    del above[TOP]
    return above


def _breadth_first(neighbours: Mapping[str, Iterable[str]], roots: list[str]) -> list[str]:
    order, seen = [TOP, *roots], {TOP, *roots}
    for node in order:
        for other in neighbours.get(node, ()):
            if other not in seen:
                seen.add(other)
                order.append(other)
    return order


def _common(one: str, other: str, above: Mapping[str, str], number: Mapping[str, int]) -> str:
    """Return the nearest node that stands above both (or is one of them)."""
    while one != other:
        while number[one] > number[other]:
            one = above[one]
        while number[other] > number[one]:
            other = above[other]
    return one
