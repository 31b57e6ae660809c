"""What people call a cause that several things share."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import small

from jbnet.cli.names import Names
from jbnet.model.lines import Srlg


@pytest.mark.parametrize(
    ("kind", "name", "chinese", "said"),
    [
        ("srlg", "duct", True, "duct 柳格高速管道"),
        ("srlg", "duct", False, "duct"),
        ("srlg", "gone", True, "gone"),
        ("circuit", "duct", True, "duct"),
    ],
)
def test_a_shared_risk_has_its_declared_name_in_chinese(kind: str, name: str, chinese: bool, said: str) -> None:
    network = replace(small(), srlgs={"duct": Srlg("duct", "柳格高速管道")})
    assert Names(network, chinese=chinese).cause(kind, name) == said
    assert Names(None, chinese=chinese).cause(kind, name) == name
