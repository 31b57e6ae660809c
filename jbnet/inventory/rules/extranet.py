"""Partners: what they may use, and that their networks are told apart."""

from __future__ import annotations

from jbnet.inventory.rules.world import World
from jbnet.model.business import Peer


def check(world: World) -> None:
    """Report partners that may use nothing, services whose partners may not use them, and networks that overlap."""
    _check_kinds(world)
    _check_services(world)
    _check_prefixes(world)


def _check_kinds(world: World) -> None:
    for name, item in world.declared.extranet.items():
        if not item.decl.services:
            world.report.add("JB258", "partners of the kind {kind} may use no service", item.place, kind=name)


def _check_services(world: World) -> None:
    allowed = {name: frozenset(kind.decl.services) for name, kind in world.declared.extranet.items()}
    for name, service in world.declared.services.items():
        for index, peer in enumerate(service.decl.peers):
            kind = world.declared.extranet.get(peer)
            if kind is not None and name not in allowed[peer]:
                world.report.add(
                    "JB257", "{service} exchanges data with {kind}, whose partners may not use it",
                    service.at("peers", index), [kind.at("services")], service=name, kind=peer,
                )  # fmt: skip


def _check_prefixes(world: World) -> None:
    """Report networks of partners that overlap each other's. One sweep over the sorted prefixes."""
    used = sorted(
        ((prefix, peer) for peer in world.network.peers.values() for prefix in peer.prefixes),
        key=lambda entry: (int(entry[0].network_address), entry[0].prefixlen, entry[1].name),
    )
    widest: tuple[int, Peer] | None = None
    for prefix, peer in used:
        if widest is not None and int(prefix.network_address) <= widest[0]:
            there = widest[1].place
            world.report.add("JB259", "{prefix} of {name} overlaps {other}", peer.place, [there] if there else [],
                             prefix=prefix, name=peer.name, other=widest[1].name)  # fmt: skip
        end = int(prefix.broadcast_address)
        widest = (end, peer) if widest is None or end > widest[0] else widest
