"""LLDP-MIB as agents answer it: recorded from lldpd under net-snmp, whole and in parts."""

from __future__ import annotations

import pytest
from recorded_walks import content, varbinds
from snmp_agent import Agent, UdpAgent

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.monitor.checks import Reads
from jbnet.services.watch.read import whole
from jbnet.services.watch.targets import COLUMNS
from jbnet.snmp.ber import Tag
from jbnet.snmp.lldp import LLDP_COLUMNS, REM_ENTRY, ChassisKind, Lldp, LldpNeighbour, LldpPort, PortKind, parse_lldp
from jbnet.snmp.mibs import IF_NAME, INTERFACE_COLUMNS, parse_interfaces
from jbnet.snmp.pdu import Pdu, PduType
from jbnet.snmp.types import Oid, SnmpAnswer, Value, VarBind

LLDPD = Lldp(
    ChassisKind.LOCAL,
    "huangyuan-r1",
    (LldpPort(2, PortKind.MAC, "42:c9:dc:73:eb:0c", "up1"),),
    (LldpNeighbour(2, ChassisKind.LOCAL, "xining-r1", PortKind.MAC, "e6:04:bd:07:ac:aa", "d19", "xining-r1"),),
)


def asked(agent: Agent, columns: tuple[Oid, ...] = LLDP_COLUMNS) -> SnmpAnswer:
    """What a walk over UDP gives."""
    transport = UdpSnmpTransport()
    try:
        with UdpAgent(agent.replies) as server:
            (answer,) = transport.walk([server.target()], columns, timeout=1.0, retries=2)
    finally:
        transport.close()
    return answer


def test_what_lldpd_answers_is_read() -> None:
    assert parse_lldp(varbinds("lldpd.walk")) == LLDPD


def test_it_is_the_same_over_udp() -> None:
    answer = asked(Agent(content("lldpd.walk")))
    assert answer.error == ""
    assert parse_lldp(answer.varbinds) == LLDPD


def test_an_agent_without_the_mib_says_nothing() -> None:
    answer = asked(Agent({}))
    assert answer.error == ""
    assert parse_lldp(answer.varbinds) == Lldp(None, None)


@pytest.mark.parametrize("column", [4, 5, 6, 7])
def test_a_neighbour_without_an_identifier_is_left_out(column: int) -> None:
    cut = [v for v in varbinds("lldpd.walk") if v.oid[:-3] != (*REM_ENTRY, column)]
    assert parse_lldp(cut).neighbours == ()


@pytest.mark.parametrize("wrong", [7, None, b"", (1, 2)])
def test_an_identifier_of_the_wrong_type_is_none(wrong: Value) -> None:
    damaged = [
        VarBind(v.oid, Tag.OCTET_STRING, wrong) if v.oid[:-3] == (*REM_ENTRY, 5) else v for v in varbinds("lldpd.walk")
    ]
    assert parse_lldp(damaged).neighbours == ()


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (ChassisKind.MAC, bytes.fromhex("00e0fc123456"), "00:e0:fc:12:34:56"),
        (ChassisKind.MAC, b"\x00\xe0", None),
        (ChassisKind.ADDRESS, b"\x01\x0a\x00\xff\x01", "10.0.255.1"),
        (ChassisKind.ADDRESS, b"\x02" + bytes(16), None),  # IPv6: devices are declared with IPv4 addresses
        (ChassisKind.LOCAL, b"xining-r1\0\0", "xining-r1"),
        (99, b"\xff", "\ufffd"),
    ],
)
def test_identifiers_are_read_by_their_subtype(kind: int, value: bytes, said: str | None) -> None:
    own = [VarBind(LLDP_COLUMNS[0], Tag.INTEGER, kind), VarBind(LLDP_COLUMNS[1], Tag.OCTET_STRING, value)]
    assert parse_lldp(own).chassis == said


class Endless(Agent):
    """Its table of neighbours comes round again and again."""

    def bulk(self, names, non_repeaters, repetitions):  # type: ignore[no-untyped-def]  # as in Agent
        found = super().bulk(names, non_repeaters, repetitions)
        first = (*REM_ENTRY, 4, 100, 2, 1)
        return [VarBind(first, v.tag, 4) if v.oid[: len(REM_ENTRY)] == REM_ENTRY else v for v in found]


class Failing(Agent):
    """It cannot answer for its neighbours."""

    def respond(self, asked: Pdu) -> Pdu | None:
        if any(v.oid[: len(REM_ENTRY)] == REM_ENTRY for v in asked.varbinds) and asked.kind != PduType.GET:
            return self.answer(asked, asked.varbinds, 5, 1)
        return super().respond(asked)


@pytest.mark.parametrize("kind", [Endless, Failing])
def test_a_table_that_breaks_off_is_unknown_and_takes_no_other_with_it(kind: type[Agent]) -> None:
    more = {(*IF_NAME, 2): (Tag.OCTET_STRING, b"up1")}
    answer = asked(kind({**content("lldpd.walk"), **more}), (*INTERFACE_COLUMNS, *LLDP_COLUMNS))
    reads = frozenset({Reads.INTERFACES, Reads.LLDP})
    assert answer.error
    assert whole(answer, reads, COLUMNS) == {Reads.INTERFACES}
    assert [row.name for row in parse_interfaces(answer.varbinds)] == ["up1"]


def test_an_answer_that_does_not_say_what_broke_off_is_broken_everywhere() -> None:
    answer = SnmpAnswer("r1", varbinds("lldpd.walk"), "timeout")
    assert whole(answer, frozenset({Reads.LLDP}), COLUMNS) == frozenset()
