"""Rehearsing plans for hardware on fake copies: who stands in for whom, what is told, what stands against a plan."""

from __future__ import annotations

from pathlib import Path

import pytest
from copy_world import Copies
from deploy_world import World
from hardware_world import Edited, HardwareWorld, mixed

from jbnet.change.model import Plan
from jbnet.change.rehearsal import Evidence
from jbnet.change.rehearsal_codec import from_json, to_json
from jbnet.model.errors import Refused
from jbnet.ports import Progress
from jbnet.services.deploy.plan import plan
from jbnet.services.rehearse.trial import Bounds, rehearse, today

BOUNDS = Bounds(settle_s=4.0, first_rest_s=1.0, rest_s=1.0, hold_s=0.5)
COUNTY, TOWNSHIP = "chengdong-r1", "chengdong-lejiawan-r1"
COST = (" ospf cost 100\n", " ospf cost 200\n")
STATIC = "ip route-static 10.8.128.0 255.255.128.0 NULL0\n"
LINE = " ip address 10.8.132.128 255.255.255.254\n"
PORT = "#\ninterface GigabitEthernet0/1/0\n"
LIST = "#\nacl number 3999\n rule 5 deny ip source 10.4.0.0 0.0.255.255\n"
FILTER = (PORT, f"{LIST}{PORT} traffic-filter inbound acl 3999\n")


class Nobody:
    def report(self, progress: Progress) -> None:
        return


@pytest.fixture
def world() -> HardwareWorld:
    return HardwareWorld(mixed())


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "copy")


def planned(world: HardwareWorld, edits: dict[str, tuple[str, str]]) -> Plan:
    made = plan(world.network, [world.network.devices[n] for n in edits], world, Nobody(),
                aim=Edited(world.network, edits))  # fmt: skip
    assert (list(made.unasked), sorted(made.changes)) == ([], sorted(edits))
    return made


def tried(made: Plan, world: HardwareWorld, copies: Copies) -> Evidence:
    found = today(made, world.network, world, Nobody())
    return rehearse(made, found, copies, copies.desk, Nobody(), BOUNDS)


def test_a_plan_for_hardware_is_blessed_on_routers_that_stand_in_and_says_so(
    world: HardwareWorld, copies: Copies
) -> None:
    made = planned(world, {COUNTY: COST})
    found = tried(made, world, copies)
    assert (found.blessed, found.plan, found.culprits) == (True, made.hash, ())
    assert found.counts.before == found.counts.after == found.counts.wanted > 0
    platforms = {name: stead.platform for name, stead in found.likeness.stood_in.items()}
    assert (platforms["core-r1"], platforms["xining-r1"]) == ("vrp8", "comware7")
    assert (platforms[COUNTY], platforms[TOWNSHIP]) == ("vrp5", "ios")
    assert set(found.likeness.assumed) == {"noc-s1", "xining-dc-db1", "ministry-r1"}
    assert " ip ospf cost 200\n" in copies.made[0].devices[COUNTY].running
    assert from_json(to_json(found)) == found


def test_a_plan_for_hardware_that_loses_pairs_is_not_blessed(world: HardwareWorld, copies: Copies) -> None:
    found = tried(planned(world, {COUNTY: (LINE, "")}), world, copies)
    assert (found.blessed, found.culprits) == (False, (COUNTY,))
    assert TOWNSHIP in {lost.pair.source for _, lost in found.lost}


def test_lines_that_may_move_packets_and_cannot_be_said_stand_against_the_plan(
    world: HardwareWorld, copies: Copies
) -> None:
    found = tried(planned(world, {COUNTY: (STATIC, f"{STATIC}#\nrip 1\n network 10.0.0.0\n")}), world, copies)
    assert found.lost == ()
    assert (found.blessed, found.culprits) == (False, (COUNTY,))
    assert found.untold == {COUNTY: ("+ rip 1", "+ rip 1 / network 10.0.0.0")}


def test_lines_that_move_nothing_are_told_and_do_not_stand_against_it(world: HardwareWorld, copies: Copies) -> None:
    found = tried(planned(world, {COUNTY: (COST[0], f"{COST[0]} mtu 1400\n")}), world, copies)
    stead = found.likeness.stood_in[COUNTY]
    assert (found.blessed, stead.untried) == (True, ("+ interface GigabitEthernet0/1/1 / mtu 1400",))


def test_what_runs_and_was_typed_by_hand_is_in_the_copy_not_what_is_declared(
    world: HardwareWorld, copies: Copies
) -> None:
    world.typed(
        "datong-r1",
        "ip route-static 10.9.0.0 255.255.128.0 NULL0\n",
        "ip route-static 10.9.0.0 255.255.128.0 NULL0\nip route-static 192.0.2.0 255.255.255.0 NULL0\n",
    )
    network = world.network
    made = plan(network, [network.devices["datong-r1"]], world, Nobody())
    found = today(made, network, world, Nobody())
    assert "ip route 192.0.2.0/24 blackhole 60\n" in found.blueprint.configs["datong-r1"]
    assert "192.0.2.0" not in found.plan.changes["datong-r1"].intended
    world.typed("datong-r1", "#\nospf 1 ", "#\nip route-static 192.0.3.0 255.255.255.0 NULL0\n#\nospf 1 ")
    with pytest.raises(Refused, match="no longer as planned"):
        today(made, network, world, Nobody())


def test_hardware_that_does_not_answer_is_left_out(world: HardwareWorld, copies: Copies) -> None:
    made = planned(world, {COUNTY: COST})
    world.silent.add(TOWNSHIP)
    found = tried(made, world, copies)
    assert list(found.likeness.left_out) == [TOWNSHIP]
    assert TOWNSHIP not in found.likeness.stood_in


def test_packet_filters_are_put_up_beside_the_stand_in_also_where_nothing_else_changes(
    world: HardwareWorld, copies: Copies
) -> None:
    screens: list[tuple[str, list[str]]] = []

    def arrange(copy: World) -> None:
        copies.screened = lambda device, filters: screens.append((device, [each.port for each in filters]))

    copies.arrange = arrange
    assert tried(planned(world, {"datong-r1": FILTER}), world, copies).blessed
    assert ("xining-r1", ["x2", "x2", "x3", "x3", "x1", "x1"]) in screens  # as they are today
    assert screens[-1] == ("datong-r1", ["up1"])


def test_where_lines_notice_a_loss_late_a_wave_is_watched_for_longer() -> None:
    assert Bounds().at_pace(40) == Bounds(
        settle_s=120.0, first_rest_s=42.0, rest_s=42.0, hold_s=42.0, look_s=42.0
    )  # fmt: skip
