"""What LLDP sees against the declared cabling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from watching import Watching

from jbnet.model.network import Network
from jbnet.monitor.cabling import Cabling, Verdict
from jbnet.monitor.codec import pack_incident, pack_sample, unpack_incident, unpack_sample
from jbnet.monitor.codec_carried import pack_carried, unpack_carried
from jbnet.monitor.plant import survey
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState
from jbnet.monitor.watch import Condition, Watch
from jbnet.snmp.lldp import ChassisKind, Lldp, LldpNeighbour, LldpPort, PortKind

# In the small network chengdong-r1/up1 goes to xining-r1/d13, huangyuan-r1/up1 to xining-r1/d19.
MAC = "00:e0:fc:00:00:01"


def port(name: str, number: int = 2) -> LldpPort:
    return LldpPort(number, PortKind.INTERFACE_NAME, name)


def seen(system: str | None, far: str, number: int = 2, **more: object) -> LldpNeighbour:
    plain = LldpNeighbour(number, ChassisKind.MAC, "00:00:00:00:00:99", PortKind.INTERFACE_NAME, far, None, system)
    return replace(plain, **more)  # type: ignore[arg-type]  # any of its fields


def says(device: str, ports: list[LldpPort], *neighbours: LldpNeighbour, chassis: str | None = None) -> DeviceState:
    own = Lldp(ChassisKind.MAC if chassis else None, chassis, tuple(ports), neighbours)
    return DeviceState(device, answer=Watch(Condition.UP), lldp=own)


def judged(*states: DeviceState, circuit: str = "chengdong-up1", network: Network | None = None) -> Verdict | None:
    plant = survey(network or small())
    by_name = {state.device: state for state in states}
    cabling = Cabling(plant)
    return cabling.judge(plant.lines[circuit], by_name, cabling.chassis(by_name))


def end(*neighbours: LldpNeighbour, circuit: str = "chengdong-up1", network: Network | None = None) -> Verdict | None:
    return judged(says("chengdong-r1", [port("up1")], *neighbours), circuit=circuit, network=network)


WRONG_DEVICE = Verdict(right=False, expected="xining-r1/d13", actual="xining-r2/d13")


def test_the_declared_neighbour_on_the_declared_port_is_right() -> None:
    assert end(seen("xining-r1", "d13")) == Verdict(right=True)


def test_another_device_is_wrong_and_both_are_named() -> None:
    assert end(seen("xining-r2", "d13")) == WRONG_DEVICE


def test_another_port_of_the_right_device_is_wrong() -> None:
    assert end(seen("xining-r1", "d19")) == Verdict(right=False, expected="xining-r1/d13", actual="xining-r1/d19")


def test_a_device_that_does_not_say_or_does_not_answer_says_nothing() -> None:
    assert judged(DeviceState("chengdong-r1", answer=Watch(Condition.UP))) is None
    silent = replace(says("chengdong-r1", [port("up1")], seen("xining-r2", "d13")), answer=Watch(Condition.DOWN))
    assert judged(silent) is None


@pytest.mark.parametrize("ports", [[], [port("up1")], [port("eth7")]])
def test_where_nobody_is_seen_nothing_is_wrong(ports: list[LldpPort]) -> None:
    assert judged(says("chengdong-r1", ports)) == Verdict(right=True)


def test_a_stranger_on_a_leased_line_is_the_carriers_box() -> None:
    assert end(seen("MSTP-3500", "0/1")) is None


def test_a_stranger_on_a_cable_of_our_own_is_one_too_many() -> None:
    own = judged(says("xining-r2", [port("pair1")], seen("switch", "ge7")), circuit="xining-pair1")
    assert own == Verdict(right=False, expected="xining-r1/d12", actual="switch/ge7")


@pytest.mark.parametrize("system", ["XINING-R1", "xining-r1.jinbao.example"])
def test_a_name_is_the_same_in_capitals_and_with_a_domain(system: str) -> None:
    assert end(seen(system, "D13")) == Verdict(right=True)


def test_a_neighbour_is_known_by_the_chassis_that_it_calls_itself() -> None:
    far = says("xining-r2", [], chassis=MAC)
    near = says("chengdong-r1", [port("up1")], seen("unnamed", "d13", chassis=MAC))
    assert judged(near, far) == WRONG_DEVICE


def test_a_chassis_that_two_devices_claim_is_nobodys() -> None:
    twins = [says(name, [], chassis=MAC) for name in ("xining-r2", "core-r1")]
    assert judged(says("chengdong-r1", [port("up1")], seen(None, "d13", chassis=MAC)), *twins) is None


def test_a_neighbour_is_known_by_its_address() -> None:
    address = str(small().devices["xining-r2"].loopback)
    assert end(seen(None, "d13", kind=ChassisKind.ADDRESS, chassis=address)) == WRONG_DEVICE


def test_a_port_that_is_called_by_its_mac_address_is_known_by_what_its_own_agent_says() -> None:
    far = says("xining-r1", [LldpPort(9, PortKind.MAC, MAC, "d19")])
    near = says("chengdong-r1", [port("up1")], seen("xining-r1", MAC, port_kind=PortKind.MAC))
    assert judged(near, far) == Verdict(right=False, expected="xining-r1/d13", actual="xining-r1/d19")


def test_the_port_of_a_wrong_device_is_called_by_its_name_too() -> None:
    near = says("chengdong-r1", [port("up1")], seen("core-r1", MAC, port_kind=PortKind.MAC, description="d1"))
    assert judged(near) == Verdict(right=False, expected="xining-r1/d13", actual="core-r1/d1")


def test_a_port_by_a_name_that_nobody_knows_says_nothing() -> None:
    assert end(seen("xining-r1", "Slot 4 socket 2")) is None


def test_of_several_on_one_port_the_right_one_is_enough() -> None:
    assert end(seen("phone", "1"), seen("xining-r1", "d13")) == Verdict(right=True)


def test_either_end_tells() -> None:
    far = says("xining-r1", [port("d13")], seen("huangyuan-r1", "up1"))
    assert judged(far) == Verdict(right=False, expected="chengdong-r1/up1", actual="huangyuan-r1/up1")


def on_hardware() -> Network:
    """The same with ports of models; two lines of xining-r1 share one port as VLANs."""
    network = small()
    devices = {n: replace(d, platform="vrp8") for n, d in network.devices.items()}
    ports = {n: {i.name: f"GigabitEthernet0/{at}/0" for at, i in enumerate(d.interfaces)} for n, d in devices.items()}
    ports["xining-r1"] |= {"d13": "GigabitEthernet0/9/0.101", "d19": "GigabitEthernet0/9/0.102"}
    return replace(network, devices=devices, ports=ports)


def test_ports_of_hardware_are_held_against_those_of_the_model() -> None:
    network = on_hardware()
    near = network.ports["chengdong-r1"]["up1"]

    def told(far: str) -> Verdict | None:
        return judged(says("chengdong-r1", [port(near)], seen("xining-r1", far)), network=network)

    assert told("GigabitEthernet0/9/0") == Verdict(right=True)
    other = network.ports["xining-r1"]["pair1" if "pair1" in network.ports["xining-r1"] else "up1"]
    assert told(other) == Verdict(right=False, expected="xining-r1/GigabitEthernet0/9/0", actual=f"xining-r1/{other}")


def test_lines_that_share_a_port_may_each_be_seen_there() -> None:
    network = on_hardware()
    far = network.ports["huangyuan-r1"]["up1"]
    shared = says("xining-r1", [port("GigabitEthernet0/9/0")], seen("huangyuan-r1", far))
    assert judged(shared, network=network) == Verdict(right=True)


def swapped(sample: Sample) -> Sample:
    """chengdong's and huangyuan's cables are swapped at xining."""
    far = {"chengdong-r1": "d19", "huangyuan-r1": "d13"}.get(sample.device)
    own = Lldp(None, None, (port("up1"),), (seen("xining-r1", far),)) if far else Lldp(None, None)
    return replace(sample, lldp=own)


def test_swapped_cables_are_one_alarm_each_until_they_are_put_right() -> None:
    watch = Watching(small())

    def play(seconds: int, look: object) -> None:
        for _ in range(seconds):
            watch.time += timedelta(seconds=1)
            watch.play((tuple(look(s) for s in watch.net.look(watch.time)),))  # type: ignore[operator]  # a function

    play(90, swapped)
    assert [i.root_cause.name for i in watch.open] == ["cabling chengdong-up1", "cabling huangyuan-up1"]
    assert next(i.said for i in watch.open) == ("xining-r1/d13", "xining-r1/d19")
    assert {str(i.severity) for i in watch.open} == {"minor"}
    assert unpack_carried(pack_carried(watch.book.carried)) == watch.book.carried
    assert [unpack_incident(i.id, pack_incident(i)) for i in watch.open] == watch.open
    play(90, lambda sample: replace(sample, lldp=Lldp(None, None)))
    assert watch.open == []


def test_samples_with_lldp_come_back_exactly_and_old_ones_are_read() -> None:
    sample = swapped(Watching(small(), calm=1).rounds[0].looks[0][0])
    assert unpack_sample(sample.device, sample.time, pack_sample(sample)) == sample
    old = b'[true,0.1,null,null,null,null,null,null,{"charge":0.5}]'
    assert unpack_sample("r", sample.time, old) == Sample("r", sample.time, True, 0.1, gauges={"charge": 0.5})
