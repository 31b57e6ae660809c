"""What servers are to run, for playbooks: derived from the declared applications, databases and management.

It comes under ``jbnet`` in Ansible's inventory, beside the facts that every device has. No secret is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network

from jbnet.inventory.exchange.ansible import ACCOUNT, ours
from jbnet.model.levels import DeviceKind
from jbnet.model.network import Application, Device, Network
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.lease_plan import LeasePlan
from jbnet.services.backup_facts import backup_doors, backup_facts
from jbnet.services.database_accounts import CLIENT, set_up_template
from jbnet.services.database_cluster import Layout, cluster, own_addresses
from jbnet.services.database_settings import (
    access_rules,
    conninfo,
    follower_settings,
    leader_settings,
    server_settings,
    waits_for,
)
from jbnet.services.lease_facts import lease_doors, lease_facts

DATABASE_OWNER = "postgres"
SYSTEMD = "systemd"
DIRECT = "direct"
"""No service manager: daemons are started by their own commands (the lab)."""
BFD_PORTS = (3784, 3785, 4784)
"""RFC 5881, RFC 5883."""


def enriched(
    listed: Mapping[str, object],
    network: Network,
    *,
    lab: bool,
    lease: LeasePlan | None = None,
    backups: BackupsPlan | None = None,
) -> dict[str, object]:
    """Return Ansible's inventory with groups by what devices are for, and with what servers are to run.

    ``lab``: hosts have no service manager. ``lease``, ``backups``: as the recovery plan declares them.
    """
    found = dict(listed)
    meta = found["_meta"]
    variables = dict(meta["hostvars"]) if isinstance(meta, dict) else {}
    groups: dict[str, list[str]] = {}
    for device in ours(network):
        own = dict(variables[device.name])
        own["jbnet"] = {**own["jbnet"], **device_facts(network, device, lease, backups)}
        own["service_manager"] = DIRECT if lab else SYSTEMD
        variables[device.name] = own
        for group in (*_groups(network, device), *(["lease"] if own["jbnet"].get("lease") else ())):
            groups.setdefault(group, []).append(device.name)
    every = {name: {"hosts": hosts} for name, hosts in groups.items()}
    top = found["all"]
    children = [*(top["children"] if isinstance(top, dict) else ()), *every]
    return {**found, "_meta": {"hostvars": variables}, "all": {"children": children}, **every}


def device_facts(
    network: Network, device: Device, lease: LeasePlan | None = None, backups: BackupsPlan | None = None
) -> dict[str, object]:
    """Return what a device is, and what it is to run where it is a server."""
    own: dict[str, object] = {"kind": _kind(network, device).value, "device_type": _type(network, device)}
    if _kind(network, device) is DeviceKind.SERVER:
        own |= server_facts(network, device, lease, backups)
    return own


def server_facts(
    network: Network, device: Device, lease: LeasePlan | None = None, backups: BackupsPlan | None = None
) -> dict[str, object]:
    """Return what a server is to run: access, time, filters, applications, databases, its part in the lease."""
    management = network.management
    servers = management.ntp if management else ()
    serves = bool(_own(device) & set(servers))
    databases = list(_databases(network, device))
    doors = (*lease_doors(network, lease, device), *backup_doors(network, backups, device))
    return {
        "accounts": [ACCOUNT, *([DATABASE_OWNER] if databases else [])],
        "banner": management.banner if management else None,
        "ntp": {
            "servers": [] if serves else [str(address) for address in servers],
            "serves": [str(network.supernet)] if serves else [],
        },
        "firewall": [
            *_firewall(network, device),
            *(_rule(what, "tcp", (port,), sources) for what, port, sources in doors),
        ],
        "lease": lease_facts(network, lease, device),
        "backups": backup_facts(network, backups, device),
        "applications": [_application(network, found) for found in _applications(network, device)],
        "databases": databases,
    }


def _kind(network: Network, device: Device) -> DeviceKind:
    role = network.roles.get(device.role)
    return role.kind if role is not None else DeviceKind.ROUTER


def _type(network: Network, device: Device) -> str | None:
    role = network.roles.get(device.role)
    return device.device_type or (role.device_type if role else None)


def _groups(network: Network, device: Device) -> Iterator[str]:
    yield "servers" if _kind(network, device) is DeviceKind.SERVER else "routers"
    if next(_applications(network, device), None) is not None:
        yield "applications"
    if any(device.name in db.hosts for db in network.databases.values()):
        yield "databases"


def _applications(network: Network, device: Device) -> Iterator[Application]:
    return (found for found in network.applications.values() if device.name in found.hosts)


def _application(network: Network, found: Application) -> dict[str, object]:
    databases = [network.databases[name] for name in found.databases if name in network.databases]
    return {
        "name": found.name,
        "port": found.port,
        "databases": [
            {"name": db.name, "address": str(db.service_address), "port": db.port, "account": CLIENT}
            for db in databases
        ],
    }


def _databases(network: Network, device: Device) -> Iterator[dict[str, object]]:
    """Yield each cluster on a host: the variables of the role ``postgres``, without the passwords."""
    layout = Layout()
    for declared in network.databases.values():
        if device.name not in declared.hosts or not network.devices.keys() >= set(declared.hosts):
            continue
        here = cluster(network, declared.name, device.name)
        data = layout.data(declared.name)
        leads = declared.primary == device.name
        own = leader_settings(waits_for(here)) if leads else follower_settings(here, layout)
        yield {
            "name": declared.name,
            "port": declared.port,
            "leads": leads,
            "machine": device.name,
            "others": [name for name in declared.hosts if name != device.name],
            "programs": layout.programs,
            "data": data,
            "log": layout.log(declared.name),
            "keeper": layout.keeper if declared.replication.waits else "",
            "sockets": layout.root,
            "passfile": layout.passfile,
            "archive_settings": layout.archive_settings(declared.name),
            "files": {
                f"{data}/postgresql.conf": server_settings(here, layout),
                f"{data}/pg_hba.conf": access_rules(here),
            },
            "role_files": {f"{data}/jbnet-role.conf": own},
            "source": "" if leads else conninfo(here, layout),
            "set_up": set_up_template(here) if leads else "",
        }


def _firewall(network: Network, device: Device) -> Iterator[dict[str, object]]:
    """Yield what may come in: ``ports`` None for a protocol without them; ``sources`` empty: from everywhere."""
    everybody = [str(network.supernet)]
    management = network.management
    logins = [str(prefix) for prefix in (management.logins_from if management else ())]
    yield _rule("ssh", "tcp", (22,), logins)
    yield _rule("ospf", "ospf", (), [])
    yield _rule("bfd", "udp", BFD_PORTS, everybody)
    if management is not None and management.snmp is not None:
        managers = management.snmp.managers
        yield _rule("snmp", "udp", (161,), _sources(network, managers))
        if _own(device) & set(managers):
            yield _rule("snmp traps", "udp", (162,), everybody)
    if management is not None and _own(device) & set(management.ntp):
        yield _rule("ntp", "udp", (123,), everybody)
    if management is not None and _own(device) & set(management.syslog):
        yield _rule("syslog", "udp", (514,), everybody)
    for declared in network.databases.values():
        if device.name in declared.hosts:
            yield _rule(f"database {declared.name}", "tcp", (declared.port,), everybody)
    for found in _applications(network, device):
        if found.port is not None:
            yield _rule(f"application {found.name}", "tcp", (found.port,), [*everybody, *_partners(network, found)])


def _rule(what: str, protocol: str, ports: tuple[int, ...], sources: list[str]) -> dict[str, object]:
    return {"what": what, "protocol": protocol, "ports": list(ports), "sources": sources}


def _own(device: Device) -> set[IPv4Address]:
    return set(own_addresses(device))


def _sources(network: Network, managers: tuple[IPv4Address, ...]) -> list[str]:
    """Return all addresses of the devices that managers are: a poll leaves by the address of the line it takes."""
    found: dict[IPv4Address, None] = dict.fromkeys(managers)
    for device in network.devices.values():
        own = own_addresses(device)
        if set(own) & set(managers):
            found |= dict.fromkeys(own)
    return [str(IPv4Network(address)) for address in found]


def _partners(network: Network, found: Application) -> list[str]:
    """Return the prefixes of partners that use a service which this application is part of."""
    served = {name for name, service in network.services.items() if found.name in service.applications}
    prefixes = (p for peer in network.peers.values() if served & set(peer.services) for p in peer.prefixes)
    return sorted({str(prefix) for prefix in prefixes})
