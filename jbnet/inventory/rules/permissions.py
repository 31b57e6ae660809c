"""Permissions: what they come to, and whether their day is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from jbnet.inventory.rules.martians import martian
from jbnet.inventory.rules.world import World
from jbnet.model.findings import Finding, Severity
from jbnet.model.network import Network
from jbnet.model.permissions import Permission
from jbnet.model.text import text

SOON = timedelta(days=14)
"""So long before its end a permission is told: time to ask for another, or to take it away."""


def check(world: World) -> None:
    """Report ports where the protocol has none, and permissions that let through nobody, oneself or everybody."""
    for name, permission in world.network.permissions.items():
        item = world.declared.permissions[name]
        _check_target(world, permission)
        if item.decl.port is not None and permission.protocol in ("ip", "icmp"):
            world.report.add("JB411", "{name}: {protocol} has no ports", item.at("port"), name=name,
                             protocol=permission.protocol)  # fmt: skip
        for key, prefixes in (("from", permission.sources), ("to", permission.targets)):
            if not prefixes:
                world.report.add("JB412", "{name} lets nobody through: {end} has no address", item.at(key), name=name,
                                 end=getattr(item.decl, "from_" if key == "from" else key))  # fmt: skip


def _check_target(world: World, permission: Permission) -> None:
    """Report what may be reached that is nobody else's, everybody's, or nowhere."""
    place = world.declared.permissions[permission.name].at("to")
    if _to_oneself(world.network, permission):
        world.report.add("JB415", "{name} lets {end} reach itself", place, name=permission.name,
                         end=permission.source)  # fmt: skip
    for prefix in permission.targets:
        block = martian(prefix)
        if block is not None:
            world.report.add("JB409", "no router sends on what goes to {prefix}: it lies in {block}", place,
                             prefix=prefix, block=block)  # fmt: skip
        if prefix.supernet_of(world.network.supernet) and permission.port is None and permission.protocol != "icmp":
            world.report.add(
                "JB416", "{name} lets {end} reach everything by {protocol}, on any port: {prefix} holds all of"
                " {supernet}", place, name=permission.name, end=permission.source, protocol=permission.protocol,
                prefix=prefix, supernet=world.network.supernet,
            )  # fmt: skip


def _to_oneself(network: Network, permission: Permission) -> bool:
    """Say whether both ends are one; of a kind of partners one may be let reach another."""
    if permission.source == permission.target:
        return True
    is_one = permission.source in network.peers or permission.source in network.premises
    inside = [any(prefix.subnet_of(one) for one in permission.sources) for prefix in permission.targets]
    return is_one and bool(inside) and all(inside)


def ended(network: Network, today: date) -> Iterator[Finding]:
    """Yield the permissions whose last day is over, and those that it comes near to."""
    for name, permission in network.permissions.items():
        until = permission.until.isoformat()
        if permission.until < today:
            said = text("the permission {name} ended on {until} and still opens filters", name=name, until=until)
            yield Finding("JB413", Severity.ERROR, said, permission.place)
        elif permission.until - today <= SOON:
            said = text("the permission {name} ends on {until}", name=name, until=until)
            yield Finding("JB414", Severity.WARNING, said, permission.place)
