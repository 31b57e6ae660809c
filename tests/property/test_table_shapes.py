"""Laws of reading tables: what is remembered of an answer's shape changes nothing of what is read from it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jbnet.snmp.mibs import (
    IF_ADMIN_STATUS,
    IF_HC_IN_OCTETS,
    IF_NAME,
    IF_OPER_STATUS,
    INTERFACE_COLUMNS,
    SYS_NAME,
    SYS_UPTIME,
    AdminStatus,
    OperStatus,
    parse_interfaces,
    parse_system,
)
from jbnet.snmp.types import Oid, Value, VarBind

NAMES = st.one_of(
    st.tuples(st.sampled_from(INTERFACE_COLUMNS), st.integers(1, 4)).map(lambda found: (*found[0], found[1])),
    st.sampled_from([SYS_UPTIME, SYS_NAME, IF_NAME, (*IF_NAME, 1, 2), (1, 3), (1, 3, 6, 1, 9, 7)]),
)
VALUES = st.one_of(st.none(), st.integers(-1, 9), st.binary(max_size=3), st.just((1, 3, 6)))
ANSWERS = st.lists(st.builds(VarBind, NAMES, st.just(2), VALUES), max_size=30)


def plainly(varbinds: list[VarBind], column: Oid, index: int) -> Value:
    """Return what the last variable of a name says."""
    return next((v.value for v in reversed(varbinds) if v.oid == (*column, index)), None)


def enumerated(kind: type[AdminStatus] | type[OperStatus], value: Value) -> object:
    return kind(value) if isinstance(value, int) and value in set(kind) else None


@given(ANSWERS, st.lists(VALUES, max_size=30))
def test_interfaces_are_read_the_same_whatever_shape_was_met_before(found: list[VarBind], others: list[Value]) -> None:
    again = [VarBind(v.oid, v.tag, value) for v, value in zip(found, others, strict=False)]
    for varbinds in (found, again, found):  # the shape of the third is known by then
        rows = {row.index: row for row in parse_interfaces(iter(varbinds))}
        named = {i for i in range(1, 5) if isinstance(plainly(varbinds, IF_NAME, i), bytes)}
        assert list(rows) == sorted(named)
        for index, row in rows.items():
            assert row.admin == enumerated(AdminStatus, plainly(varbinds, IF_ADMIN_STATUS, index))
            assert row.oper == enumerated(OperStatus, plainly(varbinds, IF_OPER_STATUS, index))
            octets = plainly(varbinds, IF_HC_IN_OCTETS, index)
            assert row.in_octets == (octets if isinstance(octets, int) else None)


@given(ANSWERS)
def test_the_agent_itself_is_read_wherever_its_variables_stand(found: list[VarBind]) -> None:
    given_ = {v.oid: v.value for v in found}
    system = parse_system(found)
    uptime, name = given_.get(SYS_UPTIME), given_.get(SYS_NAME)
    assert system.uptime == (uptime if isinstance(uptime, int) else None)
    assert system.name == (name.decode("utf-8", "replace") if isinstance(name, bytes) else None)
