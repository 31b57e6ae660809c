"""Typed rows from answers: unknown is not zero."""

from __future__ import annotations

from jbnet.snmp import mibs
from jbnet.snmp.ber import Tag
from jbnet.snmp.mibs import AdminStatus, BgpPeer, BgpState, InterfaceRow, OperStatus, OspfNeighbor, OspfState
from jbnet.snmp.types import Oid, Value, VarBind


def rows(index: Oid, *values: tuple[Oid, int, Value]) -> list[VarBind]:
    return [VarBind((*column, *index), tag, value) for column, tag, value in values]


UP1 = rows(
    (4,),
    (mibs.IF_NAME, Tag.OCTET_STRING, b"up1"),
    (mibs.IF_ADMIN_STATUS, Tag.INTEGER, 1),
    (mibs.IF_OPER_STATUS, Tag.INTEGER, 7),
    (mibs.IF_LAST_CHANGE, Tag.TIME_TICKS, 1234),
    (mibs.IF_HC_IN_OCTETS, Tag.COUNTER64, 2**40),
    (mibs.IF_HC_OUT_OCTETS, Tag.COUNTER64, 0),
    (mibs.IF_COUNTER_DISCONTINUITY_TIME, Tag.TIME_TICKS, 99),
)


def test_an_interface_has_all_its_values() -> None:
    row = InterfaceRow("up1", 4, AdminStatus.UP, OperStatus.LOWER_LAYER_DOWN, 2**40, 0, 99, 1234)
    assert mibs.parse_interfaces(UP1) == (row,)


def test_what_an_agent_did_not_give_is_none_and_not_zero() -> None:
    (row,) = mibs.parse_interfaces(rows((9,), (mibs.IF_NAME, Tag.OCTET_STRING, b"lo")))
    assert row == InterfaceRow("lo", 9, None, None, None, None, None, None)


def test_a_value_of_the_wrong_type_or_outside_the_mib_is_none() -> None:
    wrong = rows(
        (1,),
        (mibs.IF_NAME, Tag.OCTET_STRING, b"lo"),
        (mibs.IF_OPER_STATUS, Tag.INTEGER, 42),
        (mibs.IF_ADMIN_STATUS, Tag.OCTET_STRING, b"up"),
        (mibs.IF_HC_IN_OCTETS, Tag.NO_SUCH_INSTANCE, None),
    )
    (row,) = mibs.parse_interfaces(wrong)
    assert (row.oper, row.admin, row.in_octets) == (None, None, None)


def test_rows_without_a_name_and_other_tables_are_left_out() -> None:
    nameless = rows((3,), (mibs.IF_OPER_STATUS, Tag.INTEGER, 1))
    foreign = [VarBind((1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18, 4), Tag.OCTET_STRING, b"alias")]
    assert [row.name for row in mibs.parse_interfaces([*nameless, *foreign, *UP1])] == ["up1"]


def test_interfaces_come_by_rising_index_whatever_the_order_of_the_answer() -> None:
    shuffled = [varbind for index in (10, 2, 33) for varbind in rows((index,), (mibs.IF_NAME, 4, b"if%d" % index))]
    assert [row.index for row in mibs.parse_interfaces(shuffled)] == [2, 10, 33]


def test_an_ospf_neighbour_is_known_by_its_address() -> None:
    found = rows(
        (10, 8, 192, 1, 0),
        (mibs.OSPF_NBR_RTR_ID, Tag.IP_ADDRESS, bytes((10, 8, 255, 1))),
        (mibs.OSPF_NBR_STATE, Tag.INTEGER, 8),
    )
    assert mibs.parse_ospf(found) == (OspfNeighbor("10.8.192.1", "10.8.255.1", OspfState.FULL),)


def test_a_bgp_peer_is_known_by_its_address() -> None:
    found = rows((10, 0, 192, 5), (mibs.BGP_PEER_STATE, Tag.INTEGER, 6))
    assert mibs.parse_bgp(found) == (BgpPeer("10.0.192.5", BgpState.ESTABLISHED),)


def test_the_system_says_what_it_was_asked() -> None:
    found = [
        VarBind(mibs.SYS_UPTIME, Tag.TIME_TICKS, 100),
        VarBind(mibs.SYS_NAME, Tag.OCTET_STRING, "西宁-r1".encode()),
        VarBind(mibs.SNMP_ENGINE_TIME, Tag.NO_SUCH_INSTANCE, None),
    ]
    assert mibs.parse_system(found) == mibs.System(100, "西宁-r1", None, None)
