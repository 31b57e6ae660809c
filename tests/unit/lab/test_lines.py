"""How lines are plugged in, and the queue of a line with delay."""

from __future__ import annotations

import select
import socket
import time
from collections import deque
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.lab.delay import DelayQueue
from jbnet.lab.faults import ALL
from jbnet.lab.lines import LINES_A_CHAIN, Line, batch_for, exchange_for, netem_for
from jbnet.lab.relay import BURST, Direction

SHORT = Line("a-up1", ("core-r1", "d01-1"), ("a-r1", "up1"), 0.0, "c0")
LONG = Line("b-up1", ("core-r1", "d02-1"), ("b-r1", "up1"), 12.0, "c1")
RELAYED = Line("b-up1", ("core-r1", "d02-1"), ("b-r1", "up1"), 12.0, "")
PIDS = {"core-r1": 10, "a-r1": 11, "b-r1": 12}


def test_a_line_is_a_port_of_the_carrier_to_each_end() -> None:
    assert batch_for([SHORT], [], PIDS).splitlines() == [
        "link add c0a type veth peer name d01-1 netns 10",
        "link set c0a up",
        "link add c0z type veth peer name up1 netns 11",
        "link set c0z up",
    ]


def test_frames_are_handed_from_port_to_port_and_nowhere_else() -> None:
    text = exchange_for([SHORT, RELAYED])
    assert "devices = { c0a, c0z } priority 0;\n  iif vmap @lossy\n  fwd to iif map @exchange\n  drop\n" in text
    assert text.endswith("add element netdev carriers exchange { c0a : c0z, c0z : c0a }\n")


def test_a_chain_has_no_more_devices_than_the_kernel_takes() -> None:
    text = exchange_for([replace(SHORT, port=f"c{number}") for number in range(2 * LINES_A_CHAIN + 1)])
    chains = [line for line in text.splitlines() if "hook ingress" in line]
    assert [line.count(",") + 1 for line in chains] == [2 * LINES_A_CHAIN, 2 * LINES_A_CHAIN, 2]


def test_a_lan_port_is_plugged_into_a_switch() -> None:
    commands = batch_for([], [("a-r1", "lan1")], PIDS).splitlines()
    assert commands == ["link add lan0 type veth peer name lan1 netns 11", "link set lan0 up"]


def test_a_relayed_line_is_left_to_its_relay() -> None:
    assert batch_for([RELAYED], [], PIDS) == ""
    assert netem_for([RELAYED]) == ""


def test_netem_delays_each_direction_by_half_of_the_round_trip() -> None:
    assert netem_for([SHORT, LONG]).splitlines() == [
        "qdisc add dev c1a root netem delay 6000us limit 100000",
        "qdisc add dev c1z root netem delay 6000us limit 100000",
    ]


@given(st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=50)), max_size=40), st.floats(0, 0.1))
def test_frames_leave_in_their_order_and_never_early(arrivals: list[tuple[float, bytes]], delay: float) -> None:
    queue, now, came = DelayQueue(delay), 0.0, []
    for gap, frame in arrivals:
        now += gap
        queue.put(frame, now)
        came.append((now, frame))
    left = []
    while (moment := queue.next_time()) is not None:
        assert queue.due(moment - 1e-6) == []
        left += [(moment, frame) for frame in queue.due(moment)]
    assert [frame for _, frame in left] == [frame for _, frame in came]
    assert all(out == put + delay for (out, _), (put, _) in zip(left, came, strict=True))
    assert queue.held_bytes == 0


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=40), st.integers(1, 200))
def test_a_full_queue_drops_whole_frames_and_counts_them(frames: list[bytes], limit: int) -> None:
    queue = DelayQueue(0.0, limit_bytes=limit)
    for frame in frames:
        queue.put(frame, 0.0)
        assert queue.held_bytes <= limit
    assert len(queue.frames) + queue.dropped == len(frames)


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=2 * BURST))
def test_a_direction_hands_on_what_came_in_its_order_once_it_is_due(frames: list[bytes]) -> None:
    (end, source), (target, far) = (socket.socketpair(type=socket.SOCK_DGRAM) for _ in range(2))
    with end, source, target, far:
        for one in (source, far):
            one.setblocking(False)
        way = Direction(source.fileno(), target.fileno(), 3600.0)
        for frame in frames:
            end.send(frame)
            way.take()
        assert not way.give()
        due = way.queue.next_time() or 0.0
        assert not frames or due - 3600.0 <= time.monotonic()
        way.queue.frames = deque((0.0, frame) for _, frame in way.queue.frames)
        assert way.give() == bool(frames)
        assert [far.recv(64) for _ in frames] == frames
        with pytest.raises(BlockingIOError):
            far.recv(64)


def test_a_direction_that_loses_all_hands_on_nothing() -> None:
    end, source = socket.socketpair(type=socket.SOCK_DGRAM)
    with end, source:
        source.setblocking(False)
        way = Direction(source.fileno(), source.fileno(), 0.0)
        way.lost = ALL
        end.send(b"frame")
        way.take()
        assert not select.select((source,), (), (), 0)[0]
        assert way.queue.next_time() is None


def test_a_cut_loses_what_is_under_way() -> None:
    queue = DelayQueue(1.0)
    queue.put(b"frame", 0.0)
    queue.clear()
    assert (queue.next_time(), queue.held_bytes) == (None, 0)
