"""From topology/routing.yaml to the keys by which routers know each other."""

from __future__ import annotations

from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.schema.authentication import OspfKeysDecl
from jbnet.inventory.schema.inventory import RoutingFile
from jbnet.model.authentication import Algorithm, Authentication, OspfKeys, RoutingKey

TOP = "authentication"


def authentication(declared: Declaration) -> Authentication | None:
    """Return the declared keys, None where there are none."""
    item = declared.routing
    if item is None:
        return None
    decl = item.decl.authentication
    if not (decl.ospf or decl.bgp.internal or decl.bgp.peers):
        return None
    ospf = tuple(_keys(item, index, found) for index, found in enumerate(decl.ospf))
    return Authentication(ospf, decl.bgp.internal, decl.bgp.peers, item.key_at(TOP))


def _keys(item: Item[RoutingFile], index: int, decl: OspfKeysDecl) -> OspfKeys:
    return OspfKeys(
        algorithms=tuple(Algorithm(name) for name in decl.algorithms),
        keys=tuple(RoutingKey(key.id, key.secret) for key in decl.keys),
        areas=decl.areas,
        carriers=decl.carriers,
        underlays=decl.underlays,
        media=decl.media,
        place=item.at(TOP, "ospf", index),
    )
