"""The traps of polling in the field, each by name: shared sockets, slow and dead agents, engines that break the rules.

Others of the kind stand where their subject does: ``tooBig``, fewer repetitions, endless walks and gaps in
``test_snmp_conversation.py``, clocks and engines in ``test_snmp_usm.py``.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from snmp_agent import IF_IN, IF_NAME, TABLE, UPTIME, Agent, Engine, UdpAgent, community_answer, decode_asked, mib
from snmp_wire import PEER, Wire

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.adapters.udp_pace import Pace
from jbnet.snmp.ber import Tag
from jbnet.snmp.conversation import Timing
from jbnet.snmp.faults import Fault
from jbnet.snmp.memory import Debt, DeviceMemory, Ledger, RoundTrip
from jbnet.snmp.message import decode_message
from jbnet.snmp.pdu import Pdu, PduType
from jbnet.snmp.plans import GetPlan
from jbnet.snmp.types import VarBind


@pytest.fixture
def transport() -> Iterator[UdpSnmpTransport]:
    opened = UdpSnmpTransport()
    yield opened
    opened.close()


# --- a shared socket


@pytest.mark.parametrize(("agent_at", "liar_at"), [("127.0.0.1", "127.0.0.77"), ("::1", "::1")])
def test_a_shared_socket_checks_the_source_of_an_answer(
    transport: UdpSnmpTransport, agent_at: str, liar_at: str
) -> None:
    family = socket.AF_INET6 if ":" in liar_at else socket.AF_INET
    agent, liar = Agent(), socket.socket(family, socket.SOCK_DGRAM)
    liar.bind((liar_at, 0))  # over IPv6 the same address and another port
    with UdpAgent(lambda _: [], agent_at) as server:

        def elsewhere(datagram: bytes) -> list[bytes]:
            for reply in agent.replies(datagram):
                liar.sendto(reply, server.clients[-1])
            return []

        server._replies = elsewhere
        (answer,) = transport.get([server.target()], [UPTIME], timeout=0.2, retries=1)
    liar.close()
    assert (answer.error, answer.varbinds) == ("wrongSource", ())
    assert transport.counters[Fault.WRONG_SOURCE] == 2


def test_a_shared_socket_checks_the_request_id_of_an_answer(transport: UdpSnmpTransport) -> None:
    class Guessing(Agent):
        def respond(self, asked: Pdu) -> Pdu | None:
            answer = super().respond(asked)
            return answer and answer._replace(request_id=answer.request_id ^ 0x00FFFF00)

    with UdpAgent(Guessing().replies) as server:
        (answer,) = transport.get([server.target()], [UPTIME], timeout=0.1, retries=1)
    assert (answer.error, answer.varbinds) == ("timeout", ())
    assert transport.counters[Fault.UNASKED] == 2


def test_the_answer_to_one_device_is_not_taken_for_that_of_another(transport: UdpSnmpTransport) -> None:
    """Both are asked at once; the second sends what it heard was the answer of the first."""
    overheard: list[bytes] = []
    agent = Agent()

    def first(datagram: bytes) -> list[bytes]:
        overheard.extend(agent.replies(datagram))
        return []

    with UdpAgent(first, "127.0.0.2") as one, UdpAgent(lambda _: overheard[:1], "127.0.0.3") as two:
        answers = transport.get([one.target(), two.target()], [UPTIME], timeout=0.2, retries=2)
    assert {answer.error for answer in answers} == {"wrongSource", "timeout"}
    assert transport.counters[Fault.WRONG_SOURCE] > 0


def test_agents_are_polled_over_ipv6_and_ipv4_at_once(transport: UdpSnmpTransport) -> None:
    with UdpAgent(Agent(mib(30)).replies, "::1") as newer, UdpAgent(Agent(mib(30)).replies) as older:
        mapped = older.target(address="::ffff:127.0.0.1")
        longer = newer.target(address="0:0:0:0:0:0:0:1")
        targets = [newer.target(), older.target(), longer, mapped]
        for _ in range(3):
            answers = transport.walk(targets, TABLE, timeout=2, retries=1)
            assert [(answer.error, len(answer.varbinds)) for answer in answers] == [("", 60)] * 4
    assert transport.counters == {}


def test_snmpv3_goes_over_ipv6(transport: UdpSnmpTransport) -> None:
    engine = Engine()
    with UdpAgent(engine.replies, "::1") as server:
        target = replace(engine.target(server.port), address="::1")
        for _ in range(3):
            assert transport.get([target], [UPTIME], timeout=2, retries=1)[0].error == ""


def test_without_ipv6_on_this_machine_its_agents_are_named_and_the_others_polled(
    transport: UdpSnmpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = socket.socket

    def only_older(family: int = socket.AF_INET, *rest: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return opened(family, *rest)

    with UdpAgent(Agent().replies) as older:
        monkeypatch.setattr(socket, "socket", only_older)
        targets = [older.target(address="::1"), older.target()]
        answers = transport.get(targets, [UPTIME], timeout=0.1, retries=0)
    assert [answer.error for answer in answers] == ["sendFailed", ""]


# --- repeating, lateness, slowness


def test_a_repeated_request_has_a_number_and_a_deadline_of_its_own() -> None:
    wire = Wire(timing=Timing(1.0, 2))
    conversation = wire.hold(GetPlan([UPTIME]).tasks(wire.memory, wire.counters))
    deadlines, numbers = [], []
    for now in (0.0, 1.0, 2.0):
        assert conversation.send(now) is not None
        deadlines.append(conversation.deadline)
        numbers.append(conversation.last_number)
        conversation.expire(now + 1.0)
    assert deadlines == [1.0, 2.0, 3.0]
    assert len(set(numbers)) == 3
    assert wire.counters[Fault.RETRANSMISSION] == 2


def test_late_and_repeated_answers_are_counted_apart() -> None:
    ledger: Ledger[str] = Ledger(5)
    memory = DeviceMemory()
    late, answered = ledger.open("late"), ledger.open("answered")
    ledger.close(late, Debt(PEER, memory, 100.0))
    ledger.close(answered, None)
    assert ledger.settle(answered, PEER, 101.0) is Fault.DUPLICATE
    assert ledger.settle(late, ("127.0.0.99", 161), 101.0) is Fault.WRONG_SOURCE
    assert ledger.settle(late, PEER, 102.5) is Fault.LATE
    assert ledger.settle(late, PEER, 102.6) is Fault.DUPLICATE, "an answer is late once"
    assert ledger.settle(77, PEER, 102.6) is Fault.UNASKED
    assert memory.round_trip.mean == 2.5


def test_a_slow_agent_is_not_asked_again_while_it_still_owes_an_answer() -> None:
    """It needs 1.4 s for each request, one after the other, where the caller would ask again after 1 s."""
    agent, wire = Agent(), Wire(timing=Timing(1.0, 2))
    first = wire.get(agent.replies, [UPTIME], lambda _: (1.4,))
    assert (first.error, len(wire.sent)) == ("", 2), "nothing was known of it"
    wire.sent.clear()
    for _ in range(3):
        assert wire.get(agent.replies, [UPTIME], lambda _: (1.4,)).error == ""
    assert len(wire.sent) == 3
    assert wire.counters[Fault.DUPLICATE] == 1


def test_an_agent_too_slow_for_a_look_is_given_time_before_it_is_asked_again() -> None:
    agent, wire = Agent(), Wire(timing=Timing(1.0, 0))
    assert wire.get(agent.replies, [UPTIME], lambda _: (1.5,)).error == "timeout"
    assert wire.counters[Fault.LATE] == 1
    assert wire.get(agent.replies, [UPTIME], lambda _: (1.5,)).error == "", "its late answer told how slow it is"
    assert wire.get(lambda _: [], [UPTIME]).error == "timeout"
    assert wire.memory.owes_until == pytest.approx(wire.now + 3.0)
    assert wire.get(lambda _: [], [UPTIME]).error == "timeout"
    assert wire.memory.owes_until == 0.0, "once: it may be dead"


def test_an_agent_that_owes_an_answer_is_left_in_peace_for_a_while(transport: UdpSnmpTransport) -> None:
    asked_at: list[float] = []
    agent = Agent()

    def noting(datagram: bytes) -> list[bytes]:
        asked_at.append(time.monotonic())
        return agent.replies(datagram)

    with UdpAgent(noting) as server:
        target = server.target()
        assert transport.get([target], [UPTIME], timeout=10, retries=0)[0].error == ""
        memory = next(iter(transport._agents.values())).memory
        memory.owes_until = until = time.monotonic() + 0.3
        assert transport.get([target], [UPTIME], timeout=10, retries=0)[0].error == ""
    assert asked_at[1] >= until
    assert transport.counters == {Fault.OWED: 1}


def test_a_dead_agent_owes_nothing_and_its_next_poll_begins_at_once() -> None:
    wire = Wire()
    assert wire.get(lambda _: [], [UPTIME]).error == "timeout"
    assert wire.memory.owes_until == 0.0


def test_patience_is_learnt_and_bounded() -> None:
    known = RoundTrip()
    assert known.patience(1.0) == 1.0
    for _ in range(50):
        known.learn(0.002)
    assert known.patience(1.0) == 1.0, "never less than the caller said"
    for _ in range(50):
        known.learn(2.0)
    assert 2.0 < known.patience(1.0) <= 3.0
    for _ in range(50):
        known.learn(100.0)
    assert known.patience(1.0) == 3.0, "a slow agent must not hold up the caller without end"


def test_patience_takes_tries_and_not_more_time() -> None:
    assert [Timing(1.0, 2).tries(patience) for patience in (1.0, 1.5, 2.0, 3.0)] == [3, 2, 1, 1]
    assert {Timing(tenths / 10, 2).tries(tenths / 10) for tenths in range(1, 100)} == {3}


def test_a_device_that_loses_requests_is_sent_one_at_a_time_until_it_is_calm_again() -> None:
    agent, wire, lost = Agent(mib(400)), Wire(), iter([True])
    names = [(*IF_IN, row) for row in range(1, 400)]
    wire.get(lambda datagram: [] if next(lost, False) else agent.replies(datagram), names)
    assert wire.memory.window == 1
    wire.most_out = 0
    wire.get(agent.replies, names)
    assert wire.most_out == 1
    for _ in range(50):
        wire.get(agent.replies, names)
    assert (wire.memory.window, wire.most_out) == (2, 2)


# --- agents that cut off, lie about types, or hold the others up


@pytest.mark.parametrize("walk", [False, True])
def test_an_agent_that_cuts_large_answers_off_is_asked_for_less(walk: bool) -> None:
    agent, wire = Agent(mib(30)), Wire()

    def short(datagram: bytes) -> list[bytes]:
        return [reply[:484] for reply in agent.replies(datagram)]

    names = [(*IF_IN, row) for row in range(1, 31)]
    answer = wire.walk(short, TABLE) if walk else wire.get(short, names)
    assert (answer.error, len(answer.varbinds)) == ("", 60 if walk else 30)
    assert wire.counters[Fault.TRUNCATED] > 0
    truncated = wire.counters[Fault.TRUNCATED]
    assert wire.get(short, names).error == ""
    assert wire.counters[Fault.TRUNCATED] == truncated, "remembered"


def test_what_was_too_big_once_is_tried_again_after_a_long_calm() -> None:
    agent, wire = Agent(mib(30)), Wire()
    wire.memory.shrink(4)
    for _ in range(30):
        wire.get(agent.replies, [(*IF_IN, row) for row in range(1, 31)])
    assert wire.memory.max_varbinds == 4
    for _ in range(200):
        wire.get(agent.replies, [(*IF_IN, row) for row in range(1, 31)])
    assert wire.memory.max_varbinds > 15


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (Tag.OCTET_STRING, b"12"),
        (Tag.COUNTER32, 5),
        (Tag.INTEGER, -1),
        (Tag.OBJECT_IDENTIFIER, (1, 3)),
        (Tag.NULL, None),
    ],
)
def test_a_value_of_another_type_than_the_mib_says_comes_with_its_true_type(tag: Tag, value: object) -> None:
    content = mib(3)
    content[*IF_IN, 2] = (tag, value)  # type: ignore[assignment]  # any of the types of a value
    answer = Wire().get(Agent(content).replies, [(*IF_IN, 1), (*IF_IN, 2)])
    assert answer.varbinds[1] == VarBind((*IF_IN, 2), tag, value)  # type: ignore[arg-type]  # as above


def test_no_such_instance_in_one_column_of_a_get_is_that_and_nothing_else() -> None:
    answer = Wire().get(Agent().replies, [(*IF_NAME, 1), (*IF_NAME, 99), (*IF_IN, 1)])
    assert [varbind.tag for varbind in answer.varbinds] == [Tag.OCTET_STRING, Tag.NO_SUCH_INSTANCE, Tag.COUNTER64]


def test_one_dead_prefecture_delays_nobody() -> None:
    """While 50 dead agents wait for their time-outs, the living ones are all answered within the first try."""
    transport, agent = UdpSnmpTransport(), Agent()
    with UdpAgent(agent.replies) as living:
        port = living.port
        dead = [living.target(name=f"dead{i}", address=f"127.98.0.{i}") for i in range(1, 51)]
        alive = [living.target(name=f"alive{i}") for i in range(50)]
        mixed = [target for pair in zip(dead, alive, strict=True) for target in pair]
        assert all(target.port == port for target in mixed)
        answers = transport.get(mixed, [UPTIME], timeout=1.0, retries=1)
    transport.close()
    assert [answer.error for answer in answers[::2]] == ["timeout"] * 50
    assert [answer.error for answer in answers[1::2]] == [""] * 50
    assert len(agent.requests) == 50, "none of the living was asked twice: none waited for the dead"


def test_dead_agents_leave_the_window_of_the_whole_socket_before_their_time_out() -> None:
    pace, now = Pace(window=10, per_second=1e6), 5.0
    pace.wait(now - 1)
    for number in range(10):
        assert pace.wait(now) == 0.0
        pace.sent(number, now)
    assert 0.0 < pace.wait(now) <= 0.25
    assert pace.wait(now + 0.25) == 0.0


def test_the_rate_of_all_requests_is_bounded_whoever_asks() -> None:
    pace, sent = Pace(window=1000, per_second=200.0), 0
    for tick in range(3000):
        if pace.wait(tick / 1000) == 0.0:
            pace.sent(sent, tick / 1000)
            sent += 1
    assert 580 <= sent <= 610


def test_the_rate_holds_all_callers_together_and_says_so() -> None:
    opened = UdpSnmpTransport(per_second=400.0)
    with UdpAgent(Agent().replies) as server:
        answers = opened.get([server.target(name=f"t{i}") for i in range(60)], [UPTIME], timeout=5, retries=0)
    opened.close()
    assert {answer.error for answer in answers} == {""}
    assert opened.counters[Fault.HELD] > 0


# --- engines of SNMPv3


def test_two_devices_with_one_engine_id_keep_their_clocks_apart(transport: UdpSnmpTransport) -> None:
    """Copies of one image: same identifier, same user and keys, different boots and times."""
    first, second = Engine(boots=3, time=90_000), Engine(boots=8, time=50)
    with UdpAgent(first.replies, "127.0.0.2") as one, UdpAgent(second.replies, "127.0.0.3") as two:
        targets = [
            replace(first.target(one.port), name="first", address="127.0.0.2"),
            replace(first.target(two.port), name="second", address="127.0.0.3"),
        ]
        for _ in range(4):
            answers = transport.get(targets, [UPTIME], timeout=2, retries=1)
            assert [(answer.target, answer.error) for answer in answers] == [("first", ""), ("second", "")]
    assert first.reports == second.reports == [4], "each was discovered once and never lost its time"
    assert transport.counters[Fault.NOT_IN_TIME_WINDOW] == 0


def test_boots_that_do_not_increase_are_recovered_within_the_poll_and_counted() -> None:
    engine = Engine(boots=5, time=400_000)
    wire = Wire(engine.target())
    wire.get(engine.replies, [UPTIME])
    for boots, time_now in ((5, 20), (1, 7), (1, 2)):
        engine.boots, engine.time = boots, time_now
        wire.now += 3600
        assert wire.get(engine.replies, [UPTIME]).error == ""
    assert wire.counters[Fault.CLOCK_BACKWARDS] == 3


def test_a_clock_outside_the_time_window_costs_one_round_trip_more_and_no_poll() -> None:
    engine = Engine(time=1000)
    wire = Wire(engine.target())
    wire.get(engine.replies, [UPTIME])
    engine.time += 500
    before = len(wire.sent)
    assert wire.get(engine.replies, [UPTIME]).error == ""
    assert len(wire.sent) - before == 2
    assert wire.counters[Fault.NOT_IN_TIME_WINDOW] == 1


def test_an_engine_id_that_changes_between_two_polls_is_learnt_in_the_second() -> None:
    engine = Engine()
    wire = Wire(engine.target())
    for number in range(4):
        engine.engine_id, engine.boots = b"\x80\x00\x1f\x88\x04board" + bytes((number,)), number + 1
        answer = wire.get(engine.replies, [UPTIME])
        assert (answer.error, [varbind.value for varbind in answer.varbinds]) == ("", [4711])
    assert wire.counters[Fault.UNKNOWN_ENGINE] == 4


def test_a_walk_goes_on_where_it_was_when_the_engine_restarts_in_the_middle() -> None:
    engine = Engine(content=mib(100))
    wire, answered = Wire(engine.target()), 0

    def restarting(datagram: bytes) -> list[bytes]:
        nonlocal answered
        answered += 1
        if answered == 3:
            engine.boots, engine.time = engine.boots + 1, 1
        return engine.replies(datagram)

    answer = wire.walk(restarting, TABLE)
    assert (answer.error, len(answer.varbinds)) == ("", 200)


def test_every_fault_that_an_answer_can_have_is_counted() -> None:
    agent, wire = Agent(), Wire()
    stray = community_answer(Pdu(PduType.RESPONSE, 5, 0, 0, ()))

    def noisy(datagram: bytes) -> list[bytes]:
        right = agent.replies(datagram)
        number = decode_message(right[0]).id
        other = community_answer(Pdu(PduType.RESPONSE, number, 0, 0, ()), "private")
        return [b"\x30", stray, other, *right, *right]

    assert wire.get(noisy, [UPTIME]).error == ""
    expected = {Fault.MALFORMED: 1, Fault.UNASKED: 1, Fault.WRONG_COMMUNITY: 1, Fault.DUPLICATE: 1}
    assert wire.counters == expected


def test_a_message_of_snmpv3_to_a_question_of_snmpv2c_is_refused_by_name() -> None:
    def other(datagram: bytes) -> list[bytes]:
        agent = Agent()
        number = decode_message(agent.replies(datagram)[0]).id
        engine = Engine()
        probe = Wire(engine.target())
        probe.get(engine.replies, [UPTIME])
        asked = decode_asked(probe.sent[-1])._replace(id=number)
        return [engine.wrap(asked, Pdu(PduType.RESPONSE, number, 0, 0, ()), asked.flags)]

    assert Wire().get(other, [UPTIME]).error == "wrongVersion"
