"""The request state machine over SNMPv2c, in simulated time: every fault that an agent or a network can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from snmp_agent import IF_IN, IF_NAME, OTHER, TABLE, UPTIME, Agent, community_answer, mib
from snmp_wire import Wire

from jbnet.snmp.ber import Tag
from jbnet.snmp.faults import Fault
from jbnet.snmp.pdu import Pdu, PduType
from jbnet.snmp.types import Oid, SnmpAnswer, VarBind


def found(answer: SnmpAnswer) -> dict[Oid, object]:
    return {varbind.oid: varbind.value for varbind in answer.varbinds}


def expected(rows: int) -> list[VarBind]:
    content = mib(rows)
    return [VarBind(oid, *content[oid]) for oid in sorted(content) if oid[:-1] in TABLE]


def silent(_: bytes) -> list[bytes]:
    return []


def test_a_walk_returns_whole_columns_in_order_and_scalars_first() -> None:
    answer = Wire().walk(Agent(mib(40)).replies, [*TABLE, UPTIME])
    assert answer.error == ""
    assert list(answer.varbinds) == [VarBind(UPTIME, Tag.TIME_TICKS, 4711), *expected(40)]


def test_sys_uptime_comes_in_the_same_answer_as_the_first_rows() -> None:
    agent = Agent(mib(3))
    Wire().walk(agent.replies, [UPTIME, *TABLE])
    assert len(agent.requests) == 1
    assert agent.requests[0].error_status == 1  # non-repeaters


def test_a_second_walk_asks_for_the_rows_that_the_first_one_found() -> None:
    agent, wire = Agent(mib(7)), Wire()
    first, second = wire.walk(agent.replies, TABLE), wire.walk(agent.replies, TABLE)
    assert second.varbinds == first.varbinds
    assert (len(agent.requests), agent.requests[-1].error_index) == (2, 8)


def test_a_table_that_grew_is_walked_to_its_new_end() -> None:
    wire = Wire()
    wire.walk(Agent(mib(2)).replies, TABLE)
    assert list(wire.walk(Agent(mib(50)).replies, TABLE).varbinds) == expected(50)


def test_an_empty_table_is_no_fault() -> None:
    answer = Wire().walk(Agent().replies, [OTHER])
    assert (answer.error, answer.varbinds) == ("", ())


def test_a_walk_ends_at_the_end_of_the_mib() -> None:
    content = {oid: value for oid, value in mib(4).items() if oid[:-1] in TABLE}
    assert list(Wire().walk(Agent(content).replies, TABLE).varbinds) == expected(4)


def test_a_get_returns_exceptions_as_values_and_keeps_the_order() -> None:
    absent = (1, 3, 6, 1, 2, 1, 1, 99, 0)
    answer = Wire().get(Agent().replies, [(*IF_IN, 2), absent, UPTIME])
    assert [varbind.oid for varbind in answer.varbinds] == [(*IF_IN, 2), absent, UPTIME]
    assert answer.varbinds[1] == VarBind(absent, Tag.NO_SUCH_INSTANCE, None)


def test_a_scalar_that_is_not_there_is_no_such_instance_and_not_its_neighbour() -> None:
    answer = Wire().walk(Agent().replies, [(1, 3, 6, 1, 2, 1, 1, 1, 0), *TABLE])
    assert answer.varbinds[0] == VarBind((1, 3, 6, 1, 2, 1, 1, 1, 0), Tag.NO_SUCH_INSTANCE, None)


def test_a_silent_agent_is_asked_once_and_then_as_often_as_said() -> None:
    wire = Wire()
    answer = wire.get(silent, [UPTIME])
    assert (answer.error, answer.varbinds, answer.rtt_s) == ("timeout", (), None)
    assert (len(wire.sent), wire.now) == (3, 1003.0)
    assert (wire.counters[Fault.TIMEOUT], wire.counters[Fault.RETRANSMISSION]) == (1, 2)


def test_no_more_than_two_requests_are_out_at_once() -> None:
    wire = Wire()
    wire.get(Agent().replies, [(*IF_IN, row) for row in range(1000)])
    assert wire.most_out == 2


def test_a_lost_answer_is_asked_for_again_with_a_new_deadline() -> None:
    agent, lost = Agent(), iter([True, False, False])
    answer = Wire().get(lambda datagram: [] if next(lost) else agent.replies(datagram), [UPTIME])
    assert (answer.error, found(answer)) == ("", {UPTIME: 4711})
    assert answer.rtt_s == pytest.approx(0.01), "each try has a number of its own, so it is known which was answered"


def test_a_late_answer_to_the_first_try_is_taken_and_the_second_is_a_duplicate() -> None:
    wire = Wire()
    answer = wire.get(Agent().replies, [UPTIME], lambda _: (1.2,))
    assert (answer.error, found(answer)) == ("", {UPTIME: 4711})
    assert wire.counters[Fault.DUPLICATE] == 1


def test_an_answer_after_the_end_is_counted_as_late() -> None:
    wire = Wire()
    answer = wire.get(Agent().replies, [UPTIME], lambda _: (60.0,))
    assert answer.error == "timeout"
    assert wire.counters[Fault.LATE] == 3


def test_an_answer_that_came_three_times_counts_once() -> None:
    wire = Wire()
    answer = wire.walk(Agent(mib(100)).replies, TABLE, lambda _: (0.01, 0.02, 0.5))
    assert list(answer.varbinds) == expected(100)
    assert wire.counters[Fault.DUPLICATE] > 0


class TooBig(Agent):
    """Answers hold at most so many variables; GETBULK beyond it is refused, as some agents do."""

    def __init__(self, most: int, rows: int):
        super().__init__(mib(rows))
        self.most = most

    def respond(self, asked: Pdu) -> Pdu | None:
        answer = super().respond(asked)
        if answer is None or len(answer.varbinds) <= self.most:
            return answer
        return self.answer(asked, [], 1, 0)


@pytest.mark.parametrize("most", [1, 2, 3, 20])
def test_too_big_is_halved_until_it_fits_and_remembered(most: int) -> None:
    agent, wire = TooBig(most, 12), Wire()
    assert list(wire.walk(agent.replies, [UPTIME, *TABLE]).varbinds)[1:] == expected(12)
    refused = wire.counters[Fault.TOO_BIG]
    assert refused > 0
    assert list(wire.walk(agent.replies, TABLE).varbinds) == expected(12)
    assert wire.counters[Fault.TOO_BIG] == refused, "the second poll must not try the same sizes again"


@pytest.mark.parametrize("most", [1, 7])
def test_too_big_is_halved_for_a_get_as_well(most: int) -> None:
    names = [(*IF_IN, row) for row in range(1, 31)]
    answer = Wire().get(TooBig(most, 30).replies, names)
    assert (answer.error, [varbind.oid for varbind in answer.varbinds]) == ("", names)


def test_one_variable_that_is_too_big_is_an_error_with_that_name() -> None:
    assert Wire().get(TooBig(0, 1).replies, [UPTIME]).error == "tooBig"
    assert Wire().walk(TooBig(0, 1).replies, TABLE).error == "tooBig"


class Altered(Agent):
    """Answers changed by a function of request and variables."""

    def __init__(self, alter: Callable[[Pdu, Sequence[VarBind]], Sequence[VarBind]], rows: int = 5):
        super().__init__(mib(rows))
        self.alter = alter

    def respond(self, asked: Pdu) -> Pdu | None:
        answer = super().respond(asked)
        return answer and answer._replace(varbinds=tuple(self.alter(asked, answer.varbinds)))


@pytest.mark.parametrize("kept", [1, 3, 5])
def test_answers_with_fewer_repetitions_are_followed_to_the_end(kept: int) -> None:
    wire = Wire()
    answer = wire.walk(Altered(lambda _, varbinds: varbinds[:kept], 9).replies, TABLE)
    assert (answer.error, list(answer.varbinds)) == ("", expected(9))
    assert wire.counters[Fault.FEWER_REPETITIONS] > 0


def test_an_agent_that_answers_nothing_at_all_is_given_up() -> None:
    wire = Wire()
    assert wire.walk(Altered(lambda *_: []).replies, TABLE).error == "emptyAnswer"
    assert len(wire.sent) == 2


def test_oids_that_do_not_increase_end_the_walk() -> None:
    wire = Wire()
    stuck = Altered(lambda asked, varbinds: [varbinds[0]._replace(oid=(*IF_NAME, 1))] * len(varbinds))
    answer = wire.walk(stuck.replies, [IF_NAME])
    assert answer.error == "oidNotIncreasing"
    assert [varbind.oid for varbind in answer.varbinds] == [(*IF_NAME, 1)]
    assert len(wire.sent) == 1


def test_an_agent_that_jumps_back_before_the_table_is_found_out() -> None:
    back = Altered(lambda _, varbinds: [VarBind(UPTIME, Tag.TIME_TICKS, 1)] * len(varbinds))
    assert Wire().walk(back.replies, [IF_NAME]).error == "oidNotIncreasing"


class Endless(Agent):
    """Invents a next row for ever."""

    def next(self, oid: Oid) -> VarBind:
        row = oid[-1] + 1 if len(oid) > len(IF_IN) else 1
        return VarBind((*IF_IN, row), Tag.INTEGER, 1)


def test_a_table_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jbnet.snmp.tasks.MOST_VARBINDS", 500)
    answer = Wire().walk(Endless().replies, [IF_IN])
    assert answer.error == "endlessWalk"
    assert 500 <= len(answer.varbinds) <= 600


def test_no_such_instance_in_one_column_leaves_a_gap_and_not_a_value() -> None:
    def hole(_: Pdu, varbinds: Sequence[VarBind]) -> list[VarBind]:
        gone = (*IF_IN, 3)
        return [VarBind(v.oid, Tag.NO_SUCH_INSTANCE, None) if v.oid == gone else v for v in varbinds]

    answer = Wire().walk(Altered(hole).replies, TABLE)
    assert answer.error == ""
    assert (*IF_IN, 3) not in found(answer)
    assert len(answer.varbinds) == 9


class Refusing(Agent):
    """Refuses every request that asks for a variable under one column."""

    def __init__(self, status: int, index: int | None = None):
        super().__init__(mib(4))
        self.status, self.index = status, index

    def respond(self, asked: Pdu) -> Pdu | None:
        names = [varbind.oid[: len(IF_IN)] for varbind in asked.varbinds]
        if IF_IN not in names:
            return super().respond(asked)
        at = names.index(IF_IN) + 1 if self.index is None else self.index
        return self.answer(asked, asked.varbinds, self.status, at)


def test_an_error_of_one_column_leaves_the_others_whole() -> None:
    wire = Wire()
    answer = wire.walk(Refusing(5).replies, TABLE)
    assert (answer.error, wire.counters["genErr"]) == ("genErr", 1)
    assert [varbind.value for varbind in answer.varbinds] == [b"up1", b"up2", b"up3", b"up4"]


def test_no_such_name_for_a_column_means_that_it_ended() -> None:
    answer = Wire().walk(Refusing(2).replies, TABLE)
    assert (answer.error, len(answer.varbinds)) == ("", 4)


def test_an_error_of_no_column_ends_the_walk() -> None:
    assert Wire().walk(Refusing(16, 0).replies, TABLE).error == "authorizationError"
    assert Wire().walk(Refusing(77, 0).replies, TABLE).error == "errorStatus77"
    assert Wire().walk(Refusing(5, 99).replies, TABLE).error == "genErr"


def test_an_error_of_a_get_has_its_name() -> None:
    assert Wire().get(Refusing(5).replies, [(*IF_IN, 1)]).error == "genErr"


class NoBulk(Agent):
    """Fails on GETBULK, as some agents do."""

    def respond(self, asked: Pdu) -> Pdu | None:
        return self.answer(asked, [], 5) if asked.kind == PduType.GETBULK else super().respond(asked)


def test_an_agent_that_fails_on_getbulk_is_walked_with_getnext_from_then_on() -> None:
    agent, wire = NoBulk(mib(6)), Wire()
    assert list(wire.walk(agent.replies, TABLE).varbinds) == expected(6)
    assert list(wire.walk(agent.replies, TABLE).varbinds) == expected(6)
    assert [asked.kind for asked in agent.requests].count(PduType.GETBULK) == 1


@pytest.mark.parametrize(
    "alter",
    [lambda v: v[:-1], lambda v: [*v, v[0]], lambda v: list(reversed(v)), lambda v: [v[0], v[0]]],
    ids=["fewer", "more", "swapped", "twice"],
)
def test_an_answer_to_a_get_must_name_what_was_asked(alter: Callable[[Sequence[VarBind]], Sequence[VarBind]]) -> None:
    answer = Wire().get(Altered(lambda _, varbinds: alter(varbinds)).replies, [(*IF_IN, 1), (*IF_IN, 2)])
    assert (answer.error, answer.varbinds) == ("mismatchedAnswer", ())


def test_more_rows_than_asked_for_are_counted_and_cut_off() -> None:
    wire = Wire()
    answer = wire.walk(Altered(lambda _, varbinds: [*varbinds, *varbinds]).replies, TABLE)
    assert (answer.error, list(answer.varbinds)) == ("", expected(5))
    assert wire.counters[Fault.MISMATCHED] > 0


def test_rubbish_is_not_silence() -> None:
    wire = Wire()
    answer = wire.get(lambda _: [b"\x30\x03\x02\x01"], [UPTIME])
    assert (answer.error, wire.counters[Fault.MALFORMED]) == ("malformed", 3)


def test_rubbish_before_the_answer_does_no_harm() -> None:
    agent = Agent()
    answer = Wire().get(lambda datagram: [b"", b"\xff" * 1400, *agent.replies(datagram)], [UPTIME])
    assert (answer.error, found(answer)) == ("", {UPTIME: 4711})


def test_a_truncated_answer_is_rubbish_wherever_it_is_cut() -> None:
    whole = community_answer(Agent.answer(Pdu(0xA0, 0x01234567, 0, 0, ()), Agent(mib(3)).bulk([IF_NAME], 0, 3)))
    for size in range(len(whole)):
        wire = Wire()
        assert wire.get(lambda _, size=size: [whole[:size]], [UPTIME]).error == "malformed"  # type: ignore[misc]  # a default of a lambda has no type


def test_an_answer_with_another_community_is_refused_by_name() -> None:
    def other(datagram: bytes) -> list[bytes]:
        agent = Agent()
        agent.replies(datagram)
        answer = agent.respond(agent.requests[0])
        assert answer is not None
        return [community_answer(answer, "private")]

    assert Wire().get(other, [UPTIME]).error == "wrongCommunity"


def test_an_answer_nobody_asked_for_is_counted() -> None:
    wire, agent = Wire(), Agent()
    stray = community_answer(Pdu(PduType.RESPONSE, 5, 0, 0, ()))
    assert wire.get(lambda datagram: [stray, *agent.replies(datagram)], [UPTIME]).error == ""
    assert wire.counters[Fault.UNASKED] == 1


def test_asking_for_nothing_is_answered_at_once() -> None:
    wire = Wire()
    assert wire.get(silent, []) == SnmpAnswer("core-r1")
    assert wire.sent == []


def test_what_came_before_a_timeout_is_kept_with_the_error() -> None:
    agent, left = Agent(mib(100)), iter([True, True])
    answer = Wire().walk(lambda datagram: agent.replies(datagram) if next(left, False) else [], TABLE)
    assert answer.error == "timeout"
    assert 0 < len(answer.varbinds) < 200
