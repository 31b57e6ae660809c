"""Pictures tell lines that name no carrier apart: on an underlay, nobody's as far as declared, cables of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from networks import small

from jbnet.model.network import Network, Underlay
from jbnet.topology.diagrams.carried import UNDECLARED, Carried, Kind
from jbnet.topology.diagrams.palette import IN_HOUSE, Palette
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.views import Drawn, view_of

VIEWS = ["levels", "backbone", "under:xining", "site:xining"]


@pytest.fixture
def network() -> Network:
    """Return the small network: xining-up1 rides on an underlay, nobody is said to carry xining-up2."""
    made = small()
    over = replace(made.circuits["xining-up1"], carrier=None, underlay="egov")
    bare = replace(made.circuits["xining-up2"], carrier=None, underlay=None, media="fibre")
    egov = Underlay("egov", "电子政务外网", "省政务信息中心")
    return replace(made, circuits={**made.circuits, over.name: over, bare.name: bare}, underlays={"egov": egov})


@pytest.mark.parametrize("view", VIEWS)
def test_the_legend_names_underlays_and_what_is_not_declared(network: Network, view: str) -> None:
    svg = Drawn(network, view_of(view), Speech()).page().svg()
    assert ">over egov: 1<" in svg
    assert ">carrier not declared: " in svg
    assert "cable in a building" not in svg


def test_the_site_view_says_on_the_line_who_carries_it(network: Network) -> None:
    svg = Drawn(network, view_of("site:xining"), Speech(chinese=True)).page().svg()
    assert "xining-up1" in svg
    assert "电子政务外网<" in svg
    assert "carrier not declared<" in svg


def test_carriers_underlays_and_nobodys_lines_differ_in_shape(network: Network) -> None:
    looks = Palette(network).looks
    shapes = [look.shape for by, look in looks.items() if by.kind is not Kind.CABLE]
    assert len(shapes) == len(set(shapes))
    assert {Carried(Kind.UNDERLAY, "egov"), UNDECLARED} <= looks.keys()


def test_only_a_cable_of_our_own_has_no_marker(network: Network) -> None:
    palette = Palette(network)
    marked = {name: palette.of(circuit).marked for name, circuit in network.circuits.items()}
    assert marked["xining-up1"]
    assert marked["xining-up2"]
    assert palette.of(replace(network.circuits["xining-up2"], media="cable")) == IN_HOUSE


def test_the_data_say_who_carries_and_what_is_a_cable(network: Network) -> None:
    document = Drawn(network, view_of("backbone"), Speech()).document()
    edges = document["edges"]
    assert isinstance(edges, list)
    by_name: Mapping[str, Mapping[str, object]] = {edge["name"]: edge for edge in edges}
    over, bare = by_name["xining-up1"], by_name["xining-up2"]
    assert (over["carrier"], over["underlay"], over["cable"]) == (None, "egov", False)
    assert (bare["carrier"], bare["underlay"], bare["cable"]) == (None, None, False)
