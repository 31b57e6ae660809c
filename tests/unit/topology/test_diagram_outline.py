"""Outlines: GeoJSON as anybody exports it, ECharts' coding, and what is said of broken files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jbnet.model.errors import UsageError
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.outline import read_outlines
from jbnet.topology.diagrams.projection import Bounds, fit

SQUARE = [[100, 35], [101, 35], [101, 36], [100, 36], [100, 35]]
SHIPPED = Path(__file__).parents[3] / "topology" / "geo" / "qinghai.geo.json"


def collection(*geometries: object) -> str:
    features = [{"type": "Feature", "properties": {"name": f"n{i}"}, "geometry": g} for i, g in enumerate(geometries)]
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_polygons_and_multipolygons_with_holes_and_heights_are_read() -> None:
    lifted = [[x, y, 3000.0] for x, y in SQUARE]
    content = collection(
        {"type": "Polygon", "coordinates": [SQUARE, SQUARE]},
        {"type": "MultiPolygon", "coordinates": [[lifted], [SQUARE]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [SQUARE]}]},
    )
    found = read_outlines("a.json", content)
    assert [(o.name, len(o.rings)) for o in found] == [("n0", 2), ("n1", 2), ("n2", 1)]
    assert found[1].rings[0][0] == (100.0, 35.0)


def test_points_lines_and_empty_features_are_passed_over() -> None:
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    content = collection(None, {"type": "Point", "coordinates": [1, 2]}, square)
    assert [o.name for o in read_outlines("a.json", content)] == ["n2"]


def test_a_bare_geometry_and_a_bare_feature_are_outlines() -> None:
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    assert read_outlines("a.json", json.dumps(square))[0].rings == read_outlines(
        "a.json", json.dumps({"type": "Feature", "geometry": square})
    )[0].rings  # fmt: skip


def test_the_coding_of_echarts_is_undone() -> None:
    """Differences are zigzag-coded plus 64, summed up from the offset, in 1/1024 degree."""

    def coded(*steps: tuple[int, int]) -> str:
        return "".join(chr(((n << 1) ^ (n >> 63)) + 64) for step in steps for n in step)

    geometry = {
        "type": "Polygon",
        "coordinates": [coded((0, 0), (1024, 0), (-512, 2048))],
        "encodeOffsets": [[102400, 35840]],
    }
    document = {"type": "FeatureCollection", "UTF8Encoding": True, "features": [{"geometry": geometry}]}
    assert read_outlines("a.json", json.dumps(document))[0].rings == (((100.0, 35.0), (101.0, 35.0), (100.5, 37.0)),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "a.json:1:1 is no JSON"),
        ('{"type": "FeatureCollection",\n "features": [}', "a.json:2:15 is no JSON"),
        ("[]", "expected an object of type FeatureCollection"),
        ('{"type": "Topology"}', "expected an object of type FeatureCollection"),
        ('{"type": "FeatureCollection", "features": 3}', "features is no list"),
        ('{"type": "FeatureCollection", "features": []}', "no Polygon and no MultiPolygon"),
        ('{"type": "FeatureCollection", "features": [7]}', "feature 0: its geometry cannot be read"),
        (collection({"type": "Polygon", "coordinates": [[[1, 2], [3]]]}), "feature 0: its geometry cannot be read"),
        (collection({"type": "Polygon", "coordinates": [SQUARE[:2]]}), "three corners at least; one has 2"),
        (collection({"type": "Circle", "coordinates": []}), "'Circle' is no type of geometry"),
        (collection({"type": "Polygon", "coordinates": [[[500000, 4000000]] * 4]}), "in degrees"),
        (collection({"type": "Polygon", "coordinates": [[[float("nan"), 4]] * 4]}), "in degrees"),
        ("[" * 100_000, "nested too deeply"),
        (('{"type": "FeatureCollection", "UTF8Encoding": true, "features": [{"geometry": {"type": "Polygon", '
         '"coordinates": ["@@AA"]}}]}'), "feature 0: its geometry cannot be read"),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_with_what_is_wrong(content: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_outlines("a.json", content)
    assert said in str(caught.value.text)
    assert "a.json" in str(caught.value.text)


def test_the_shipped_outline_has_the_eight_prefectures_and_lies_where_qinghai_does() -> None:
    found = read_outlines(SHIPPED.name, SHIPPED.read_text(encoding="utf-8"))
    assert len(found) == 8
    bounds = Bounds.of(corner for outline in found for ring in outline.rings for corner in ring)
    assert (89.3 < bounds.west < 89.5, 103.0 < bounds.east < 103.2) == (True, True)
    assert (31.5 < bounds.south < 31.8, 39.1 < bounds.north < 39.3) == (True, True)


def test_the_projection_shrinks_longitudes_by_the_cosine_of_the_middle_latitude() -> None:
    bounds = Bounds(100, 59, 102, 61)
    projection = fit(bounds, Box(0, 0, 500, 1000))
    (x1, y1), (x2, y2) = projection.point(100, 60), projection.point(101, 61)
    assert (x2 - x1) / (y1 - y2) == pytest.approx(0.5)


def test_thinning_a_ring_moves_no_corner_that_is_kept_by_more_than_a_tenth_of_a_pixel() -> None:
    projection = fit(Bounds(100, 35, 101, 36), Box(0, 0, 100, 100))
    ring = [(100 + i / 997, 35 + (i * i % 89) / 89) for i in range(900)]
    x = y = 0.0
    drawn = [float(step) for step in projection.path([ring], least=0).strip("MZ").replace("l", " ").split(" ")]
    for i in range(0, len(drawn), 2):
        x, y = x + drawn[i], y + drawn[i + 1]
    assert (x, y) == pytest.approx(projection.point(*ring[-1]), abs=0.06)
