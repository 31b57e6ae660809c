"""The UDP transport against agents on loopback, well-behaved and not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from snmp_agent import IF_IN, TABLE, UPTIME, Agent, Engine, UdpAgent, mib

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.adapters.udp_loop import UdpLoop
from jbnet.adapters.udp_pace import Pace
from jbnet.model.secrets import Secret
from jbnet.snmp.faults import Fault
from jbnet.snmp.types import SnmpTarget


@pytest.fixture
def transport() -> Iterator[UdpSnmpTransport]:
    opened = UdpSnmpTransport()
    yield opened
    opened.close()


def closed_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def test_answers_come_in_the_order_of_the_targets(transport: UdpSnmpTransport) -> None:
    with UdpAgent(Agent().replies, "127.0.0.2") as first, UdpAgent(Agent().replies, "127.0.0.3") as second:
        targets = [replace((second, first)[i % 2].target(), name=f"t{i}") for i in range(20)]
        answers = transport.walk(targets, TABLE, timeout=2, retries=1)
    assert [answer.target for answer in answers] == [f"t{i}" for i in range(20)]
    assert all(answer.error == "" and len(answer.varbinds) == 10 for answer in answers)
    assert all(answer.rtt_s is not None and 0 < answer.rtt_s < 2 for answer in answers)


def test_all_requests_leave_from_one_socket(transport: UdpSnmpTransport) -> None:
    with UdpAgent(Agent(mib(300)).replies) as agent:
        for _ in range(3):
            transport.walk([agent.target()] * 3, TABLE, timeout=2, retries=1)
        assert len(set(agent.clients)) == 1


def test_dead_agents_do_not_keep_the_living_waiting() -> None:
    transport, port = UdpSnmpTransport(window=8), closed_port()
    agent = Agent()
    with UdpAgent(agent.replies) as living:
        dead = [replace(living.target(name=f"dead{i}"), address=f"127.9.0.{i}", port=port) for i in range(1, 41)]
        answers = transport.get([*dead, living.target()], [UPTIME], timeout=1.0, retries=1)
    transport.close()
    assert [answer.error for answer in answers] == ["timeout"] * 40 + [""]
    assert len(agent.requests) == 1, "the living one was asked once: it was never kept waiting for a second try"


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        (lambda _: [b"\x30\x01"], "malformed"),
        (lambda _: [b""], "malformed"),
        (lambda _: [bytes(1400)] * 5, "malformed"),
        (lambda _: [], "timeout"),
    ],
)
def test_what_an_agent_does_wrong_has_a_name(
    transport: UdpSnmpTransport, replies: Callable[[bytes], list[bytes]], error: str
) -> None:
    with UdpAgent(replies) as server:
        (answer,) = transport.get([server.target()], [UPTIME], timeout=0.1, retries=1)
    assert answer.error == error


def test_every_answer_twice_changes_nothing_and_is_counted(transport: UdpSnmpTransport) -> None:
    agent = Agent(mib(200))
    with UdpAgent(lambda datagram: agent.replies(datagram) * 2) as server:
        once = transport.walk([server.target()], TABLE, timeout=2, retries=1)
        again = transport.walk([server.target()], TABLE, timeout=2, retries=1)
    assert len(once[0].varbinds) == 400
    assert once[0].varbinds == again[0].varbinds
    assert transport.counters[Fault.DUPLICATE] > 0


def test_engines_are_remembered_from_poll_to_poll(transport: UdpSnmpTransport) -> None:
    engine = Engine()
    with UdpAgent(engine.replies) as server:
        target = engine.target(server.port)
        for _ in range(3):
            assert transport.get([target], [UPTIME], timeout=2, retries=1)[0].error == ""
    assert engine.reports == [4]


def test_new_credentials_keep_what_was_learnt_but_must_prove_themselves(transport: UdpSnmpTransport) -> None:
    engine = Engine()
    with UdpAgent(engine.replies) as server:
        right = engine.target(server.port)
        wrong = replace(right, priv_key=Secret("priv", "another password"))
        errors = [
            transport.get([target], [UPTIME], timeout=0.2, retries=0)[0].error for target in (right, wrong, right)
        ]
    assert errors == ["", "decryptionError", ""]


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "core-r1"},
        {"address": ""},
        {"version": "4"},
        {"address": "fe80::1"},
        {"address": "fe80::1%lo"},
        {"community": None},
        {"version": "3", "auth_protocol": "X"},
    ],
)
def test_a_target_that_cannot_be_used_is_an_answer_and_not_an_exception(
    transport: UdpSnmpTransport, changes: dict[str, object]
) -> None:
    with UdpAgent(Agent().replies) as server:
        targets = [server.target(**changes), server.target()]
        answers = transport.get(targets, [UPTIME], timeout=2, retries=1)
    assert [answer.error for answer in answers] == ["badTarget", ""]


def test_a_target_without_a_route_is_named_and_does_not_hurt_the_others(transport: UdpSnmpTransport) -> None:
    with UdpAgent(Agent().replies) as server:
        targets = [server.target(address="255.255.255.255"), server.target()]
        answers = transport.get(targets, [UPTIME], timeout=0.1, retries=0)
    assert [answer.error for answer in answers] == ["sendFailed", ""]


def test_callers_in_several_threads_get_their_own_answers(transport: UdpSnmpTransport) -> None:
    results: dict[int, int] = {}
    with UdpAgent(Agent(mib(60)).replies) as server:

        def ask(number: int) -> None:
            names = [(*IF_IN, row) for row in range(1, number + 1)]
            (answer,) = transport.get([server.target()], names, timeout=5, retries=1)
            results[number] = len(answer.varbinds) if not answer.error else -1

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(1, 31)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {number: number for number in range(1, 31)}


def test_an_interrupted_call_leaves_nothing_behind(
    transport: UdpSnmpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted = threading.Event()
    submit = UdpLoop.submit

    def interrupt(loop: UdpLoop, batch: object) -> None:
        submit(loop, batch)  # type: ignore[arg-type]  # the fake has what is used of it
        submitted.set()
        batch.done.wait = raise_interrupt  # type: ignore[attr-defined]  # set on this one instance

    def raise_interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with UdpAgent(lambda _: []) as silent:
        with monkeypatch.context() as patched:
            patched.setattr(UdpLoop, "submit", interrupt)
            with pytest.raises(KeyboardInterrupt):
                transport.get([silent.target()] * 5, [UPTIME], timeout=60, retries=5)
        (answer,) = transport.get([silent.target()], [UPTIME], timeout=0.05, retries=0)
    assert answer.error == "timeout", "the device is free again: the interrupted call's request is gone"
    assert len(transport._ledger) == 0


def test_closing_twice_and_using_it_again_is_allowed(transport: UdpSnmpTransport) -> None:
    with UdpAgent(Agent().replies) as server:
        for _ in range(2):
            assert transport.get([server.target()], [UPTIME], timeout=2, retries=1)[0].error == ""
            transport.close()
            transport.close()


def test_nothing_to_ask_opens_nothing(transport: UdpSnmpTransport) -> None:
    assert transport.get([], [UPTIME], timeout=1, retries=1) == []
    assert transport._loop is None
    target = SnmpTarget("a", "127.0.0.1", community=Secret("c", "x"))
    assert transport.get([target], [], timeout=1, retries=1)[0].error == ""


def test_the_rate_is_kept_and_dead_requests_leave_the_window() -> None:
    pace = Pace(window=2, per_second=100.0)
    now, sent = 50.0, 0
    while now < 51.0:
        wait = pace.wait(now)
        if wait == 0.0:
            pace.sent(sent, now)
            pace.answered(sent)
            sent += 1
        else:
            now += wait
    assert 95 <= sent <= 105
    pace = Pace(window=2, per_second=1e6)
    pace.wait(1.0)
    for number in range(2):
        assert pace.wait(2.0) == 0.0
        pace.sent(number, 2.0)
    assert pace.wait(2.0) > 0.0
    assert pace.wait(2.3) == 0.0
