"""Devices and roles: platforms, gateways, roles that contradict themselves."""

from __future__ import annotations

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.rules.world import World
from jbnet.model.equipment import Device
from jbnet.model.findings import Place
from jbnet.platforms.registry import names, platform


def check(world: World) -> None:
    """Report unknown platforms, roles watched without an agent, gateways that nobody needs, boxes in two places."""
    _check_roles(world)
    _check_platforms(world)
    _check_gateways(world)
    _check_serials(world)
    _check_agents(world)


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


def _check_serials(world: World) -> None:
    """Report a serial number that stands at two devices: one box is in one place."""
    first: dict[str, Device] = {}
    for device in world.network.devices.values():
        other = first.setdefault(device.serial, device) if device.serial is not None else device
        if other is not device:
            world.report.add(
                "JB261", "{device} and {other} have the same serial number {serial}", device.place,
                [other.place] if other.place else [], device=device.name, other=other.name, serial=device.serial,
            )  # fmt: skip


def _check_agents(world: World) -> None:
    """Report, once a role, routers that are watched by SNMP and get no agent: nobody is declared who may ask them."""
    management = world.network.management
    if world.declared.doubtful or (management is not None and management.snmp is not None and management.snmp.managers):
        return  # or what could not be read may name them
    for name, item in world.declared.roles.items():
        role = item.decl
        bare = [d for d in world.network.devices.values() if d.role == name and _has_agent(d.platform)]
        if role.managed and role.monitored and role.snmp is not None and bare:
            related = [management.place] if management is not None and management.place is not None else []
            world.report.add(
                "JB298", "devices of the role {role} are asked by SNMP {version} and get no agent: no managers are "
                "declared; such devices: {count}", item.at("snmp"), related, role=name, version=role.snmp,
                count=len(bare),
            )  # fmt: skip


def _has_agent(name: str) -> bool:
    """Say whether the configurations of a platform bring up its agent."""
    return name in names() and any(section.needs == "snmp" for section in platform(name).sections)
