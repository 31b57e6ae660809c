"""Databases and applications: that their hosts are servers left to recovery, and that they survive a place."""

from __future__ import annotations

from collections.abc import Iterable

from jbnet.inventory.declaration import Item
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.business import DatabaseDecl
from jbnet.model.business import Database, Replication
from jbnet.model.findings import Place
from jbnet.model.levels import DeviceKind


def check(world: World) -> None:
    """Report hosts that are no servers, copies at one place, applications that run nowhere or serve nothing."""
    _check_databases(world)
    used = {name for service in world.network.services.values() for name in service.applications}
    ports: dict[tuple[str, int], str] = {}
    for name, application in world.network.applications.items():
        item = world.declared.applications[name]
        if not application.hosts:
            world.report.add("JB146", "{name} runs nowhere", item.place, name=name)
        if name not in used:
            world.report.add("JB148", "no service uses the application {name}", item.place, name=name)
        _check_places(name, application.hosts, application.databases, world)
        for index, host in enumerate(application.hosts):
            _check_server(host, name, item.at("hosts", index), world)
            if application.port is not None:
                _check_port(host, application.port, name, ports, world)


def _check_databases(world: World) -> None:
    for name, database in world.network.databases.items():
        item = world.declared.databases[name]
        for key, host in zip(("primary", "standby", "local_standby"), database.hosts, strict=False):
            _check_server(host, name, item.at(key), world)
            _check_not_deployed(host, name, item.at(key), world)
        _check_local(database, item, world)
        homes = _homes((database.primary, database.standby), world)
        known = {database.primary, database.standby} & world.network.devices.keys()
        if len(homes) == 1 and len(known) == 2:
            world.report.add(
                "JB144", "primary and standby of {name} both stand in {home}", item.at("standby"), [item.at("primary")],
                name=name, home=next(iter(homes)),
            )  # fmt: skip
        said = item.decl.replication.model_fields_set  # nothing: what stands there is wrong, and was reported
        if said and database.replication is Replication.ASYNC and database.rpo_s == 0:
            world.report.add("JB151", "{name} may lose nothing and is copied asynchronously", item.at("rpo_s"),
                             [item.at("replication")], name=name)  # fmt: skip
        if database.replication.local and database.rpo_s == 0:
            world.report.add("JB151", "{name} may lose nothing and is copied asynchronously to {host}: the loss of its"
                             " site loses something", item.at("rpo_s"), [item.at("replication")], name=name,
                             host=database.standby)  # fmt: skip
        if database.replication is Replication.DEGRADE and database.rpo_s == 0:
            world.report.add("JB156", "{name} may lose nothing, and its commits go on without the standby",
                             item.at("rpo_s"), [item.at("replication")], name=name)  # fmt: skip


def _check_local(database: Database, item: Item[DatabaseDecl], world: World) -> None:
    """Report a local standby that stands elsewhere than the primary: commits would wait for a line."""
    devices, local = world.network.devices, database.local_standby
    if local is None or not devices.keys() >= {local, database.primary}:
        return
    home, wanted = devices[local].home, devices[database.primary].home
    if home != wanted and local != database.standby:
        world.report.add("JB158", "{host} stands in {home}, and the primary of {name} in {wanted}",
                         item.at("local_standby"), [item.at("primary")], name=database.name, host=local, home=home,
                         wanted=wanted)  # fmt: skip


def _homes(hosts: Iterable[str], world: World) -> set[str]:
    return {world.network.devices[host].home for host in hosts if host in world.network.devices}


def _check_server(host: str, name: str, place: Place, world: World) -> None:
    device = world.network.devices.get(host)
    role = world.network.roles.get(device.role) if device else None
    if role is not None and role.kind is not DeviceKind.SERVER:
        world.report.add("JB145", "{name} runs on {host}, whose role {role} is that of a router", place,
                         [role.place] if role.place else [], name=name, host=host, role=role.name)  # fmt: skip


def _check_not_deployed(host: str, name: str, place: Place, world: World) -> None:
    """Report a database's host that jbnet would deploy.

    Its service address runs and is never saved nor declared (ADR 12): a change of the whole configuration takes it
    away, one that is confirmed saves it, and the timer of a third puts it back behind a recovery that moved it.
    """
    device = world.network.devices.get(host)
    role = world.network.roles.get(device.role) if device else None
    if role is not None and role.managed:
        world.report.add("JB179", "{name} runs on {host}, whose role {role} is deployed by jbnet", place,
                         [role.place] if role.place else [], name=name, host=host, role=role.name)  # fmt: skip


def _check_places(name: str, hosts: tuple[str, ...], databases: tuple[str, ...], world: World) -> None:
    """Report an application at one place whose databases have a copy at another."""
    known = [world.network.databases[d] for d in databases if d in world.network.databases]
    copies = _homes([host for database in known for host in database.hosts], world)
    homes = _homes(hosts, world)
    if len(homes) == 1 and len(copies) > 1:
        world.report.add(
            "JB147", "{name} runs in {home} only; its databases stand in {places}",
            world.declared.applications[name].at("hosts"), name=name, home=next(iter(homes)),
            places=", ".join(sorted(copies)),
        )  # fmt: skip


def _check_port(host: str, port: int, name: str, ports: dict[tuple[str, int], str], world: World) -> None:
    other = ports.setdefault((host, port), name)
    if other != name:
        items = world.declared.applications
        world.report.add("JB149", "port {port} of {host} is that of {owner}", items[name].at("port"),
                         [items[other].at("port")], port=port, host=host, owner=other)  # fmt: skip
