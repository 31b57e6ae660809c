"""Routers with FRR in the place of those whose system no copy can run: what a copy runs there, before and after.

The plan that is carried out on a copy is the plan, in the same waves and units; the changes of such devices lead from
what stands in for what runs to what stands in for what would run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from jbnet.change.model import Change, Plan
from jbnet.change.rehearsal import Stead
from jbnet.config.lines import paths_of
from jbnet.config.ownership import aimed
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.config.shown import with_secrets_of
from jbnet.config.standin.reading import read
from jbnet.config.standin.standin import StandIn, stand_in
from jbnet.config.tree import Patch, diff
from jbnet.model.network import Device, Network
from jbnet.platforms.registry import LAB_PLATFORM
from jbnet.platforms.routing_facts import readable
from jbnet.ports import Blueprint, DeviceSessions

OSPF_DEAD_S = 40
"""How long OSPF takes a silent neighbour for alive where nobody said (RFC 2328, C.3; the same on all systems)."""


def needs_one(device: Device) -> bool:
    """Say whether another router can, and has to, stand in for a device."""
    return device.platform != LAB_PLATFORM and device.platform in readable()


@dataclass
class Steads:
    """The stand-ins of a copy, by device."""

    network: Network
    sessions: DeviceSessions
    found: dict[str, StandIn] = field(default_factory=dict)

    def take(self, device: Device, running: str, change: Change | None) -> str:
        """Find who stands in for a device that runs ``running``; return what that one runs before the plan.

        Raises TargetError where the device's ports have no names, or nothing compares its configurations.
        """
        rendered = render(self.network, device)
        known = with_secrets_of(device.platform, running, rendered)
        self.found[device.name] = made = stand_in(self.network, device, known, self._patch(device, known, change))
        return made.before

    def _patch(self, device: Device, running: str, change: Change | None) -> Patch:
        """Return what the plan does to the device; secrets stand by their names on both sides."""
        if change is None:
            return Patch()
        intended = with_secrets_of(device.platform, change.intended, render(self.network, device))
        goal = aimed(self.network, device, running, intended)
        return self.sessions.differ(device).compare(running, goal).patch

    def ports(self, name: str) -> Mapping[str, str]:
        """Return a stand-in's names of the device's ports; empty where nobody stands in."""
        return self.found[name].ports if name in self.found else {}

    def told(self) -> Mapping[str, Stead]:
        """Return how far the stand-ins are their devices."""
        return {
            name: Stead(self.network.devices[name].platform, made.unproved, made.untried, made.against)
            for name, made in self.found.items()
        }

    def plan(self, plan: Plan) -> Plan:
        """Return the plan for the copy."""
        changes = {
            name: _on_copy(change, self.found[name]) if name in self.found else change
            for name, change in plan.changes.items()
        }
        return replace(plan, changes=changes)


def _on_copy(change: Change, made: StandIn) -> Change:
    before, after = (tree(LAB_PLATFORM, config) for config in (made.before, made.after))
    return replace(
        change, diff=diff(before, after).lines(), before=before.fingerprint(), intended=made.after, source="",
        secrets=(),
    )  # fmt: skip


def slowest(blueprint: Blueprint) -> int:
    """Return the longest time in which OSPF notices on any line of a copy that a neighbour is gone, in seconds."""
    return max(_dead_intervals(blueprint), default=0)


def _dead_intervals(blueprint: Blueprint) -> Iterator[int]:
    for name, config in blueprint.configs.items():
        ports = read(LAB_PLATFORM, paths_of(LAB_PLATFORM, config)).ports
        ends = (end for c in blueprint.network.circuits.values() for end in (c.a, c.z) if end.device == name)
        for port in (ports[end.interface] for end in ends if end.interface in ports):
            if port.area is not None and not port.passive:
                yield port.dead or 4 * (port.hello or 0) or OSPF_DEAD_S
