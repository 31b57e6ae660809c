"""Devices and roles: platforms, gateways, roles that contradict themselves."""

from __future__ import annotations

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.rules.world import World
from jbnet.model.findings import Place
from jbnet.platforms.registry import names


def check(world: World) -> None:
    """Report unknown platforms, roles that are watched without an agent, and gateways that nobody needs."""
    _check_roles(world)
    _check_platforms(world)
    _check_gateways(world)


def _check_roles(world: World) -> None:
    for name, item in world.declared.roles.items():
        _check_platform(item.decl.platform, item.at("platform"), world)
        if item.decl.monitored and item.decl.snmp is None:
            world.report.add("JB155", "devices of the role {role} are monitored and have no agent", item.place,
                             role=name)  # fmt: skip


def _check_platforms(world: World) -> None:
    declared = world.declared
    for section in (declared.sites, declared.archetypes, declared.locations, declared.peers):
        for item in section.values():
            for suffix, device in item.decl.devices.items():
                if device.platform is not None:
                    _check_platform(device.platform, item.at("devices", suffix, "platform"), world)


def _check_platform(platform: str, place: Place, world: World) -> None:
    if platform not in names():
        dangling(world.report, "platform", platform, list(names()), place, world.declared, "JB136")


def _check_gateways(world: World) -> None:
    equipped = {device.home for device in world.network.devices.values()}
    for name in world.network.sites:
        item = world.declared.sites[name]
        if item.decl.gateway is not None and name in equipped:
            world.report.add("JB289", "{name} has equipment of its own and names the gateway {gateway}",
                             item.at("gateway"), name=name, gateway=item.decl.gateway)  # fmt: skip
