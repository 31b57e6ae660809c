"""JSON of devices as records for a table."""

from __future__ import annotations

import pytest

from jbnet.services.run_rows import records

SHAPES = [
    ({"neighbors": {"10.0.0.1": [{"s": 1, "t": {"x": 2}}], "10.0.0.2": [{"s": 2}]}},
     [{"key": "10.0.0.1", "s": "1", "t.x": "2"}, {"key": "10.0.0.2", "s": "2"}]),
    ({"ipv4Unicast": {"as": 1, "peers": {"10.0.0.1": {"state": "up"}}}},
     [{"key": "ipv4Unicast", "key2": "10.0.0.1", "state": "up", "as": "1"}]),
    ({"10.0.0.0/16": [{"protocol": "ospf", "nexthops": [{"ip": "10.1.0.1"}, {"ip": "10.1.0.2"}]}]},
     [{"key": "10.0.0.0/16", "protocol": "ospf", "ip": "10.1.0.1"},
      {"key": "10.0.0.0/16", "protocol": "ospf", "ip": "10.1.0.2"}]),
    ({"a": 1, "b": True, "c": None, "d": [1, 2]}, [{"a": "1", "b": "true", "c": "", "d": "1 2"}]),
    ([{"x": 1}, {"x": 2}], [{"x": "1"}, {"x": "2"}]),
    ({"state": 1, "list": [{"state": 2}]}, [{"state": "1", "list.state": "2"}]),
    ({}, []), ([], []), ("x", [{"value": "x"}]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "found"), SHAPES)
def test_what_has_names_or_stands_in_a_list_is_a_row(value: object, found: list[dict[str, str]]) -> None:
    assert [dict(record) for record in records(value)] == found
