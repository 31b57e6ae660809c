"""What keeps agencies and partners apart needs: a port at their gateway, and a VLAN of their own."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.inventory.rules.world import World
from jbnet.model.findings import Place
from jbnet.platforms.registry import names, platform

LAST_VLAN = 499
"""The highest id by which a filter can be numbered (``jbnet.config.zones``)."""


def check(world: World) -> None:
    """Report gateways without ports for them, VLANs that are too high, and VLANs that are shared."""
    if world.declared.hardware is None:
        return
    _check_ports(world)
    _check_announced(world)
    _check_numbers(world)
    _check_shared(world)


def _lines(world: World) -> Iterator[tuple[str, str, str, Place | None]]:
    """Yield gateway, use of the port, name and place of every metro line."""
    for premises in world.network.premises.values():
        if premises.line is not None:
            yield premises.line.device, "agencies", premises.name, premises.place
    for peer in world.network.peers.values():
        if peer.line is not None:
            yield peer.line.device, "extranet", peer.name, peer.place


def _check_ports(world: World) -> None:
    for gateway, use, name, place in _lines(world):
        device = world.network.devices.get(gateway)
        kind = world.network.device_types.get(device.device_type or "") if device else None
        if device is None or kind is None or device.platform not in names() or not platform(device.platform).zones:
            continue
        if not kind.ports.get(use):
            world.report.add(
                "JB227", "{device} has no port for {name}: its type {type} has none of the use {use}", place,
                [kind.place] if kind.place else [], device=gateway, name=name, type=kind.name, use=use,
            )  # fmt: skip


def _check_announced(world: World) -> None:
    """Report partners whose networks nobody hears of: their gateway does not stand in the backbone area."""
    backbone = world.declared.routing.decl.areas.backbone if world.declared.routing else None
    for peer in world.network.peers.values():
        device = world.network.devices.get(peer.line.device) if peer.line is not None else None
        if device is None or not peer.prefixes or any(port.area == backbone for port in device.interfaces):
            continue
        world.report.add("JB239", "the networks of {name} are not announced beyond {device}, its gateway", peer.place,
                         name=peer.name, device=device.name)  # fmt: skip


def _check_numbers(world: World) -> None:
    for name, item in world.declared.extranet.items():
        if item.decl.vlan is None:
            world.report.add("JB228", "{name} has no VLAN, so its lines have no port", item.place, name=name)
    for name, vlan, place in _vlans(world):
        if vlan > LAST_VLAN:
            world.report.add("JB228", "the VLAN {vlan} of {name} is above {limit}: no filter has its number", place,
                             vlan=vlan, name=name, limit=LAST_VLAN)  # fmt: skip


def _vlans(world: World) -> Iterator[tuple[str, int, Place]]:
    for name, vrf in world.declared.vrfs.items():
        yield name, vrf.decl.vlan, vrf.at("vlan")
    for name, kind in world.declared.extranet.items():
        if kind.decl.vlan is not None:
            yield name, kind.decl.vlan, kind.at("vlan")


def _check_shared(world: World) -> None:
    """Report kinds of partners that share a VLAN; VRFs that share one are reported as such (JB244)."""
    owners: dict[int, tuple[str, Place]] = {}
    kinds = set(world.declared.extranet)
    for name, vlan, place in _vlans(world):
        other = owners.setdefault(vlan, (name, place))
        if other[0] != name and name in kinds:
            world.report.add("JB229", "the VLAN {vlan} of {name} is that of {other}", place, [other[1]],
                             vlan=vlan, name=name, other=other[0])  # fmt: skip
