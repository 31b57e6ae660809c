"""Where the values of permissions come from: what is written, and what the ends by name come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.explain.fact import DEFAULT, ITSELF, Fact, said
from jbnet.inventory.schema.permissions import PermissionDecl
from jbnet.model.business import Application, Peer, Premises
from jbnet.model.network import Device, Network
from jbnet.model.permissions import Permission
from jbnet.model.text import Text, text

_Meant = Device | Peer | Premises


def permission_facts(declared: Declaration, network: Network, permission: Permission) -> Iterator[Fact]:
    """Yield the values of a permission; below each end, the prefixes of whoever is meant by it."""
    item = declared.permissions[permission.name]
    for key, end in (("from", permission.source), ("to", permission.target)):
        yield Fact(item.name, key, end, item.at(key), ITSELF)
        for meant, source in _meant(network, end):
            if prefixes := _prefixes(meant):
                yield Fact(item.name, f"{key} ({meant.name})", said(prefixes), meant.place, source)
    for key in ("protocol", "port", "until", "reason"):
        if key == "port" and "port" not in item.decl.model_fields_set:
            yield from _usual_port(item, network.applications.get(permission.target), permission.port)
        elif key in item.decl.model_fields_set:
            yield Fact(item.name, key, said(getattr(item.decl, key)), item.at(key), ITSELF)
        else:
            yield Fact(item.name, key, said(getattr(item.decl, key)), None, DEFAULT)


def _usual_port(item: Item[PermissionDecl], application: Application | None, port: int | None) -> Iterator[Fact]:
    """Yield the port that an application has; none where any is meant."""
    if application is not None and port is not None:
        yield Fact(item.name, "port", str(port), application.place, text("application {name}", name=application.name))


def _meant(network: Network, end: str) -> Iterator[tuple[_Meant, Text]]:
    """Yield who is meant by a name, and through what: as itself, or through its kind, its agency, what it runs."""
    application = network.applications.get(end)
    for host in application.hosts if application is not None else (end,):
        if host in network.devices:
            yield network.devices[host], text("application {name}", name=end) if application else text("device")
    for peer in network.peers.values():
        if peer.line is not None and end in (peer.name, peer.kind):
            yield peer, text("partner") if end == peer.name else text("kind of partner {name}", name=end)
    for premises in network.premises.values():
        if end in (premises.name, premises.agency):
            yield premises, text("premises") if end == premises.name else text("agency {name}", name=end)


def _prefixes(meant: _Meant) -> Sequence[IPv4Network]:
    """Return the prefixes of somebody: a device's is its loopback, a partner's its link and what is behind it."""
    if isinstance(meant, Device):
        return () if meant.loopback is None else (IPv4Network(meant.loopback),)
    if isinstance(meant, Premises):
        return (meant.prefix,)
    link = meant.line.prefix if meant.line is not None else None
    return (*(() if link is None else (link,)), *meant.prefixes)
