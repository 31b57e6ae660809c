"""Gauges of parts against thresholds: each part by itself, as often as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from networks import small
from watching import Watching

from jbnet.model.network import Network
from jbnet.monitor.alarms import Severity, standing
from jbnet.monitor.codec import pack_sample, pack_state, unpack_sample, unpack_state
from jbnet.monitor.replay import Watchbook
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Sample
from jbnet.monitor.thresholds import Threshold
from jbnet.snmp.gauges import Gauges

COUNTY = frozenset({"county-router"})
FAN = Threshold("fan-failed", "gauge:fan-failed", 1, 0, Severity.MINOR, 2, roles=COUNTY)
LIGHT = Threshold("weak-light", "gauge:optical-rx-margin", 0, 1, Severity.WARNING, 1, roles=COUNTY)


class Read(Watching):
    """chengdong-r1 gives its health in some rounds."""

    def __init__(self, *limits: Threshold, network: Network | None = None):
        super().__init__(network or small(), rules=Rules(thresholds=limits))

    def minute(self, vitals: Gauges | None = None, device: str = "chengdong-r1") -> list[str]:
        """Play ten rounds, the health read in the first; return the alarms."""
        for number in range(10):
            self.time += timedelta(seconds=1)
            given: Mapping[str, Gauges] = {"health": vitals} if vitals is not None and number == 0 else {}
            look = self.net.look(self.time)
            self.play((tuple(replace(s, vitals=given) if s.device == device else s for s in look),))
        return [f"{key.rule} {key.subject}" for key in standing(self.book.carried.alarms)]


def fans(*states: float) -> Gauges:
    return {"fan-failed": {f"fan 20.{number}": state for number, state in enumerate(states, 1)}}


def test_looks_are_reads_and_not_rounds() -> None:
    watch = Read(FAN)
    assert watch.minute(fans(0, 1)) == []
    assert watch.minute() == []
    assert watch.minute(fans(0, 1)) == ["fan-failed chengdong-r1/fan 20.2"]


def test_each_part_is_an_alarm_of_its_own() -> None:
    watch = Read(FAN)
    watch.minute(fans(1, 1))
    assert len(watch.minute(fans(1, 1))) == 2
    watch.minute(fans(0, 1))
    assert watch.minute(fans(0, 1)) == ["fan-failed chengdong-r1/fan 20.2"]
    assert [i.root_cause.name for i in watch.open] == ["fan-failed chengdong-r1/fan 20.2"]
    assert [i.subject for i in watch.open] == ["chengdong-r1"]


def test_a_part_that_is_taken_out_ends_its_alarm() -> None:
    watch = Read(FAN)
    watch.minute(fans(0, 1))
    watch.minute(fans(0, 1))
    assert watch.minute(fans(0)) == []
    assert watch.open == []


def test_an_alarm_stands_while_nobody_reads_also_over_a_restart_of_the_monitor() -> None:
    watch = Read(FAN)
    watch.minute(fans(1))
    watch.minute(fans(1))
    assert watch.minute() == ["fan-failed chengdong-r1/fan 20.1"]
    again = {name: unpack_state(name, pack_state(state), None) for name, state in watch.book.states.items()}
    assert not again["chengdong-r1"].vitals
    watch.book = Watchbook(again, watch.book.incidents, watch.book.carried)
    before = [incident.id for incident in watch.open]
    assert watch.minute() == ["fan-failed chengdong-r1/fan 20.1"]
    assert [incident.id for incident in watch.open] == before


def test_a_silent_device_keeps_its_alarm() -> None:
    watch = Read(FAN)
    watch.minute(fans(1))
    watch.minute(fans(1))
    watch.net.deaf.add("chengdong-r1")
    assert watch.minute() == ["fan-failed chengdong-r1/fan 20.1"]


def dark(port: str) -> Gauges:
    return {"optical-rx-margin": {port: -18.0}}


def test_a_dark_spare_port_is_nothing_and_a_line_that_is_down_has_its_incident_already() -> None:
    watch = Read(LIGHT)
    assert watch.minute(dark("xe7")) == []
    assert watch.minute(dark("up1")) == ["weak-light chengdong-r1/up1"]
    watch = Read(LIGHT)
    watch.net.cut.add("chengzhong-up2")
    watch.minute()
    assert "weak-light chengzhong-r1/up2" not in watch.minute(dark("up2"), device="chengzhong-r1")


def test_ports_of_hardware_are_those_of_its_model_and_lines_may_share_one() -> None:
    network = small()
    devices = {**network.devices, "chengdong-r1": replace(network.devices["chengdong-r1"], platform="vrp8")}
    ports = {"chengdong-r1": {"up1": "GigabitEthernet0/1/0.101"}}
    watch = Read(LIGHT, network=replace(network, devices=devices, ports=ports))
    assert watch.minute(dark("GigabitEthernet0/1/0")) == ["weak-light chengdong-r1/GigabitEthernet0/1/0"]


def test_samples_with_vitals_come_back_exactly() -> None:
    plain = Read(FAN).rounds[0].looks[0][0]
    sample = replace(plain, vitals={"health": fans(0, 1), "ups": {"battery-charge": {"": 0.87}}})
    back = unpack_sample(sample.device, sample.time, pack_sample(sample))
    assert back == sample
    assert isinstance(back, Sample)
