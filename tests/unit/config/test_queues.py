"""Video conferences go first on leased lines between the places that hold them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from equipped import RENDERED, equipped

from jbnet.config.render import intent, render
from jbnet.model.network import Network


def rates(network: Network, device: str) -> dict[str, int | None]:
    """What each line's port is held to, by its description."""
    return {port.description: port.shape for port in intent(network, network.devices[device]).interfaces}


def test_leased_lines_between_such_places_are_held_to_their_bandwidth_and_others_are_not() -> None:
    network = equipped("vrp8")
    found = rates(network, "xining-r1")
    assert found["xining-up1"] == 100
    assert found["xining-pair1"] is None  # a cable
    assert found["chengdong-up1"] is None  # a county holds no conferences
    assert rates(network, "core-r1")["ministry-up1"] == 100
    assert rates(network, "core-r1")["noc-up1"] is None


@pytest.mark.parametrize("name", RENDERED)
def test_a_device_without_such_lines_says_nothing_of_video(name: str) -> None:
    network = equipped(name)
    assert "VIDEO" not in render(network, network.devices["chengdong-r1"])
    quiet = replace(network, video=None)
    assert "VIDEO" not in render(quiet, quiet.devices["xining-r1"])


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("vrp8", ["port shaping 100 outbound", "port-queue af4 pq shaping shaping-percentage 30 outbound"]),
        ("vrp5", ["qos gts cir 100000", "queue llq bandwidth pct 30", "if-match dscp af41"]),
        ("comware7", ["qos gts any cir 100000", "queue ef bandwidth pct 30 cbs-ratio 25", "if-match dscp af41"]),
        (
            "ios",
            ["shape average 100000000", "priority percent 30", "match dscp af41", "service-policy output LINE-100"],
        ),
    ],
)
def test_each_platform_shapes_to_the_line_and_puts_the_class_first(name: str, lines: list[str]) -> None:
    network = equipped(name)
    assert network.video is not None
    config = render(replace(network, video=replace(network.video, dscp="af41")), network.devices["xining-r1"])
    assert [line for line in lines if f" {line}\n" not in config] == []
