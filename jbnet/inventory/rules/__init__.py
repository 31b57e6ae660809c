"""What is judged once everything has been resolved: a module for each area, each with one ``check``.

Every rule looks at the resolved network and points at the declaration. Rules about reachability run only while
nothing else is wrong: what hangs on a circuit that was left out is no second finding.
"""

from __future__ import annotations

from jbnet.inventory.rules import (
    agencies,
    applications,
    authentication,
    contacts,
    diversity,
    dns,
    encryption,
    equipment,
    extranet,
    geography,
    lines,
    load,
    objectives,
    permissions,
    reach,
    routes,
    sharing,
    status,
    zones,
)
from jbnet.inventory.rules.world import World

_ALWAYS = (
    geography, contacts, status, equipment, lines, sharing, diversity, load, agencies, extranet, applications,
    objectives, zones, authentication, encryption, routes, permissions, dns,
)  # fmt: skip


def check(world: World) -> None:
    """Report everything that the rules of all areas find."""
    for area in _ALWAYS:
        area.check(world)
    if not world.report.has_errors:
        reach.check(world)
