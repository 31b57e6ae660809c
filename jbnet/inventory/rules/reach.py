"""Whether every device hangs on the network at all."""

from __future__ import annotations

from jbnet.inventory.rules.world import World
from jbnet.model.levels import CircuitRole, Level, Status


def check(world: World) -> None:
    """Report what nothing reaches: sites without equipment, backups without a main line, devices in the air."""
    _check_sites(world)
    for home, circuits in world.uplinks.items():
        if all(circuit.role is CircuitRole.BACKUP for circuit in circuits):
            world.report.add("JB238", "{name} has a backup and no main line", world.at(circuits[0], "role"), name=home)
    _check_groups(world)


def _check_sites(world: World) -> None:
    equipped = {device.home for device in world.network.devices.values()}
    for name, site in world.network.sites.items():
        item = world.declared.sites[name]
        served = name in equipped or item.decl.gateway is not None or site.level is Level.PROVINCE
        if not served and site.status is Status.ACTIVE:
            world.report.add("JB137", "{name} is in use and has no equipment", item.place, name=name)


def _check_groups(world: World) -> None:
    """Report devices without a circuit, and groups of devices that no circuit joins to the largest one."""
    groups = sorted(_groups(world), key=len, reverse=True)
    for group in groups[1:]:
        first = world.network.devices[group[0]]
        if len(group) == 1:
            world.report.add("JB138", "{device} has no circuit: nothing reaches it", first.place, device=first.name)
        else:
            world.report.add(
                "JB139", "{device} and what hangs on it ({count} devices) cannot be reached from {other}", first.place,
                device=first.name, count=len(group), other=groups[0][0],
            )  # fmt: skip


def _groups(world: World) -> list[list[str]]:
    """Return the devices by connected group, each in the order of the declaration (union-find, halving paths)."""
    lead = {name: name for name in world.network.devices}

    def find(name: str) -> str:
        while lead[name] != name:
            lead[name] = lead[lead[name]]
            name = lead[name]
        return name

    for circuit in world.network.circuits.values():
        lead[find(circuit.a.device)] = find(circuit.z.device)
    groups: dict[str, list[str]] = {}
    for name in lead:
        groups.setdefault(find(name), []).append(name)
    return list(groups.values())
