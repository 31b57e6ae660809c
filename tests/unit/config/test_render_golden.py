"""What is rendered, whole: one golden file a role, from the sample network.

Write them anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sample_network import sample_network

from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import render

GOLDEN = Path(__file__).parents[2] / "golden" / "render"
DEVICES = {
    "core": "core-r1",
    "dc-router": "xining-dc-r1",
    "database-server": "xining-dc-db1",
    "noc-server": "noc-s1",
    "peer-router": "ministry-r1",
    "prefecture-router": "xining-r1",
    "county-router": "chengdong-r1",
    "township-cpe": "chengdong-lejiawan-r1",
    "community": "chengdong-lejiawan-a-r1",
}


def check(name: str, actual: str) -> None:
    file = GOLDEN / f"{name}.conf"
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        file.write_text(actual, encoding="utf-8")
    assert actual == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("role", DEVICES)
def test_the_configuration_of_each_role_is_exactly_this(role: str) -> None:
    network = sample_network()
    check(role, render(network, network.devices[DEVICES[role]]))


@pytest.mark.parametrize("role", ["core", "county-router"])
def test_the_configuration_out_of_the_box_is_exactly_this(role: str) -> None:
    network = sample_network()
    check(f"bootstrap-{role}", bootstrap(network, network.devices[DEVICES[role]]))


def test_every_role_of_the_sample_has_a_golden_file() -> None:
    assert set(sample_network().roles) <= set(DEVICES)
