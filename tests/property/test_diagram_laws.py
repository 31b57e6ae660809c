"""Laws of the pictures: labels never overlap, markers end apart, every text is safe in XML, every site has a place."""

from __future__ import annotations

from math import hypot
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from jbnet.topology.diagrams.census import Cell, Column
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.ink import element, write
from jbnet.topology.diagrams.placement import Wanted, place
from jbnet.topology.diagrams.spots import Rank, Spot, apart
from jbnet.topology.diagrams.spread import spread

AREA = Box(0, 0, 800, 500)
points = st.tuples(st.floats(20, 780), st.floats(20, 480))
labels = st.builds(
    Wanted, st.text("西宁abM ", min_size=1, max_size=9), points, st.floats(1, 9), st.sampled_from([11, 14])
)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(labels, max_size=25),
    st.lists(st.builds(Box, st.floats(0, 700), st.floats(0, 400), st.floats(1, 90), st.floats(1, 60)), max_size=5),
)
def test_placed_labels_overlap_nothing_stay_inside_and_none_is_lost(wanted: list[Wanted], boxes: list[Box]) -> None:
    placed, left = place(wanted, AREA, boxes, [((0, 0), (800, 500))])
    assert len(placed) + len(left) == len(wanted)
    taken = [*boxes]
    for label in placed:
        assert AREA.holds(label.box)
        assert not any(label.box.overlaps(box) for box in taken)
        taken.append(label.box)


@settings(deadline=None, max_examples=60)
@given(st.lists(points, min_size=1, max_size=8))
def test_markers_that_cover_one_another_are_moved_apart(at: list[tuple[float, float]]) -> None:
    found = apart([Spot(f"s{i}", Rank.COUNTY, 0, 0, point) for i, point in enumerate(at)], rounds=2000)
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            assert hypot(a.at[0] - b.at[0], a.at[1] - b.at[1]) >= a.radius + b.radius


@given(st.text(), st.text())
def test_any_text_is_safe_in_an_element_and_in_an_attribute(inside: str, value: str) -> None:
    found = ET.fromstring("".join(write(element("text", inside, data_x=value))))
    if inside.isascii() and inside.isprintable():
        assert (found.text or "") == inside
    if value.isascii() and value.isprintable():
        assert found.get("data-x") == value


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20), st.floats(20, 200))
def test_columns_stand_side_by_side_on_the_page_with_room_for_every_cell(counts: list[int], least: float) -> None:
    found = spread([Column(None, tuple(Cell(None) for _ in range(n))) for n in counts], 1920, least)
    edge = 0.0
    for (x, width), n in zip(found.places, counts, strict=True):
        assert x >= edge
        assert width >= least * max(1, n) - 0.001
        edge = x + width
    assert edge <= found.width
