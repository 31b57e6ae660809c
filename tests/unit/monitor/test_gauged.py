"""Gauges of parts against thresholds: each part by itself, as often as it was read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from networks import small
from watching import Watching

from jbnet.model.network import Network
from jbnet.monitor.alarms import Severity, standing
from jbnet.monitor.codec import pack_incident, pack_sample, pack_state, unpack_incident, unpack_sample, unpack_state
from jbnet.monitor.codec_carried import pack_carried, unpack_carried
from jbnet.monitor.measured import Measured
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


CPU = Threshold("busy", "gauge:cpu", 0.9, 0.75, Severity.WARNING, 2, roles=COUNTY, per_device=True)
CHARGE = replace(CPU, name="low", measure="gauge:battery-charge", raise_at=0.2, clear_at=0.5)


def test_a_device_whose_processors_are_busy_is_one_alarm_that_names_the_busiest() -> None:
    watch = Read(CPU)
    busy = {"cpu": {"processor 1": 0.93, "processor 2": 0.98, "processor 3": 0.1}}
    watch.minute(busy)
    assert watch.minute(busy) == ["busy chengdong-r1"]
    (found,) = watch.open
    assert found.readings == (Measured("gauge:cpu", 0.98, 0.9, part="processor 2"),)
    assert str(found.readings[0].words) == "processor load of processor 2: 98 %, limit 90 %"
    assert watch.minute({"cpu": {"processor 1": 0.8, "processor 2": 0.1}}) == ["busy chengdong-r1"]
    watch.minute({"cpu": {"processor 1": 0.7, "processor 2": 0.1}})
    assert watch.minute({"cpu": {"processor 1": 0.7, "processor 2": 0.1}}) == []


def test_the_worst_of_what_is_bad_when_it_is_low_is_the_lowest() -> None:
    watch = Read(CHARGE)
    low = {"battery-charge": {"1": 0.9, "2": 0.1}}
    watch.minute(low)
    watch.minute(low)
    assert [i.readings[0].part for i in watch.open] == ["2"]


def test_what_an_alarm_was_raised_by_is_kept_exactly() -> None:
    watch = Read(CPU)
    busy = {"cpu": {"processor 1": 0.93}}
    watch.minute(busy)
    watch.minute(busy)
    (found,) = watch.open
    assert unpack_incident(found.id, pack_incident(found)) == found
    assert unpack_carried(pack_carried(watch.book.carried)) == watch.book.carried
    old = json.loads(pack_incident(found))
    del old["readings"]
    assert unpack_incident(found.id, json.dumps(old).encode()).readings == ()


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
