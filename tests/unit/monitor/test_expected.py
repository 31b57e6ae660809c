"""What is declared against what there is, and redundancy as a state of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import small
from watching import Watching

from jbnet.monitor.alarms import standing
from jbnet.monitor.samples import Sample
from jbnet.snmp.ifquality import QualityRow


@pytest.fixture
def watch() -> Watching:
    return Watching(small())


def alarms(watch: Watching) -> dict[str, tuple[float | None, float | None]]:
    return {f"{k.rule} {k.subject}": (a.value, a.limit) for k, a in standing(watch.book.carried.alarms).items()}


def words(watch: Watching) -> list[str]:
    return [i.root_cause.name for i in watch.open if i.root_cause.kind == "alarm"]


def test_nothing_is_said_of_a_network_that_is_as_declared(watch: Watching) -> None:
    watch.round(100)
    assert alarms(watch) == {}


def test_a_declared_interface_that_is_not_there_is_an_alarm_after_a_while(watch: Watching) -> None:
    watch = Watching(small(), calm=0)
    watch.net.missing.add("chengzhong-up2")
    watch.round(50)
    assert watch.open == []
    watch.round(40)
    assert words(watch) == ["interface-missing chengzhong-up2"]
    watch.net.missing.clear()
    watch.round(90)
    assert watch.open == []


def test_a_neighbour_that_one_end_alone_misses_is_an_alarm_and_no_cut(watch: Watching) -> None:
    def one_sided(sample: Sample) -> Sample:
        far = watch.net.plant.lines["chengzhong-up2"].z.neighbour
        if sample.device != "chengzhong-r1" or sample.ospf is None:
            return sample
        return replace(sample, ospf=tuple(n for n in sample.ospf if n.address != far))

    for _ in range(100):
        look = watch.net.look(watch.time)
        watch.time = watch.time + (watch.rounds[1].time - watch.rounds[0].time)
        watch.play((tuple(map(one_sided, look)),))
    assert words(watch) == ["neighbour-missing chengzhong-up2"]
    assert watch.causes == ["alarm neighbour-missing chengzhong-up2"]


def test_a_line_that_is_down_is_no_missing_neighbour_too(watch: Watching) -> None:
    watch.net.cut.add("chengzhong-up2")
    watch.round(100)
    assert watch.causes == ["circuit chengzhong-up2"]


def test_a_port_slower_than_the_declared_bandwidth_is_a_warning_and_a_faster_one_is_none() -> None:
    network = small()
    circuits = {n: replace(c, bandwidth=100) for n, c in network.circuits.items()}
    watch = Watching(replace(network, circuits=circuits))

    def with_speed(sample: Sample) -> Sample:
        speed = {"chengdong-r1": 10, "huangyuan-r1": 1000}.get(sample.device)
        return replace(sample, quality=(QualityRow("up1", 1, speed),)) if speed else sample

    for _ in range(100):
        watch.time = watch.time + (watch.rounds[1].time - watch.rounds[0].time)
        watch.play((tuple(map(with_speed, watch.net.look(watch.time))),))
    assert words(watch) == ["port-too-slow chengdong-up1"]
    assert [str(i.severity) for i in watch.open] == ["warning"]


def test_running_on_the_backup_line_and_ways_left_are_states_of_their_own(watch: Watching) -> None:
    watch.net.cut.add("chengzhong-up1")
    watch.round(3)
    assert alarms(watch) == {"on-backup chengzhong": (None, None), "ways-left chengzhong": (1, 2)}
    assert watch.causes == ["circuit chengzhong-up1"], "the cut has the incident; they have none beside it"
    raised = [str(k.subject.kind) for k in watch.book.carried.alarms]
    assert raised == ["site", "site"]
    watch.net.cut.clear()
    watch.round(3)
    assert alarms(watch) == {}


def test_they_are_said_when_they_begin_and_end(watch: Watching) -> None:
    events = []
    for cut in ({"ministry-up1"}, set[str]()):
        watch.net.cut = cut
        for _ in range(2):
            watch.round()
            assert watch.last is not None
            events += [(e.event, str(e.subject)) for e in watch.last.events if e.subject.kind == "site"]
    assert events == [("raised", "ministry"), ("cleared", "ministry")]


def test_hundreds_of_single_lines_change_no_redundancy(watch: Watching) -> None:
    watch.net.cut.add("huangyuan-t1-up1")
    watch.round(3)
    assert alarms(watch) == {}
