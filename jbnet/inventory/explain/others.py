"""Where the values of locations and peers themselves come from."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.explain.fact import ITSELF, Fact, said
from jbnet.inventory.schema.inventory import LocationDecl, PeerDecl
from jbnet.model.network import Network
from jbnet.model.text import text


def location_facts(declared: Declaration, network: Network, item: Item[LocationDecl]) -> Iterator[Fact]:
    """Yield the values of a location."""
    for key in ("name_zh", "site"):
        yield Fact(item.name, key, said(getattr(item.decl, key)), item.at(key), ITSELF)
    block = network.locations[item.name].block
    if block is not None and declared.addresses is not None:
        place = declared.addresses.at("locations", item.name)
        yield Fact(item.name, "block", said(block), place, text("the address plan"))


def peer_facts(declared: Declaration, item: Item[PeerDecl]) -> Iterator[Fact]:
    """Yield the values of a peer."""
    for key in ("name_zh", "asn", "prefixes"):
        value = getattr(item.decl, key)
        if value not in (None, ()):
            yield Fact(item.name, key, said(value), item.at(key), ITSELF)
    block = declared.addresses.decl.peers.get(item.name) if declared.addresses is not None else None
    if block is not None and declared.addresses is not None:
        place = declared.addresses.at("peers", item.name)
        yield Fact(item.name, "block", said(block), place, text("the address plan"))
