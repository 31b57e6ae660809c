"""Whom a failure touches: sites cut off, sites that lost their redundancy, lines running on backup, services."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from jbnet.model.network import Network
from jbnet.topology.graph import FailureSet, Graph, build, expand, fail
from jbnet.topology.paths import Uplink, protected, reach, uplinks


@dataclass(frozen=True, slots=True)
class ServiceImpact:
    """A business service and the number of sites that can no longer use it."""

    name: str
    sites: int


@dataclass(frozen=True, slots=True)
class Impact:
    """What a failure means. All names are in the order of the declaration.

    ``cut_off``: sites none of whose devices has a path to the core any more. ``degraded``: sites still
    connected that lost a device or their redundancy. ``on_backup``: sites, locations and peers that are now
    reached over a backup line and were not before. ``others``: locations and peers cut off. ``devices``:
    devices without a path, the failed ones included. What had no path before is in none of them.
    """

    cut_off: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    on_backup: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    services: tuple[ServiceImpact, ...] = ()


def impact(
    network: Network, failure: FailureSet, *, graph: Graph | None = None, leaders: Mapping[str, str] | None = None
) -> Impact:
    """Return the impact of a failure on the network as ``graph`` has it (default: everything works).

    ``leaders`` says which device serves each database today (default: the declared primary).
    Raises UsageError for unknown names.
    """
    before = graph or build(network)
    after = fail(before, expand(network, failure))
    lost = reach(before, before.roots) - reach(after, after.roots)
    weakened = lost | (protected(before) - protected(after))
    homes = homes_of(network)
    cut = [home for home, devices in homes.items() if devices and lost.issuperset(devices)]
    worse = [home for home, devices in homes.items() if home not in cut and weakened.intersection(devices)]
    cut_sites = tuple(home for home in cut if home in network.sites)
    return Impact(
        cut_off=cut_sites,
        degraded=tuple(home for home in worse if home in network.sites),
        on_backup=moved_to_backup(homes, uplinks(before), uplinks(after)),
        others=tuple(home for home in cut if home not in network.sites),
        devices=tuple(device for device in network.devices if device in lost),
        services=touched(network, cut_sites, lost, leaders=leaders),
    )


def homes_of(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return the devices housed by each site, location and peer that houses any."""
    found: dict[str, list[str]] = {}
    for device in network.devices.values():
        found.setdefault(device.home, []).append(device.name)
    return {home: tuple(devices) for home, devices in found.items()}


def touched(
    network: Network,
    cut_sites: Iterable[str],
    lost_devices: Collection[str],
    *,
    leaders: Mapping[str, str] | None = None,
) -> tuple[ServiceImpact, ...]:
    """Return the services that sites can no longer use: the site is cut off, or a database's host is lost."""
    serving = {db.name: (leaders or {}).get(db.name, db.primary) for db in network.databases.values()}
    lost = {name for name, device in serving.items() if device in lost_devices}
    equipped = {d.site for d in network.devices.values() if d.site == d.home}
    cut = set(cut_sites)
    found = []
    for service in network.services.values():
        whole = bool(lost.intersection(_databases(network, service.name)))
        users = [s for s in (equipped if whole else cut) if network.sites[s].level in service.levels]
        if users:
            found.append(ServiceImpact(service.name, len(users)))
    return tuple(found)


def _databases(network: Network, service: str) -> set[str]:
    """Return all databases that a service needs, those of the services it needs included."""
    seen: set[str] = set()
    todo = [service]
    while todo:
        name = todo.pop()
        if name not in seen and name in network.services:
            seen.add(name)
            todo.extend(network.services[name].needs)
    return {db for name in seen for db in network.services[name].databases}


def moved_to_backup(
    homes: Mapping[str, tuple[str, ...]], before: Mapping[str, Uplink], after: Mapping[str, Uplink]
) -> tuple[str, ...]:
    """Return the homes whose best way in is a backup line now and was not before."""
    return tuple(h for h, devices in homes.items() if _on_backup(devices, after) and not _on_backup(devices, before))


def _on_backup(devices: tuple[str, ...], tree: Mapping[str, Uplink]) -> bool:
    """Say whether the best way into a home is a backup line."""
    best = min((tree[d] for d in devices if d in tree), key=lambda u: u.distance, default=None)
    return best is not None and best.edge is not None and best.edge.backup
