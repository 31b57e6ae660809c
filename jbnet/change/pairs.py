"""Who has to reach what in the copy of a network, and who is to blame for a pair that was lost. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from jbnet.change.rehearsal import Lost, Pair, Target
from jbnet.model.network import Device, InterfaceKind, Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

DATABASE = "database"


def sources(network: Network) -> Mapping[str, str]:
    """Return who asks, and from which address: that of its site's own network, or else its loopback.

    Routers of peers only answer: an answer has found the way there and back.
    """
    own = {d.name: [*_lans(d).values(), *_loopback(network, d)] for d in network.devices.values()}
    return {n: found[0] for n, found in own.items() if found and network.devices[n].home not in network.peers}


def targets(network: Network) -> tuple[Target, ...]:
    """Return what is asked for: every device, every network of a site's own, the service address of every database."""
    found = []
    for device in network.devices.values():
        found += [Target(device.name, device.name, address) for address in _loopback(network, device)]
        found += [Target(f"{device.name} {port}", device.name, address) for port, address in _lans(device).items()]
    for database in network.databases.values():
        found.append(Target(f"{DATABASE} {database.name}", database.primary, str(database.service_address)))
    return tuple(found)


def wanted(network: Network, asking: Iterable[str], asked: Sequence[Target]) -> frozenset[Pair]:
    """Return the pairs between which packets pass when everything runs as declared: the forecast of it."""
    forecaster, nothing = Forecaster(network, demand={}), FailureSet()
    reached = {name: forecaster.reached(name, nothing) for name in asking}
    return frozenset(
        Pair(name, target.name)
        for name, devices in reached.items()
        for target in asked
        if target.device != name and target.device in devices
    )


def blame(
    lost: Collection[Pair],
    committed: Mapping[Pair, Sequence[str]],
    hosts: Mapping[str, str],
    above: Mapping[str, Iterable[str]],
) -> tuple[Lost, ...]:
    """Return the lost pairs, each with the device that did it.

    ``committed`` are the devices of the wave that had been changed when the pair was lost, in their order; ``hosts``
    gives the device of a target, ``above`` the next devices on each device's ways up. The end of a pair that lost
    more pairs is the sick one; to blame is the nearest changed device on its way up, else on the other end's, else
    the one that was changed last.
    """
    counts: dict[str, int] = {}
    for pair in lost:
        for end in (pair.source, hosts[pair.target]):
            counts[end] = counts.get(end, 0) + 1
    found = []
    for pair in sorted(lost):
        changed = committed.get(pair, ())
        ends = sorted((pair.source, hosts[pair.target]), key=lambda end: -counts[end])
        near = [name for end in ends if (name := _nearest(end, changed, above))]
        found.append(Lost(pair, (near or list(changed[-1:]) or [""])[0]))
    return tuple(found)


def by_sick_end(pairs: Iterable[Pair]) -> Mapping[str, tuple[str, ...]]:
    """Return lost pairs as people see them: who lost most, with whom; then who lost most of the rest, and so on.

    A device stands for its site's own networks too.
    """
    left, found = {(pair.source, _owner(pair.target)) for pair in pairs}, dict[str, tuple[str, ...]]()
    while left:
        partners: dict[str, set[str]] = {}
        for one, other in left:
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
        sick = min(partners, key=lambda end: (-len(partners[end]), end))
        found[sick] = tuple(sorted(partners[sick]))
        left = {ends for ends in left if sick not in ends}
    return found


def _owner(target: str) -> str:
    """Return the device whose network a target is; a database is one by itself."""
    name = target.partition(" ")[0]
    return target if name == DATABASE else name


def _nearest(begin: str, changed: Sequence[str], above: Mapping[str, Iterable[str]]) -> str | None:
    """Return the first of the changed devices on the way up."""
    seen = [begin]
    for name in seen:  # grows while it is gone through
        if name in changed:
            return name
        seen += [up for up in above.get(name, ()) if up not in seen]
    return None


def _loopback(network: Network, device: Device) -> list[str]:
    return [str(device.loopback)] if device.loopback is not None and device.home not in network.peers else []


def _lans(device: Device) -> dict[str, str]:
    """Return the addresses of a site's own networks by port."""
    ports = ((p.name, p.address) for p in device.interfaces if p.kind is InterfaceKind.LAN)
    return {name: str(address.ip) for name, address in ports if address is not None}
