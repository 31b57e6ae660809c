"""Agencies are kept apart: VRFs, VLANs and slots of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from jbnet.inventory.declaration import Item
from jbnet.inventory.rules.world import World

T = TypeVar("T")


def check(world: World) -> None:
    """Report VRFs and agencies that share what must be theirs alone, and VRFs that nobody uses."""
    declared = world.declared
    _unique(
        declared.vrfs, "vlan", lambda vrf: vrf.vlan, "JB244", "the VLAN {value} of {name} is that of {other}", world
    )
    _unique(declared.vrfs, "rd", lambda vrf: vrf.rd, "JB245",
            "the route distinguisher {value} of {name} is that of {other}", world)  # fmt: skip
    _unique(declared.agencies, "slot", lambda agency: agency.slot, "JB246",
            "the slot {value} of {name} is that of {other}", world)  # fmt: skip
    _unique(declared.agencies, "vrf", lambda agency: agency.vrf, "JB247",
            "{name} is in the VRF {value}, as is {other}", world)  # fmt: skip
    used = {agency.decl.vrf for agency in declared.agencies.values()}
    asn = str(world.network.asn)
    for name, vrf in declared.vrfs.items():
        if name not in used:
            world.report.add("JB248", "no agency uses the VRF {name}", vrf.place, name=name)
        if vrf.decl.rd.split(":")[0] != asn:
            world.report.add(
                "JB249", "the route distinguisher {rd} of {name} does not begin with the network's AS {asn}",
                vrf.at("rd"), rd=vrf.decl.rd, name=name, asn=asn,
            )  # fmt: skip


def _unique(
    items: Mapping[str, Item[T]], key: str, value: Callable[[T], object], code: str, template: str, world: World
) -> None:
    """Report each thing whose value of a key is another's."""
    seen: dict[object, Item[T]] = {}
    for name, item in items.items():
        other = seen.setdefault(value(item.decl), item)
        if other is not item:
            world.report.add(code, template, item.at(key), [other.at(key)],
                             name=name, other=other.name, value=value(item.decl))  # fmt: skip
