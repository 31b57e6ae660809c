"""Databases and services: where they run, what they need, whom they serve."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.business import Application, Database, Objective, Service
from jbnet.model.levels import Level


def databases(declared: Declaration, devices: Collection[str], report: Report) -> dict[str, Database]:
    """Return the databases by name; report hosts, addresses and ports that do not fit."""
    ports: dict[tuple[str, int], Item[schema.DatabaseDecl]] = {}
    addresses: dict[object, Item[schema.DatabaseDecl]] = {}
    found: dict[str, Database] = {}
    for name, item in declared.databases.items():
        decl = item.decl
        _check_hosts(item, devices, declared, report)
        _check_local(item, declared, report)
        _check_address(item, declared, report)
        if decl.service_address in addresses:
            other = addresses[decl.service_address]
            report.add(
                "JB124", "{address} is that of {owner}", item.at("service_address"), [other.at("service_address")],
                address=decl.service_address, owner=other.name,
            )  # fmt: skip
        addresses.setdefault(decl.service_address, item)
        _check_ports(item, ports, report)
        known = decl.model_dump() | {"replication": decl.replication.mode}
        found[name] = Database(name, **known, place=item.place)
    return found


def _check_hosts(
    item: Item[schema.DatabaseDecl], devices: Collection[str], declared: Declaration, report: Report
) -> None:
    for key in ("primary", "standby", "local_standby"):
        host = getattr(item.decl, key)
        if host is not None and host not in devices:
            dangling(report, "device", host, devices, item.at(key), declared)
    if item.decl.primary == item.decl.standby:
        report.add(
            "JB142", "the standby of {name} is its primary {host}", item.at("standby"), [item.at("primary")],
            name=item.name, host=item.decl.primary,
        )  # fmt: skip


def _check_local(item: Item[schema.DatabaseDecl], declared: Declaration, report: Report) -> None:
    """Report a local standby that is one of the two others, that nothing waits for, or beside another to wait for."""
    decl, mode = item.decl, item.decl.replication
    if not mode.model_fields_set and declared.doubtful.isdisjoint(("sync-remote", "sync-local")):
        report.add("JB106", "the key {key} is missing", item.at("replication"), key="sync-remote")
    if mode.sync_local is not None and mode.sync_remote is not None:
        report.add(
            "JB157", "{name} declares two standbys to wait for: one of them would be enough, and none would have all",
            item.at("replication", "sync-remote"), [item.at("replication", "sync-local")], name=item.name,
        )  # fmt: skip
    if decl.local_standby is None:
        if mode.sync_local is not None:
            report.add("JB159", "{name} waits for a local standby and names none: local_standby is missing",
                       item.at("replication"), name=item.name)  # fmt: skip
        return
    if mode.sync_local is None:
        report.add("JB159", "nothing waits for the local standby {host} of {name}", item.at("local_standby"),
                   [item.at("replication")], name=item.name, host=decl.local_standby)  # fmt: skip
    for key in ("primary", "standby"):
        if decl.local_standby == getattr(decl, key):
            report.add("JB158", "{host} is a host of {name} already", item.at("local_standby"), [item.at(key)],
                       name=item.name, host=decl.local_standby)  # fmt: skip


def _check_address(item: Item[schema.DatabaseDecl], declared: Declaration, report: Report) -> None:
    if declared.addresses is not None and item.decl.service_address not in declared.addresses.decl.services:
        report.add(
            "JB140", "{address} of {name} lies outside the service prefix {prefix}", item.at("service_address"),
            [declared.addresses.at("services")], address=item.decl.service_address, name=item.name,
            prefix=declared.addresses.decl.services,
        )  # fmt: skip


def _check_ports(
    item: Item[schema.DatabaseDecl], ports: dict[tuple[str, int], Item[schema.DatabaseDecl]], report: Report
) -> None:
    hosts = (item.decl.primary, item.decl.standby, item.decl.local_standby)
    for host in dict.fromkeys(host for host in hosts if host is not None):
        other = ports.setdefault((host, item.decl.port), item)
        if other is not item:
            report.add(
                "JB141", "port {port} of {host} is that of {owner}", item.at("port"), [other.at("port")],
                port=item.decl.port, host=host, owner=other.name,
            )  # fmt: skip


def applications(declared: Declaration, devices: Collection[str], report: Report) -> dict[str, Application]:
    """Return the applications by name; report hosts and databases that are not declared."""
    found: dict[str, Application] = {}
    for name, item in declared.applications.items():
        decl = item.decl
        _check_names(item, "hosts", "device", devices, declared, report)
        _check_names(item, "databases", "database", declared.databases, declared, report)
        found[name] = Application(name, decl.name_zh, decl.hosts, decl.databases, decl.port, item.place)
    return found


def _check_names(
    item: Item[Any], key: str, kind: str, known: Collection[str], declared: Declaration, report: Report
) -> None:
    """Report each name of a list that is not among the known ones."""
    for index, name in enumerate(getattr(item.decl, key)):
        if name not in known:
            dangling(report, kind, name, known, item.at(key, index), declared)


def services(declared: Declaration, report: Report) -> dict[str, Service]:
    """Return the services by name; report what dangles and what loops."""
    found: dict[str, Service] = {}
    partners = {**declared.extranet, **declared.peers}
    for name, item in declared.services.items():
        decl = item.decl
        _check_names(item, "databases", "database", declared.databases, declared, report)
        _check_names(item, "applications", "application", declared.applications, declared, report)
        _check_names(item, "needs", "service", declared.services, declared, report)
        _check_names(item, "peers", "partner", partners, declared, report)
        found[name] = Service(
            name=name,
            name_zh=decl.name_zh,
            databases=decl.databases,
            needs=decl.needs,
            levels=tuple(Level(level) for level in decl.levels),
            applications=decl.applications,
            peers=decl.peers,
            objective=_objective(decl.objective),
            place=item.place,
        )
    _report_loops(found, declared, report)
    return found


def _objective(decl: schema.ObjectiveDecl | None) -> Objective:
    return Objective(decl.rto_s, decl.rpo_s, decl.availability) if decl is not None else Objective()


def _report_loops(found: dict[str, Service], declared: Declaration, report: Report) -> None:
    """Report loops of needs, each at its first service in name order; a service is named in one loop only."""
    for loop in _loops({name: service.needs for name, service in found.items()}):
        first = loop.index(min(loop))
        way = [*loop[first:], *loop[:first]]
        report.add(
            "JB143", "services need each other in a loop: {services}", declared.services[way[0]].at("needs"),
            [declared.services[other].at("needs") for other in way[1:]], services=" > ".join([*way, way[0]]),
        )  # fmt: skip


def _loops(needs: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Yield loops that have no service in common (depth-first search; every need is followed once)."""
    done: set[str] = set()
    told: set[str] = set()
    for start in sorted(needs):
        way: dict[str, Iterator[str]] = {start: iter(needs[start])} if start not in done else {}
        while way:
            name, rest = next(reversed(way.items()))
            needed = next(rest, None)
            if needed is None:
                way.pop(name)
                done.add(name)
            elif needed in way:
                loop = list(way)
                loop = loop[loop.index(needed) :]
                if told.isdisjoint(loop):
                    told.update(loop)
                    yield loop
            elif needed in needs and needed not in done:
                way[needed] = iter(needs[needed])
