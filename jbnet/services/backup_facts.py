"""What database hosts are to run for the one repository of backups, as playbooks are told it."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.network import Device, Network
from jbnet.recovery.backups_plan import PORT, BackupsPlan
from jbnet.services.database_cluster import own_addresses


def backup_facts(network: Network, plan: BackupsPlan | None, device: Device) -> dict[str, object] | None:
    """Return a database host's part in it; None: it has none, or each host has a repository of its own.

    ``peers`` are the hosts that it talks with: all others at the repository's host, that one at the others; the
    ``databases`` of each are what that host may ask for here.
    """
    holders = _holders(network)
    if plan is None or device.name not in holders or plan.repository not in network.devices:
        return None
    here = device.name == plan.repository
    return {
        "here": here,
        "repository": plan.repository,
        "address": _address(network, device.name),
        "port": PORT,
        "hours": plan.hours,
        "keep": plan.keep,
        "queue_mb": plan.queue_mb,
        "encrypted": plan.encrypted,
        "peers": [
            {"name": host, "address": _address(network, host), "databases": _shared(network, device.name, host)}
            for host in (holders if here else [plan.repository])
            if host != device.name
        ],
    }


def backup_doors(network: Network, plan: BackupsPlan | None, device: Device) -> Iterator[tuple[str, int, list[str]]]:
    """Yield what may come in for it: the hosts that it talks with, from any of their own addresses."""
    holders = _holders(network)
    if plan is None or device.name not in holders or plan.repository not in network.devices:
        return
    others = [h for h in (holders if device.name == plan.repository else [plan.repository]) if h != device.name]
    yield "backups", PORT, [str(address) for host in others for address in own_addresses(network.devices[host])]


def _holders(network: Network) -> list[str]:
    found = dict.fromkeys(host for database in network.databases.values() for host in database.hosts)
    return [host for host in found if host in network.devices]


def _shared(network: Network, one: str, other: str) -> list[str]:
    return [found.name for found in network.databases.values() if {one, other} <= set(found.hosts)]


def _address(network: Network, host: str) -> str:
    """Return a host's stable address: its first."""
    return str(own_addresses(network.devices[host])[0])
