"""Measures by recipe: what agents of each platform answer, in declared units; where nobody knows the unit, nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_walks import content, varbinds
from snmp_agent import Agent, OldAgent, UdpAgent

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.monitor.recipes import health_of, standard
from jbnet.platforms.registry import names
from jbnet.snmp.ber import Tag
from jbnet.snmp.gauges import Gauge, Recipe
from jbnet.snmp.types import SnmpAnswer, Value, VarBind

HUAWEI = {
    "cpu": {"MPU Board 17": 0.37, "LPU Board 3": 0.95},
    "memory": {"MPU Board 17": 0.52},
    "temperature": {"MPU Board 17": 45.0},
    "optical-rx": {"GigabitEthernet0/3/0": -7.12, "GigabitEthernet0/3/1": -40.0},
    "optical-tx": {"GigabitEthernet0/3/0": -2.31, "GigabitEthernet0/3/1": -2.4},
    "optical-rx-margin": {"GigabitEthernet0/3/0": 14.88, "GigabitEthernet0/3/1": -18.0},
    "optical-temperature": {"GigabitEthernet0/3/0": 38.0, "GigabitEthernet0/3/1": 37.0},
    "fan-failed": {"fan 20.1": 0.0, "fan 20.2": 1.0},
    "power-failed": {"power 18.1": 0.0, "power 19.1": 1.0},
}
H3C = {
    "cpu": {"Board 0": 0.12},
    "memory": {"Board 0": 0.61},
    "temperature": {"Board 0": 39.0},
    "fan-failed": {"Board 0": 0.0, "Fan 1": 1.0},
    "power-failed": {"Board 0": 0.0, "Fan 1": 0.0},
    "hardware-failed": {"Board 0": 0.0, "Fan 1": 0.0},
    "optical-rx": {"GigabitEthernet0/0": -18.9, "GigabitEthernet0/1": -6.2},
    "optical-tx": {"GigabitEthernet0/0": -5.56, "GigabitEthernet0/1": 1.05},
    "optical-rx-margin": {"GigabitEthernet0/0": -0.89},
    "optical-temperature": {"GigabitEthernet0/0": 41.0},
}
HOST = {
    "cpu": {"processor 1": 0.61, "processor 2": 0.58},
    "memory": {"": 0.117044},
    "load": {"Load-1": 2.74, "Load-5": 3.83},
    "disk": {"/": 0.120326},
}
UPS = {
    "battery-bad": {"": 0.0},
    "seconds-on-battery": {"": 95.0},
    "minutes-remaining": {"": 42.0},
    "battery-charge": {"": 0.87},
    "battery-temperature": {"": 24.0},
    "input-voltage": {"input 1": 228.0, "input 2": 231.0, "input 3": 0.0},
    "input-frequency": {"input 1": 50.0, "input 2": 49.9, "input 3": 0.0},
    "on-battery": {"": 1.0},
    "on-bypass": {"": 0.0},
    "output-off": {"": 0.0},
    "output-load": {"output 1": 0.61},
    "ups-alarms": {"": 1.0},
}
SENSORS = {
    "sensor-celsius": {"rack 3 front": 23.7},
    "sensor-humidity": {"rack 3 front": 41.0},
    "sensor-volts-dc": {"DC feed A": 53.3},
    "sensor-true": {"water": 1.0},
}


def health(platform: str) -> Recipe:
    found = health_of(platform)
    assert found is not None
    return found


ALL = [
    pytest.param(health("vrp8"), "vrp8.walk", HUAWEI, id="huawei"),
    pytest.param(health("vrp5"), "vrp8.walk", HUAWEI, id="huawei-ar"),
    pytest.param(health("comware7"), "comware7.walk", H3C, id="h3c"),
    pytest.param(health("frr"), "net-snmp.walk", HOST, id="host"),
    pytest.param(standard("ups"), "ups.walk", UPS, id="ups"),
    pytest.param(standard("sensors"), "sensors.walk", SENSORS, id="sensors"),
]


def asked(agent: Agent, recipe: Recipe, **how: object) -> SnmpAnswer:
    transport = UdpSnmpTransport()
    try:
        with UdpAgent(agent.replies) as server:
            (answer,) = transport.walk([server.target(**how)], recipe.columns, timeout=1.0, retries=2)
    finally:
        transport.close()
    return answer


@pytest.mark.parametrize(("recipe", "walk", "said"), ALL)
def test_what_an_agent_answers_is_measured(recipe: Recipe, walk: str, said: dict[str, dict[str, float]]) -> None:
    assert recipe.read(varbinds(walk)) == said


@pytest.mark.parametrize(("recipe", "walk", "said"), ALL)
def test_it_is_the_same_over_udp(recipe: Recipe, walk: str, said: dict[str, dict[str, float]]) -> None:
    answer = asked(Agent(content(walk)), recipe)
    assert (answer.error, recipe.read(answer.varbinds)) == ("", said)


def test_an_agent_of_version_1_is_measured_too() -> None:
    answer = asked(OldAgent(content("ups.walk")), standard("ups"), version="1")
    assert (answer.error, standard("ups").read(answer.varbinds)) == ("", UPS)


@pytest.mark.parametrize(("recipe", "walk", "said"), ALL)
def test_an_agent_of_another_make_says_nothing(recipe: Recipe, walk: str, said: dict[str, dict[str, float]]) -> None:
    answer = asked(Agent({(1, 3, 6, 1, 2, 1, 1, 3, 0): (Tag.TIME_TICKS, 1)}), recipe)
    assert (answer.error, recipe.read(answer.varbinds)) == ("", {})


@pytest.mark.parametrize(("recipe", "walk", "said"), ALL)
@given(data=st.data())
def test_part_of_an_answer_gives_part_of_the_measures_and_no_other_values(
    recipe: Recipe, walk: str, said: dict[str, dict[str, float]], data: st.DataObject
) -> None:
    whole = varbinds(walk)
    kept = data.draw(st.lists(st.sampled_from(whole), unique=True))
    for name, parts in recipe.read(kept).items():
        assert set(parts.values()) <= set(said[name].values())


@pytest.mark.parametrize(("recipe", "walk", "said"), ALL)
@pytest.mark.parametrize("wrong", [b"17", None, (1, 3)])
def test_values_of_the_wrong_type_are_none(
    recipe: Recipe, walk: str, said: dict[str, dict[str, float]], wrong: Value
) -> None:
    damaged = [VarBind(v.oid, v.tag, wrong if isinstance(v.value, int) else v.value) for v in varbinds(walk)]
    assert recipe.read(damaged) == {}


def test_a_part_without_a_name_is_called_by_its_number_and_namesakes_are_told_apart() -> None:
    nameless = [v for v in varbinds("sensors.walk") if v.oid[-1] != 11 or v.oid[-2] != 7]
    assert standard("sensors").read(nameless)["sensor-celsius"] == {"11": 23.7}
    twins = [v._replace(value=b"MPU") if v.oid[-2] == 7 and len(v.oid) == 13 else v for v in varbinds("vrp8.walk")]
    assert health("vrp8").read(twins)["cpu"] == {"MPU": 0.37, "MPU #2": 0.95}


@pytest.mark.parametrize(
    ("scale", "precision", "value"), [(9, 0, 237.0), (8, 0, 0.237), (10, 1, 23700.0), (9, -2, 237.0)]
)
def test_sensors_are_scaled_by_thousands_and_decimals(scale: int, precision: int, value: float) -> None:
    gauge = Gauge(4, exponent=(2, 3))
    assert gauge.value({2: scale, 3: precision, 4: 237}) == pytest.approx(value)


@pytest.mark.parametrize("row", [{4: 1}, {2: 0, 3: 0, 4: 1}, {2: 18, 3: 0, 4: 1}, {2: 9, 3: 10, 4: 1}])
def test_a_sensor_that_does_not_say_its_scale_measures_nothing(row: dict[int, int]) -> None:
    assert Gauge(4, exponent=(2, 3)).value(row) is None


def test_a_platform_without_data_measures_nothing() -> None:
    assert {name for name in names() if health_of(name) is not None} == {"comware7", "frr", "vrp5", "vrp8"}
    assert health_of("unheard-of") is None
