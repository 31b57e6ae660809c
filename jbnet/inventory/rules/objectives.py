"""Services: that what they promise is no more than what they need can keep."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.inventory.declaration import Item
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.inventory import ServiceDecl
from jbnet.model.business import Objective, Service
from jbnet.model.findings import Place


def check(world: World) -> None:
    """Report promises that databases or needed services cannot keep, and services that stand on nothing."""
    worked_on = {name: frozenset(app.databases) for name, app in world.network.applications.items()}
    for name, service in world.network.services.items():
        item = world.declared.services[name]
        _check_parts(service, item, worked_on, world)
        for database in (world.network.databases.get(one) for one in service.databases):
            if database is not None:
                limits = Objective(database.rto_s, database.rpo_s)
                _compare(service, item, database.name, limits, database.place, "JB255", world)
        for needed in (world.network.services.get(one) for one in service.needs):
            if needed is not None:
                _compare(service, item, needed.name, needed.objective, needed.place, "JB256", world)


def _check_parts(
    service: Service, item: Item[ServiceDecl], worked_on: Mapping[str, frozenset[str]], world: World
) -> None:
    if not (service.databases or service.applications or service.needs):
        world.report.add("JB252", "{name} needs nothing: no failure would touch it", item.place, name=service.name)
    if not world.network.applications:
        return
    if service.databases and not service.applications:
        world.report.add("JB253", "{name} uses databases and has no application", item.place, name=service.name)
    reached = frozenset().union(*(worked_on.get(name, ()) for name in service.applications))
    for index, database in enumerate(service.databases if service.applications else ()):
        if database not in reached and database in world.network.databases:
            world.report.add(
                "JB254", "{name} needs the database {database}, which none of its applications works on",
                item.at("databases", index), name=service.name, database=database,
            )  # fmt: skip


def _compare(
    service: Service,
    item: Item[ServiceDecl],
    other: str,
    limits: Objective,
    there: Place | None,
    code: str,
    world: World,
) -> None:
    """Report each promise of a service that is stricter than that of what it needs."""
    ours = service.objective
    for key in ("rto_s", "rpo_s", "availability"):
        promised, kept = getattr(ours, key), getattr(limits, key)
        if promised is None or kept is None:
            continue
        if promised > kept if key == "availability" else promised < kept:
            world.report.add(
                code, "{name} promises {key} {promised}; {other}, which it needs, {kept}", item.at("objective", key),
                [there] if there else [], name=service.name, key=key, promised=f"{promised:g}", other=other,
                kept=f"{kept:g}",
            )  # fmt: skip
