"""What services stand on: the devices that must be reached, and the peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.model.network import Network


@dataclass(frozen=True, slots=True)
class ServiceImpact:
    """A business service and the number of sites that can no longer use it."""

    name: str
    sites: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What a service needs: of every group of ``hosts`` one must be reached, of every group of ``peers`` too."""

    hosts: tuple[tuple[str, ...], ...] = ()
    peers: tuple[tuple[str, ...], ...] = ()


def leading(network: Network, leaders: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """Return the host that serves each database (default: the declared primary)."""
    return {db.name: (leaders or {}).get(db.name, db.primary) for db in network.databases.values()}


def needs_of(network: Network, leaders: Mapping[str, str] | None = None) -> Mapping[str, Needs]:
    """Return the needs of every service, those of the services that it needs included.

    A database needs the host that leads it; an application any one of its hosts, and its databases; a kind of
    partners any one partner of that kind.
    """
    serving = leading(network, leaders)
    return {name: _needs(network, name, serving) for name in network.services}


def _needs(network: Network, service: str, serving: Mapping[str, str]) -> Needs:
    chain = [network.services[name] for name in _closure(network, service)]
    applications = [network.applications[a] for s in chain for a in s.applications if a in network.applications]
    databases = [d for s in chain for d in s.databases] + [d for a in applications for d in a.databases]
    groups: list[tuple[str, ...]] = [(serving[d],) for d in databases if d in serving]
    groups += [a.hosts for a in applications if a.hosts]
    peers = [_partners(network, wanted) for s in chain for wanted in s.peers]
    return Needs(tuple(dict.fromkeys(groups)), tuple(dict.fromkeys(group for group in peers if group)))


def _closure(network: Network, service: str) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    todo = [service]
    while todo:
        name = todo.pop()
        if name not in seen and name in network.services:
            seen[name] = None
            todo.extend(network.services[name].needs)
    return tuple(seen)


def _partners(network: Network, wanted: str) -> tuple[str, ...]:
    if wanted in network.peers:
        return (wanted,)
    return tuple(peer.name for peer in network.peers.values() if peer.kind == wanted)
