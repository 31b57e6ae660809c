"""Prometheus remote write 1.0: points as the protobuf message ``WriteRequest``, without its snappy block.

The message is small enough to be written by hand: two levels of length-delimited fields (protobuf encoding, wire types
0, 1 and 2), ``TimeSeries{labels, samples}`` in ``WriteRequest.timeseries``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping

from jbnet.monitor.points import Point

MOST = 2000
"""Series in one request."""
_BYTES = 0x80


def requests(points: Iterable[Point], time_ms: int, labels: Mapping[str, str]) -> Iterator[tuple[bytes, int]]:
    """Yield messages and how many samples each has. ``labels`` are added to every series, such as ``job``."""
    body, count = bytearray(), 0
    for point in points:
        body += _field(1, _series(point, time_ms, labels))
        count += 1
        if count == MOST:
            yield bytes(body), count
            body, count = bytearray(), 0
    if count:
        yield bytes(body), count


def _series(point: Point, time_ms: int, labels: Mapping[str, str]) -> bytes:
    family = point.family
    name = family.name + ("_total" if family.kind == "counter" else "")
    found = {**labels, **dict(zip(family.labels, point.values, strict=True)), "__name__": name}
    # the receiver demands that labels be sorted; one without a value is as good as none
    written = b"".join(_field(1, _label(key, value)) for key, value in sorted(found.items()) if value)
    sample = b"\x09" + struct.pack("<d", point.value) + b"\x10" + _varint(time_ms)
    return written + _field(2, sample)


def _label(name: str, value: str) -> bytes:
    return _field(1, name.encode()) + _field(2, value.encode())


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= _BYTES:
        found.append(value & 0x7F | _BYTES)
        value >>= 7
    found.append(value)
    return bytes(found)
