"""BFD sessions as agents of each platform list them."""

from __future__ import annotations

import pytest
from snmp_agent import Agent, UdpAgent

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.monitor.recipes import bfd_of
from jbnet.snmp.ber import Tag
from jbnet.snmp.bfd import BfdSession, BfdTable
from jbnet.snmp.types import Oid, Value, VarBind

STANDARD = (1, 3, 6, 1, 2, 1, 222, 1, 2, 1)
HUAWEI = (1, 3, 6, 1, 4, 1, 2011, 5, 25, 38, 2, 3, 1)
H3C = (1, 3, 6, 1, 4, 1, 25506, 2, 72, 1, 3, 1)
PLATFORMS = [
    pytest.param("frr", STANDARD, 22, 11, (1, 2, 3, 4), id="standard"),
    pytest.param("ios", STANDARD, 22, 11, (1, 2, 3, 4), id="standard-on-ios"),
    pytest.param("vrp8", HUAWEI, 5, 17, (0, 1, 2, 3), id="huawei"),
    pytest.param("vrp5", HUAWEI, 5, 17, (0, 1, 2, 3), id="huawei-ar"),
    pytest.param("comware7", H3C, 10, 12, (0, 1, 2, 3), id="h3c"),
]


def table(entry: Oid, remote: int, state: int, *states: Value) -> dict[Oid, tuple[int, Value]]:
    """A table of sessions with 10.0.0.1, 10.0.0.2 and so on, in those states."""
    content: dict[Oid, tuple[int, Value]] = {}
    for number, value in enumerate(states, 1):
        content[*entry, remote, number] = (Tag.OCTET_STRING, bytes((10, 0, 0, number)))
        content[*entry, state, number] = (Tag.INTEGER, value)
    return content


@pytest.mark.parametrize(("platform", "entry", "remote", "state", "states"), PLATFORMS)
def test_states_are_those_of_the_platforms_table(
    platform: str, entry: Oid, remote: int, state: int, states: tuple[int, ...]
) -> None:
    transport = UdpSnmpTransport()
    with UdpAgent(Agent(table(entry, remote, state, *states, 77)).replies) as server:
        found = bfd_of(platform)
        (answer,) = transport.walk([server.target()], found.columns, timeout=1.0, retries=2)
    transport.close()
    sessions = {session.remote: session.up for session in found.read(answer.varbinds)}
    assert sessions == {"10.0.0.2": False, "10.0.0.3": False, "10.0.0.4": True, "10.0.0.5": None}


def read(content: dict[Oid, tuple[int, Value]], found: BfdTable) -> tuple[BfdSession, ...]:
    return found.read(VarBind(oid, tag, value) for oid, (tag, value) in content.items())


def test_a_session_without_an_address_or_with_another_kind_of_one_is_left_out() -> None:
    content = table(STANDARD, 22, 11, 4, 4, 4)
    del content[*STANDARD, 22, 1]
    content[*STANDARD, 22, 2] = (Tag.OCTET_STRING, bytes(16))
    content[*STANDARD, 22, 3] = (Tag.INTEGER, 7)
    assert read(content, bfd_of("frr")) == ()


@pytest.mark.parametrize("states", [(4, 2), (2, 4)])
def test_of_two_sessions_with_one_address_the_one_that_is_up_counts(states: tuple[int, int]) -> None:
    content = table(STANDARD, 22, 11, *states)
    content[*STANDARD, 22, 2] = content[*STANDARD, 22, 1]
    assert read(content, bfd_of("frr")) == (BfdSession("10.0.0.1", up=True),)
