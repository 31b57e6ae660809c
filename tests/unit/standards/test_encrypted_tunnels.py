"""A tunnel over a port shows that the port's line is encrypted: what we render fulfils the control that asks for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from audited import NOW, shipped
from encrypted import CIRCUIT, ENCRYPTING, LOWER, UPPER, encrypted

from jbnet.config.audit.lines import NumberedText
from jbnet.config.audit.observed import Observed, Origin
from jbnet.config.render import render
from jbnet.model.network import Network
from jbnet.standards import evaluate
from jbnet.standards.model import Evidence, Outcome
from jbnet.standards.world import Surroundings

RULE = "CF-L-02"


def carried(platform: str, *, is_encrypted: bool = True) -> Network:
    """The line goes over a network of others."""
    network = encrypted(platform)
    line = replace(network.circuits[CIRCUIT], underlay="intranet")
    line = line if is_encrypted else replace(line, encryption=None)
    return replace(network, circuits={**network.circuits, CIRCUIT: line})


def outcome(network: Network, platform: str, device: str) -> Outcome:
    said = NumberedText(f"{device}/rendered", render(network, network.devices[device]), platform)
    seen = Observed(device, platform, Origin.RENDERED, {"running": said}, {}, time=NOW, now=NOW)
    found = evaluate(
        network, shipped(), NOW.date(), evidence=Evidence.CONFIGURATION,
        surroundings=Surroundings(configurations={device: seen}), keep=lambda subject: subject.name == device,
    )  # fmt: skip
    (one,) = [one for one in (*found.judgements, *found.shown) if one.rule.id == RULE]
    return one.outcome


@pytest.mark.parametrize("device", [UPPER, LOWER])
@pytest.mark.parametrize("platform", [*ENCRYPTING, "frr"])
def test_a_rendered_tunnel_fulfils_the_control_for_lines_over_networks_of_others(platform: str, device: str) -> None:
    assert outcome(carried(platform), platform, device) is Outcome.FULFILLED


@pytest.mark.parametrize("platform", [*ENCRYPTING, "frr"])
def test_the_same_line_without_a_tunnel_does_not(platform: str) -> None:
    assert outcome(carried(platform, is_encrypted=False), platform, LOWER) is Outcome.VIOLATED
