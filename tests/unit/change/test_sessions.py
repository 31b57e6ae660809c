"""The line that keeps a session closed: found on every platform by rendering, put in and taken out alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_network import sample_network

from jbnet.change.sessions import is_shut, others_with, session_over, shutdown_line, with_session
from jbnet.config.lines import paths_of
from jbnet.config.render import render
from jbnet.model.errors import UsageError
from jbnet.model.network import BgpSession, Network

LINES = {
    "frr": ("router bgp 64512", "neighbor 172.16.0.1 shutdown"),
    "ios": ("router bgp 64512", "neighbor 172.16.0.1 shutdown"),
    "vrp5": ("bgp 64512", "peer 172.16.0.1 ignore"),
    "vrp8": ("bgp 64512", "peer 172.16.0.1 ignore"),
    "comware7": ("bgp 64512", "peer 172.16.0.1 ignore"),
}
"""FRR User Manual, BGP; Cisco, IP Routing: BGP; Huawei and H3C, `peer ignore`."""


def of(platform: str) -> tuple[Network, BgpSession, str]:
    """Return a network whose core router is of a platform, its session with the ministry, and what it runs."""
    network = sample_network()
    device = replace(network.devices["core-r1"], platform=platform)
    names = {port.name: f"GigabitEthernet0/0/{number}" for number, port in enumerate(device.interfaces)}
    network = replace(network, devices={**network.devices, "core-r1": device}, ports={"core-r1": names})
    return network, session_over(network, "ministry-up1", "core-r1"), render(network, device)


@pytest.mark.parametrize("platform", LINES)
def test_one_line_closes_it_and_without_that_line_it_is_open(platform: str) -> None:
    network, session, running = of(platform)
    assert shutdown_line(network, session) == LINES[platform]
    closed = with_session(network, session, running, shutdown=True)
    was, now = paths_of(platform, running), paths_of(platform, closed)
    assert (set(now) - set(was), set(was) - set(now)) == ({LINES[platform]}, set())
    assert (is_shut(network, session, running), is_shut(network, session, closed)) == (False, True)
    assert paths_of(platform, with_session(network, session, closed, shutdown=True)) == now
    assert paths_of(platform, with_session(network, session, closed, shutdown=False)) == was


@pytest.mark.parametrize("platform", LINES)
def test_what_is_declared_closed_is_printed_so(platform: str) -> None:
    network, session, running = of(platform)
    closed = tuple(replace(one, shutdown=one == session) for one in network.bgp_sessions)
    printed = render(replace(network, bgp_sessions=closed), network.devices["core-r1"])
    assert paths_of(platform, printed) != paths_of(platform, running)
    assert set(paths_of(platform, printed)) - set(paths_of(platform, running)) == {LINES[platform]}


def test_a_message_that_somebody_gave_goes_with_it() -> None:
    """RFC 9003: FRR's ``neighbor ADDRESS shutdown message TEXT``."""
    network, session, running = of("frr")
    (heading,) = (line for line in running.splitlines() if line.strip().startswith("neighbor 172.16.0.1 remote-as"))
    typed = running.replace(heading, f"{heading}\n neighbor 172.16.0.1 shutdown message work till noon")
    assert is_shut(network, session, typed)
    opened = with_session(network, session, typed, shutdown=False)
    assert paths_of("frr", opened) == paths_of("frr", running)


def test_a_router_that_does_not_know_the_neighbour_has_nothing_to_close() -> None:
    network, session, _ = of("frr")
    with pytest.raises(UsageError, match="does not know the neighbour"):
        with_session(network, session, "hostname core-r1\n", shutdown=True)


def test_sessions_are_found_by_their_circuit_and_our_end() -> None:
    network = sample_network()
    session = session_over(network, "ministry-up1", "core-r1")
    assert [one.circuit for one in others_with(network, session)] == ["ministry-up2"]
    with pytest.raises(UsageError, match="ends on core-r1, not on core-r2"):
        session_over(network, "ministry-up1", "core-r2")
    with pytest.raises(UsageError, match="no BGP session runs over core-pair1"):
        session_over(network, "core-pair1", "core-r1")
    with pytest.raises(UsageError, match="there is no circuit"):
        session_over(network, "nowhere", "core-r1")
