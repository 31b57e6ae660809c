"""Permissions: what they come to, and whether their day is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from jbnet.inventory.rules.world import World
from jbnet.model.findings import Finding, Severity
from jbnet.model.network import Network
from jbnet.model.text import text

SOON = timedelta(days=14)
"""So long before its end a permission is told: time to ask for another, or to take it away."""


def check(world: World) -> None:
    """Report ports where the protocol has none, and permissions that let nobody through."""
    for name, permission in world.network.permissions.items():
        item = world.declared.permissions[name]
        if item.decl.port is not None and permission.protocol in ("ip", "icmp"):
            world.report.add("JB411", "{name}: {protocol} has no ports", item.at("port"), name=name,
                             protocol=permission.protocol)  # fmt: skip
        for key, prefixes in (("from", permission.sources), ("to", permission.targets)):
            if not prefixes:
                world.report.add("JB412", "{name} lets nobody through: {end} has no address", item.at(key), name=name,
                                 end=getattr(item.decl, "from_" if key == "from" else key))  # fmt: skip


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
