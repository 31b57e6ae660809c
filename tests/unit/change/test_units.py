"""Changes that both ends of a link must share: which devices they join, in which wave, and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import pytest
from drawn_network import networks
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_network import sample_network

from jbnet.change.model import Change, Plan, Unit, Wave
from jbnet.change.units import Turn, joint_dangers, units
from jbnet.change.waves import depths, order, stand_ins
from jbnet.config.render import render
from jbnet.config.tree import apply, diff, parse
from jbnet.model.network import Network

HELLO, DEAD = " ip ospf hello-interval 1\n", " ip ospf dead-interval 4\n"


@pytest.fixture
def network() -> Network:
    return sample_network()


def turn(network: Network, device: str, port: str, before: str, after: str) -> Turn:
    """Return a device that has ``after`` where ``before`` is declared on a port, and shall run what is declared."""
    declared = render(network, network.devices[device])
    head, heading, rest = declared.partition(f"interface {port}\n")
    assert before in rest.partition("exit\n")[0]
    return Turn(parse(head + heading + rest.replace(before, after, 1)), parse(declared))


def turns(network: Network, circuit: str, before: str = HELLO, after: str = "") -> dict[str, Turn]:
    ends = (network.circuits[circuit].a, network.circuits[circuit].z)
    return {end.device: turn(network, end.device, end.interface, before, after) for end in ends}


def merged(network: Network, *circuits: str) -> dict[str, Turn]:
    """Return devices on which a line is missing on every port of these circuits."""
    found: dict[str, Turn] = {}
    for name in circuits:
        for device, made in turns(network, name).items():
            before = found.get(device, Turn(made.intended, made.intended)).running
            found[device] = Turn(apply(before, diff(made.intended, made.running)), made.intended)
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (HELLO, " ip ospf hello-interval 2\n"),
        (DEAD, ""),
        (" ip ospf area 0.0.63.1\n", " ip ospf area 0.0.63.2\n"),
        (" ip ospf network point-to-point\n", " ip ospf authentication message-digest\n"),
        (" ip address 10.9.2.", " ip address 10.9.3."),
    ],
)
def test_a_line_that_both_ends_must_share_joins_them_the_far_end_first(
    network: Network, before: str, after: str
) -> None:
    assert units(network, turns(network, "datong-up1", before, after)) == (
        Unit(("datong-r1", "xining-r1"), ("datong-up1",)),
    )


def test_what_each_end_decides_for_itself_joins_nobody(network: Network) -> None:
    assert units(network, turns(network, "datong-up1", " ip ospf cost 10\n", " ip ospf cost 20\n")) == ()


def test_an_end_that_was_wrong_alone_is_put_right_alone(network: Network) -> None:
    one = turns(network, "datong-up1")
    assert units(network, {"datong-r1": one["datong-r1"]}) == ()
    other = turn(network, "xining-r1", "up1", " ip ospf cost 10\n", "")
    assert units(network, {**one, "xining-r1": other}) == ()


def test_a_link_that_comes_or_goes_joins_nobody(network: Network) -> None:
    made = turns(network, "datong-up1", " ip address 10.9.2.", " no ip address 10.9.2.")
    assert units(network, made) == ()
    assert units(network, {name: Turn(t.intended, t.running) for name, t in made.items()}) == ()


def test_two_lines_of_one_router_are_one_unit(network: Network) -> None:
    (unit,) = units(network, merged(network, "datong-up1", "chengdong-up1"))
    assert set(unit.devices) == {"datong-r1", "chengdong-r1", "xining-r1"}
    assert unit.devices[-1] == "xining-r1"
    assert set(unit.circuits) == {"datong-up1", "chengdong-up1"}


def test_both_lines_of_a_county_at_once_speak_against_both_routers_above_it(network: Network) -> None:
    made = merged(network, "chengdong-up1", "chengdong-up2")
    (unit,) = units(network, made)
    against = list(joint_dangers(network, unit, made))
    assert [name for name, _ in against] == ["xining-r1", "xining-r2"]
    assert "chengdong-up1, chengdong-up2" in str(against[0][1])


def test_the_link_of_a_pair_itself_may_change_at_both_and_nothing_else_with_it(network: Network) -> None:
    made = turns(network, "xining-pair1")
    (unit,) = units(network, made)
    assert list(joint_dangers(network, unit, made)) == []
    more = {**made, "xining-r1": merged(network, "xining-pair1", "xining-up1")["xining-r1"]}
    assert len(list(joint_dangers(network, unit, more))) == 2


def changes(names: Mapping[str, object] | list[str]) -> dict[str, Change]:
    return {name: Change(name, ("+ x",), "", "") for name in names}


def test_a_unit_stands_in_one_wave_where_its_upper_end_would(network: Network) -> None:
    names = ["datong-r1", "xining-r1", "chengdong-r1", "chengdong-lejiawan-r1", "core-r1"]
    unit = Unit(("datong-r1", "xining-r1"), ("datong-up1",))
    waves = order(network, changes(names), [unit])
    assert [set(wave.devices) for wave in waves] == [
        {"chengdong-lejiawan-r1"}, {"chengdong-r1"}, {"datong-r1", "xining-r1"}, {"core-r1"},
    ]  # fmt: skip
    made = Plan("qinghai", waves, changes(names), units=(unit,))
    assert made.groups(waves[2]) == (unit.devices,)
    assert made.groups(waves[0]) == (("chengdong-lejiawan-r1",),)


def test_what_stands_in_for_a_part_of_a_unit_is_in_no_wave_with_it(network: Network) -> None:
    unit = Unit(("datong-r1", "xining-r1"), ("datong-up1",))
    waves = order(network, changes([*unit.devices, "xining-r2"]), [unit])
    assert len(waves) == 2


@given(networks(), st.data())
@settings(max_examples=40, deadline=None)
def test_no_unit_is_parted_and_no_other_stand_ins_meet(network: Network, data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from(sorted(network.circuits)), unique=True, max_size=3))
    joined: list[Unit] = []
    for name in lines:
        ends = {network.circuits[name].a.device, network.circuits[name].z.device}
        if not any(ends & {*unit.devices} for unit in joined):
            joined.append(Unit(tuple(sorted(ends)), (name,)))
    names = data.draw(st.lists(st.sampled_from(sorted(network.devices)), unique=True))
    made = order(network, changes([*dict.fromkeys([*names, *(n for u in joined for n in u.devices)])]), joined)
    assert all(_wave_of(made, unit.devices[0]) == _wave_of(made, unit.devices[1]) for unit in joined)
    apart, pairs = stand_ins(network), [{*unit.devices} for unit in joined]
    for wave in made:
        meeting = [pair for pair in combinations(wave.devices, 2) if pair[1] in apart[pair[0]]]
        assert all({*pair} in pairs for pair in meeting)
    depth = depths(network)
    level = {name: min(depth[n] for n in group) for group in _groups(made, joined) for name in group}
    order_of = [level[name] for wave in made for name in wave.devices]
    assert order_of == sorted(order_of, reverse=True)


def _wave_of(made: tuple[Wave, ...], device: str) -> int:
    return next(wave.number for wave in made if device in wave.devices)


def _groups(made: tuple[Wave, ...], joined: list[Unit]) -> list[tuple[str, ...]]:
    unit_of = {name: unit.devices for unit in joined for name in unit.devices}
    return [unit_of.get(name, (name,)) for wave in made for name in wave.devices]
