"""What a probe is tried on: devices by role, and what is declared to run on them. A new device needs no step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device, Network, Status
from jbnet.monitor.probing import Probe, ProbeKind, Target

DATABASE_BEHIND_S = 30.0
"""How far a standby may be behind where the objective allows no loss at all: commits wait for it, a look does not."""


@dataclass(frozen=True, slots=True)
class Places:
    """On whom a probe is tried, by name. A service stands for its applications."""

    roles: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()


def targets_of(network: Network, probe: Probe, places: Places, port: int | None = None) -> Iterator[Target]:
    """Yield what a probe is tried on. ``port``: in place of the declared one."""
    for device in network.devices.values():
        if device.role in places.roles and _in_use(network, device):
            yield from _at(probe, device, "", port or 0)
    for name in dict.fromkeys((*places.applications, *_applications(network, places.services))):
        application = network.applications[name]
        for host in application.hosts:
            if port or application.port:
                yield from _at(probe, network.devices[host], name, port or application.port or 0)
    for name in dict.fromkeys(places.databases):
        yield from _database(network, probe, name, port)
    for name in dict.fromkeys(places.peers):
        yield from _peer(network, probe, name, port or 0)


def _in_use(network: Network, device: Device) -> bool:
    site = network.sites.get(device.home)
    return site is None or site.status is Status.ACTIVE


def _at(probe: Probe, device: Device, part: str, port: int) -> Iterator[Target]:
    """Yield a target at the first address of a device, as soon as it has one."""
    for address in management_addresses(device)[:1]:
        yield Target(probe, device.name, part, str(address), port, (device.name,))


def _applications(network: Network, services: Iterable[str]) -> Iterator[str]:
    for service in services:
        yield from network.services[service].applications


def _database(network: Network, probe: Probe, name: str, port: int | None) -> Iterator[Target]:
    """Yield a database at its service address, where whoever leads answers."""
    database = network.databases[name]
    hosts = tuple(dict.fromkeys((database.primary, database.standby)))
    behind = probe.behind_s or database.rpo_s or DATABASE_BEHIND_S
    addresses = management_addresses(network.devices[database.standby])
    standby = str(addresses[0]) if addresses and probe.kind is ProbeKind.SQL else ""
    known = (str(database.service_address), port or database.port, hosts)
    waits = probe.kind is ProbeKind.SQL and database.replication.waits
    yield Target(probe, database.primary, name, *known, standby=standby, behind_s=behind, waits=waits)


def _peer(network: Network, probe: Probe, name: str, port: int) -> Iterator[Target]:
    """Yield the routers of a peer, at the far end of each session: they stand or fall with ours."""
    for session in network.bgp_sessions:
        if session.peer == name:
            yield Target(probe, session.device, f"{name}:{session.circuit}", str(session.peer_address), port,
                         (session.device,))  # fmt: skip
