"""Ports of lines downwards: a number once given is never moved, and nobody has another's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jbnet.inventory.building.port_numbers import numbered, recorded, render
from jbnet.model.network import Device, Interface, InterfaceKind

LINES = st.sets(st.integers(1, 999), max_size=12)


def device(lines: set[int]) -> dict[str, Device]:
    ports = [Interface(f"d{line:03}-1", InterfaceKind.CIRCUIT) for line in lines]
    own = Interface("lo", InterfaceKind.LOOPBACK), Interface("up1", InterfaceKind.CIRCUIT)
    return {"r1": Device("r1", "r", "r", "core", "vrp8", None, (*own, *ports), device_type="box")}


@given(LINES, LINES)
def test_adding_and_removing_neighbours_moves_no_other(before: set[int], after: set[int]) -> None:
    first = numbered(device(before), {}).record
    for prune in (False, True):
        then = numbered(device(after), first, prune=prune).record.get("r1", {})
        for line in before & after:
            assert then[f"d{line:03}-1"] == first["r1"][f"d{line:03}-1"]


@given(LINES, LINES)
def test_every_line_has_a_number_that_no_other_has(before: set[int], after: set[int]) -> None:
    own = numbered(device(after), numbered(device(before), {}).record).record.get("r1", {})
    assert {f"d{line:03}-1" for line in after} <= own.keys()
    assert len(set(own.values())) == len(own)


@given(LINES)
def test_without_gaps_the_numbers_begin_at_one_and_the_order_of_the_declaration_is_nothing(lines: set[int]) -> None:
    found = numbered(device(lines), {}).record
    assert sorted(found.get("r1", {}).values()) == list(range(1, len(lines) + 1))
    reverse = {"r1": device(lines)["r1"]}
    object.__setattr__(reverse["r1"], "interfaces", tuple(reversed(reverse["r1"].interfaces)))
    assert numbered(reverse, {}).record == found


@given(LINES)
def test_the_record_is_read_back_as_it_was_written(lines: set[int]) -> None:
    record = numbered(device(lines), {}).record
    assert recorded(render(record)) == record


def test_uplinks_and_loopbacks_need_no_number() -> None:
    assert numbered(device(set()), {}).record == {}


def test_a_device_of_no_type_gets_no_numbers() -> None:
    bare = Device("r1", "r", "r", "core", "frr", None, (Interface("d1-1", InterfaceKind.CIRCUIT),))
    assert numbered({"r1": bare}, {}).record == {}
