"""Laws of the standards' searches, against brute force on small random networks."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from jbnet.standards.dominators import dominators

NODES = tuple("abcdefgh")
Ways = Mapping[str, tuple[str, ...]]


@st.composite
def networks(draw: st.DrawFn) -> tuple[Ways, list[str]]:
    """Draw a symmetric graph and its roots."""
    pairs = [(one, other) for index, one in enumerate(NODES) for other in NODES[index + 1 :]]
    edges = draw(st.sets(st.sampled_from(pairs), max_size=14))
    ways = {node: tuple(sorted({a if b == node else b for a, b in edges if node in (a, b)})) for node in NODES}
    return ways, draw(st.lists(st.sampled_from(NODES), min_size=1, max_size=3, unique=True))


def reached(ways: Ways, roots: list[str], without: str = "") -> set[str]:
    seen = {root for root in roots if root != without}
    queue = list(seen)
    for node in queue:
        new = set(ways[node]) - seen - {without}
        seen |= new
        queue += sorted(new)
    return seen


def chain(above: Mapping[str, str], node: str) -> list[str]:
    found = []
    while node := above[node]:
        found.append(node)
    return found


@given(networks())
def test_what_stands_above_a_node_is_exactly_what_cuts_it_off(drawn: tuple[Ways, list[str]]) -> None:
    ways, roots = drawn
    above = dominators(ways, roots)
    everything = reached(ways, roots)
    assert set(above) == everything
    for node in everything:
        cutting = {other for other in everything - {node} if node not in reached(ways, roots, other)}
        assert set(chain(above, node)) == cutting


@given(networks())
def test_of_two_that_cut_a_node_off_the_nearer_is_cut_off_by_the_farther(drawn: tuple[Ways, list[str]]) -> None:
    ways, roots = drawn
    above = dominators(ways, roots)
    for node in above:
        stack = chain(above, node)
        for nearer, farther in zip(stack, stack[1:], strict=False):
            assert nearer not in reached(ways, roots, farther)
