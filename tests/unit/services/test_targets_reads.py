"""What is asked of whom: the tables of the platform, only when they are due, and rows by the declaration's names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from monitoring import FakeSecrets
from networks import small
from recorded_walks import varbinds
from simnet import START

from jbnet.model.network import Network
from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.monitor.plant import survey
from jbnet.monitor.recipes import bfd_of, health_of
from jbnet.services.watch.targets import Question, Targets
from jbnet.snmp.ber import Tag
from jbnet.snmp.mibs import IF_NAME, IF_OPER_STATUS, SYSTEM_COLUMNS
from jbnet.snmp.types import SnmpAnswer, VarBind

PORT = "GigabitEthernet0/3/0"


def mixed() -> Network:
    """chengdong-r1 is Huawei's, huangyuan-r1 H3C's, chengzhong-r1 nobody's that jbnet has data for; others run FRR."""
    network = small()
    platforms = {"chengdong-r1": "vrp8", "huangyuan-r1": "comware7", "chengzhong-r1": "ios"}
    devices = {n: replace(d, platform=platforms.get(n, d.platform)) for n, d in network.devices.items()}
    return replace(network, devices=devices, ports={"chengdong-r1": {"up1": PORT}})


def targets(*checks: Check, network: Network | None = None) -> Targets:
    made = network or mixed()
    return Targets(made, survey(made).watched, Checks(checks), FakeSecrets())


def check(reads: Reads, every_s: float = 60.0) -> Check:
    return Check(str(reads), reads, frozenset({"county-router", "core"}), every_s)


def by_device(found: list[Question]) -> dict[str, Question]:
    return {target.name: question for question in found for target in question.targets}


COUNTIES = ("chengdong-r1", "huangyuan-r1", "chengzhong-r1", "core-r1")


def test_each_platform_is_asked_for_its_own_tables_in_questions_of_its_own() -> None:
    asked = by_device(targets(check(Reads.HEALTH)).questions(COUNTIES, frozenset({"health"}), again=frozenset()))
    for device, platform in (("chengdong-r1", "vrp8"), ("huangyuan-r1", "comware7"), ("core-r1", "frr")):
        recipe = health_of(platform)
        assert recipe is not None
        assert set(asked[device].columns) == {*SYSTEM_COLUMNS, *recipe.columns}


def test_a_platform_without_a_recipe_is_asked_whether_it_is_there() -> None:
    asked = by_device(targets(check(Reads.HEALTH)).questions(COUNTIES, frozenset({"health"}), again=frozenset()))
    assert asked["chengzhong-r1"].reads == {Reads.SYSTEM}


def test_sessions_of_bfd_are_looked_for_where_the_platform_lists_them() -> None:
    asked = by_device(targets(check(Reads.BFD)).questions(COUNTIES, frozenset({"bfd"}), again=frozenset()))
    assert set(asked["chengdong-r1"].columns) == {*SYSTEM_COLUMNS, *bfd_of("vrp8").columns}
    assert set(asked["chengzhong-r1"].columns) == {*SYSTEM_COLUMNS, *bfd_of("ios").columns}


def test_what_is_not_due_costs_nothing() -> None:
    found = targets(check(Reads.INTERFACES, 1.0), check(Reads.HEALTH), check(Reads.LLDP, 300.0), check(Reads.BFD, 10.0))
    alone = targets(check(Reads.INTERFACES, 1.0))
    due = found.due(0.0)
    assert len(due) == 4
    usual = found.questions(COUNTIES, found.due(1.0), again=frozenset())
    plain = alone.questions(COUNTIES, alone.due(1.0), again=frozenset())
    assert [(q.columns, q.targets) for q in usual] == [(q.columns, q.targets) for q in plain]
    assert found.due(60.0) == {"interfaces", "health", "bfd"}


def answered(*more: VarBind) -> SnmpAnswer:
    names = [VarBind((*IF_NAME, 7), Tag.OCTET_STRING, PORT.encode()), VarBind((*IF_OPER_STATUS, 7), Tag.INTEGER, 1)]
    return SnmpAnswer("chengdong-r1", (*names, *more), "", 0.01)


def test_hardware_reports_ports_and_is_known_by_the_names_of_the_declaration() -> None:
    found = targets(check(Reads.INTERFACES), check(Reads.QUALITY))
    (asked,) = found.questions(["chengdong-r1"], frozenset({"interfaces", "quality"}), again=frozenset())
    sample = found.read(answered(), asked, START)
    assert [row.name for row in sample.interfaces or ()] == ["up1"]
    assert [row.name for row in sample.quality or ()] == ["up1"]


def test_what_the_recipe_measures_is_in_the_sample() -> None:
    found = targets(check(Reads.HEALTH))
    (asked,) = found.questions(["chengdong-r1"], frozenset({"health"}), again=frozenset())
    sample = found.read(answered(*varbinds("vrp8.walk")), asked, START)
    assert sample.vitals["health"]["fan-failed"] == {"fan 20.1": 0.0, "fan 20.2": 1.0}
    assert sample.interfaces is None


@pytest.mark.parametrize("broken", [(), (IF_NAME,)])
def test_a_read_that_broke_off_leaves_what_was_known(broken: tuple[tuple[int, ...], ...]) -> None:
    found = targets(check(Reads.HEALTH), check(Reads.INTERFACES))
    (asked,) = found.questions(["chengdong-r1"], frozenset({"health", "interfaces"}), again=frozenset())
    answer = replace(answered(*varbinds("vrp8.walk")), error="oidNotIncreasing", broken=broken)
    sample = found.read(answer, asked, START)
    assert sample.interfaces is None
    assert bool(sample.vitals) is bool(broken)
