"""Outlines of areas from GeoJSON (RFC 7946): the borders of a province's prefectures.

ECharts 4's form is read too (``UTF8Encoding``: each ring a text of zigzag-coded differences in 1/1024 degree).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from jbnet.model.errors import JbnetError, UsageError
from jbnet.model.text import Text, text

Ring = tuple[tuple[float, float], ...]
"""Corners as (longitude, latitude) in degrees."""


@dataclass(frozen=True, slots=True)
class Outline:
    """An area: its name (``properties.name``, may be empty) and its rings, holes included."""

    name: str
    rings: tuple[Ring, ...]


def read_outlines(file: str, content: str) -> tuple[Outline, ...]:
    """Return the areas of a GeoJSON file; points and lines in it are passed over.

    Raises UsageError saying what is wrong with the file, and where.
    """
    try:
        document = json.loads(content)
    except json.JSONDecodeError as error:
        place = f"{file}:{error.lineno}:{error.colno}"
        raise UsageError("{file} is no JSON: {reason}", hint=_HINT, file=place, reason=error.msg) from error
    except RecursionError as error:
        raise _wrong(file, text("it is nested too deeply")) from error
    if not isinstance(document, Mapping):
        raise _wrong(file, text("expected an object of type FeatureCollection"))
    found = tuple(_outline(file, i, f, document) for i, f in enumerate(_features(file, document)))
    kept = tuple(outline for outline in found if outline.rings)
    if not kept:
        raise _wrong(file, text("it holds no Polygon and no MultiPolygon"))
    return kept


_HINT = text("outlines are GeoJSON (RFC 7946) in degrees; any province's export will do")


def _wrong(file: str, reason: Text) -> JbnetError:
    return UsageError("{file} is no outline: {reason}", hint=_HINT, file=file, reason=reason)


def _features(file: str, document: Mapping[str, Any]) -> list[Any]:
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise _wrong(file, text("features is no list"))
        return features
    if document.get("type") == "Feature":
        return [document]
    if document.get("type") in ("Polygon", "MultiPolygon", "GeometryCollection"):
        return [{"geometry": document}]
    raise _wrong(file, text("expected an object of type FeatureCollection"))


def _outline(file: str, number: int, feature: Any, document: Mapping[str, Any]) -> Outline:
    where = text("feature {number}", number=number)
    try:
        properties = feature.get("properties") or {}
        scale = float(document.get("UTF8Scale", 1024)) if document.get("UTF8Encoding") else None
        return Outline(str(properties.get("name") or ""), tuple(_rings(feature.get("geometry"), scale)))
    except _BadRingError as error:
        raise _wrong(file, text("{where}: {reason}", where=where, reason=error.text)) from error
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise _wrong(file, text("{where}: its geometry cannot be read", where=where)) from error


class _BadRingError(Exception):
    def __init__(self, said: Text):
        self.text = said
        super().__init__(str(said))


def _rings(geometry: Any, scale: float | None) -> Iterator[Ring]:
    """Yield the rings of a geometry. ``scale`` is set where they are coded as ECharts 4 does."""
    if geometry is None or geometry["type"] in ("Point", "MultiPoint", "LineString", "MultiLineString"):
        return
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _rings(part, scale)
        return
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        raise _BadRingError(text("{kind!r} is no type of geometry", kind=geometry["type"]))
    single = geometry["type"] == "Polygon"
    polygons = [geometry["coordinates"]] if single else geometry["coordinates"]
    offsets = geometry.get("encodeOffsets", [])
    for i, polygon in enumerate(polygons):
        for k, ring in enumerate(polygon):
            if scale is None:
                yield _checked([(float(corner[0]), float(corner[1])) for corner in ring])
            else:
                yield _checked(_decoded(ring, (offsets if single else offsets[i])[k], scale))


def _decoded(coded: str, offset: list[int], scale: float) -> list[tuple[float, float]]:
    """Undo ECharts' coding: two characters a corner, each a zigzag-coded difference plus 64."""
    x, y = int(offset[0]), int(offset[1])
    found = []
    for i in range(0, len(coded) - 1, 2):
        across, up = ord(coded[i]) - 64, ord(coded[i + 1]) - 64
        x += (across >> 1) ^ -(across & 1)
        y += (up >> 1) ^ -(up & 1)
        found.append((x / scale, y / scale))
    return found


def _checked(ring: list[tuple[float, float]]) -> Ring:
    if len(ring) < 3:
        raise _BadRingError(text("a ring needs three corners at least; one has {count}", count=len(ring)))
    for lon, lat in ring:
        if not (isfinite(lon) and isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
            raise _BadRingError(text("({lon}, {lat}) is no longitude and latitude in degrees", lon=lon, lat=lat))
    return tuple(ring)
