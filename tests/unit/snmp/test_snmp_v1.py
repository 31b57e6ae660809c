"""SNMPv1 (RFC 1157): GET and GETNEXT, one refusal for all, no numbers of 64 bits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from snmp_agent import IF_IN, IF_NAME, TABLE, UPTIME, Agent, OldAgent, community_answer, mib
from snmp_wire import TARGET, Wire

from jbnet.snmp.ber import Tag
from jbnet.snmp.faults import Fault
from jbnet.snmp.pdu import Pdu, PduType
from jbnet.snmp.types import Oid, VarBind

OLD = replace(TARGET, version="1")
ABSENT: Oid = (1, 3, 6, 1, 2, 1, 1, 99, 0)


def old_wire() -> Wire:
    return Wire(OLD)


def test_a_walk_uses_getnext_alone_and_finds_all_rows() -> None:
    agent = OldAgent(mib(9))
    answer = old_wire().walk(agent.replies, [UPTIME, IF_NAME])
    assert answer.error == ""
    assert [varbind.value for varbind in answer.varbinds] == [4711, *[f"up{row}".encode() for row in range(1, 10)]]
    assert {asked.kind for asked in agent.requests} == {PduType.GETNEXT}


def test_columns_of_counter64_are_empty_and_the_others_whole() -> None:
    answer = old_wire().walk(OldAgent(mib(4)).replies, TABLE)
    assert (answer.error, [varbind.oid for varbind in answer.varbinds]) == ("", [(*IF_NAME, r) for r in range(1, 5)])


def test_a_walk_ends_where_the_mib_ends() -> None:
    content = {(*IF_NAME, row): (int(Tag.OCTET_STRING), b"x") for row in range(1, 4)}
    answer = old_wire().walk(OldAgent(content).replies, TABLE)  # type: ignore[arg-type]  # bytes are one of its values
    assert (answer.error, len(answer.varbinds)) == ("", 3)


@pytest.mark.parametrize("absent_at", [(0,), (2,), (1, 3), (0, 1, 2, 3, 4)], ids=str)
def test_a_variable_that_is_not_there_does_not_take_the_others_with_it(absent_at: tuple[int, ...]) -> None:
    wire, agent = old_wire(), OldAgent(mib(5))
    names: list[Oid] = [(*IF_NAME, row) for row in range(1, 6)]
    for at in absent_at:
        names[at] = (*ABSENT, at)
    answer = wire.get(agent.replies, names)
    assert answer.error == ""
    assert [varbind.oid for varbind in answer.varbinds] == names
    missing = [at for at, varbind in enumerate(answer.varbinds) if varbind.tag == Tag.NO_SUCH_INSTANCE]
    assert missing == list(absent_at)
    assert wire.counters["noSuchName"] == len(absent_at)


def test_a_variable_that_is_not_there_is_found_among_several_requests() -> None:
    wire, agent = old_wire(), OldAgent(mib(7))
    wire.memory.max_varbinds = 3
    names = [(*IF_NAME, 1), ABSENT, (*IF_NAME, 2), (*IF_IN, 1), (*IF_NAME, 3), (*IF_NAME, 4), ABSENT]
    answer = wire.get(agent.replies, names)
    assert [varbind.oid for varbind in answer.varbinds] == names
    assert [varbind.value for varbind in answer.varbinds] == [b"up1", None, b"up2", None, b"up3", b"up4", None]


def test_a_refusal_that_names_no_variable_is_an_error_and_not_a_loop() -> None:
    class Vague(OldAgent):
        def respond(self, asked: Pdu) -> Pdu | None:
            return self.answer(asked, asked.varbinds, 2, 0)

    wire = old_wire()
    assert wire.get(Vague().replies, [UPTIME]).error == "noSuchName"
    assert len(wire.sent) == 1


def test_an_answer_in_another_version_than_the_question_is_refused_by_name() -> None:
    def newer(datagram: bytes) -> list[bytes]:
        agent = OldAgent()
        agent.replies(datagram)
        answer = agent.respond(agent.requests[0])
        assert answer is not None
        return [community_answer(answer)]

    wire = old_wire()
    assert wire.get(newer, [UPTIME]).error == "wrongVersion"
    assert wire.counters[Fault.WRONG_VERSION] == 3


def test_an_agent_of_snmpv1_is_silent_to_snmpv2c_and_the_other_way_round() -> None:
    assert Wire().get(OldAgent().replies, [UPTIME]).error == "timeout"
    assert old_wire().get(Agent().replies, [UPTIME]).error == "timeout"


def test_no_such_name_from_an_agent_of_snmpv2c_is_understood_as_well() -> None:
    class Mixed(Agent):
        def respond(self, asked: Pdu) -> Pdu | None:
            names = [varbind.oid for varbind in asked.varbinds]
            if ABSENT in names:
                return self.answer(asked, asked.varbinds, 2, names.index(ABSENT) + 1)
            return super().respond(asked)

    answer = Wire().get(Mixed().replies, [UPTIME, ABSENT])
    assert answer.varbinds == (VarBind(UPTIME, Tag.TIME_TICKS, 4711), VarBind(ABSENT, Tag.NO_SUCH_INSTANCE, None))
