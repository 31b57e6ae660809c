"""What a change puts at risk: the sites behind a device."""

from __future__ import annotations

import pytest
from sample_network import sample_network

from jbnet.change.stakes import sites_behind
from jbnet.model.network import Network


@pytest.fixture
def network() -> Network:
    return sample_network()


def test_a_device_is_worth_the_sites_that_its_failure_cuts_off(network: Network) -> None:
    behind = sites_behind(network, ["chengdong-r1", "xining-r1", "xining-r2", "core-r1"])
    assert behind["chengdong-r1"] == ("chengdong", "chengdong-lejiawan", "chengdong-lejiawan-a")
    assert behind["xining-r1"] == ("datong",)
    assert behind["xining-r2"] == ()
    assert behind["core-r1"] == ()
