"""What hosts are to run for the lease, as playbooks are told it: members of etcd, watchdogs of database hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.model.network import Device, Network
from jbnet.recovery.lease_plan import CLIENT_PORT, PEER_PORT, WATCHDOG_PORT, LeasePlan
from jbnet.services.database_cluster import Layout, own_addresses


def member_urls(network: Network, plan: LeasePlan) -> dict[str, str]:
    """Return where etcd's members are asked, by host."""
    return {host: _url(network, host, CLIENT_PORT) for host in plan.members if host in network.devices}


def guard_urls(network: Network) -> dict[str, str]:
    """Return where the watchdogs of database hosts answer, by host."""
    hosts = {host for found in network.databases.values() for host in (found.primary, found.standby)}
    return {host: _url(network, host, WATCHDOG_PORT) for host in sorted(hosts) if host in network.devices}


def lease_facts(network: Network, plan: LeasePlan | None, device: Device) -> dict[str, object] | None:
    """Return what a host is to run; None: it has no part in it."""
    databases = list(_databases(network, device))
    if plan is None or (device.name not in plan.members and not databases):
        return None
    own, addresses = _address(network, device.name), [str(address) for address in own_addresses(device)]
    facts: dict[str, object] = {"addresses": addresses}
    if device.name in plan.members:
        facts["etcd"] = {
            "name": device.name,
            "client": _url(network, device.name, CLIENT_PORT),
            "peer": _url(network, device.name, PEER_PORT),
            "cluster": ",".join(f"{host}={_url(network, host, PEER_PORT)}" for host in plan.members),
        }
    if databases:
        terms = plan.terms
        facts["watchdog"] = {
            "host": device.name,
            "members": member_urls(network, plan),
            "databases": databases,
            "listen": [own, WATCHDOG_PORT],
            "renew_s": terms.renew_s,
            "hold_s": terms.hold_s,
            "silence_s": terms.silence_s,
        }
    return facts


def lease_doors(network: Network, plan: LeasePlan | None, device: Device) -> Iterator[tuple[str, int, list[str]]]:
    """Yield what may come in for the lease: what it is, the port, from which addresses."""
    if plan is None:
        return
    holders = {host for found in network.databases.values() for host in (found.primary, found.standby)}
    if device.name in plan.members:
        yield "etcd", CLIENT_PORT, [str(network.supernet)]  # jbnet asks from wherever it runs; it shows a certificate
        yield "etcd members", PEER_PORT, _addresses(network, plan.members)
    if device.name in holders:
        yield "watchdogs", WATCHDOG_PORT, [str(network.supernet)]  # likewise: whoever asks shows a certificate


def _databases(network: Network, device: Device) -> Iterator[Mapping[str, object]]:
    layout = Layout()
    for found in network.databases.values():
        hosts = (found.primary, found.standby)
        if device.name in hosts and all(host in network.devices for host in hosts):
            others = {host: _url(network, host, WATCHDOG_PORT) for host in hosts if host != device.name}
            yield {"name": found.name, "port": found.port, "data": layout.data(found.name), "others": others}


def _url(network: Network, host: str, port: int) -> str:
    return f"https://{_address(network, host)}:{port}"


def _address(network: Network, host: str) -> str:
    """Return a host's stable address: its first."""
    return str(own_addresses(network.devices[host])[0])


def _addresses(network: Network, hosts: tuple[str, ...] | list[str]) -> list[str]:
    known = (network.devices[host] for host in hosts if host in network.devices)
    return [str(address) for device in known for address in own_addresses(device)]
