"""Looking at everything a recovery needs, side by side: servers, addresses, fences, applications. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from jbnet.model.errors import JbnetError
from jbnet.model.network import Application, Database, Network
from jbnet.model.text import text
from jbnet.ports import DatabaseServers, Fence, PortProber, RouteControl, ServiceLooks
from jbnet.recovery.expand import Binding
from jbnet.recovery.forecast import finished
from jbnet.recovery.observed import NOT_ASKED, DatabaseLook, RingLook, Server, ServerLook, ServiceLook, Unseen
from jbnet.recovery.readiness import Result
from jbnet.recovery.readiness_around import Door, Port, Practice, about_application
from jbnet.recovery.replay import Entry
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.side_by_side import Asked

LOOK_S = 12.0
"""Seconds for a round. What is well answers within one; a host that is dead costs its own time-out, beside the rest."""
SHARE = 0.7
"""Of a round: what the two servers of a database have for their first answer."""
CLIENT_S = 3.0
KNOCK_S = 2.0

V = TypeVar("V")

Filtered = Mapping[str, bool | None]
"""By router: whether anything of a fence is left there."""


@dataclass(frozen=True)
class Sight:
    """What is looked through."""

    network: Network
    servers: DatabaseServers
    fence: Fence
    routes: RouteControl
    clients: ServiceLooks
    ports: PortProber


def look_at(sight: Sight, names: Sequence[str], seconds: float = LOOK_S) -> tuple[DatabaseLook, ...]:
    """Look at databases and at what is around them. Never raises for something that does not answer."""
    chosen = [sight.network.databases[name] for name in names]
    hosts = tuple(dict.fromkeys(host for d in chosen for host in d.hosts))
    servers = Asked({host: partial(sight.servers.look, host, _on(host, chosen)) for host in hosts}, seconds * SHARE)
    clients = Asked({d.name: partial(_client, sight, d) for d in chosen}, seconds)
    announced = Asked({host: partial(_announced, sight, host, chosen) for host in hosts}, seconds)
    fences, beside = _Fences(sight, chosen, seconds), _Beside(sight, chosen, seconds)
    looks = _asked_again(sight, [_pair(d, servers.answers()) for d in chosen], seconds * (1 - SHARE))
    moved = [look.database for look in looks if look.leader != look.database.primary]
    other_way = _Fences(sight, moved, seconds, moved=True)
    return tuple(
        replace(
            look,
            service=clients.answers()[look.database.name],
            announced={host: _one(seen, look.database.name) for host, seen in announced.answers().items()},
            rings={
                look.leader: (other_way if look.database in moved else fences).rings(look.database),
                **beside.rings(look.database),
            },
            filters={look.follower: (other_way if look.database in moved else fences).filters(look.database)},
        )
        for look in looks
    )


def _on(host: str, chosen: Sequence[Database]) -> tuple[str, ...]:
    return tuple(d.name for d in chosen if host in d.hosts)


def _pair(database: Database, servers: Mapping[str, Mapping[str, ServerLook] | Unseen]) -> DatabaseLook:
    """Return a database with what both its hosts said, and nothing else yet."""
    seen: dict[str, Server] = {}
    for host in database.hosts:
        said = servers[host]
        seen[host] = said if isinstance(said, Unseen) else said.get(database.name, Unseen(text("it said nothing")))
    members = {host: member_name(host) for host in seen}
    local = seen[database.local_standby] if database.local_standby is not None else NOT_ASKED
    return DatabaseLook(database, seen[database.primary], seen[database.standby], members, local=local)


def _asked_again(sight: Sight, looks: Sequence[DatabaseLook], seconds: float) -> list[DatabaseLook]:
    """Ask followers again how far they got, now that their leaders have answered: what they lack of then is lag."""
    wanted: dict[str, list[str]] = {}
    for look in looks:
        for host in _followers(look):
            follower = look.at(host)
            if len(look.leaders) == 1 and isinstance(follower, ServerLook) and follower.answers:
                wanted.setdefault(host, []).append(look.database.name)
    asked = Asked({host: partial(sight.servers.received, host, names) for host, names in wanted.items()}, seconds)
    found = asked.answers()
    return [
        replace(look, received_after={host: _one(found[host], look.database.name) for host in _followers(look)
                                      if look.database.name in wanted.get(host, ())})
        for look in looks
    ]  # fmt: skip


def _followers(look: DatabaseLook) -> tuple[str, ...]:
    return tuple(host for host in look.database.hosts if host != look.leader)


def _client(sight: Sight, database: Database) -> ServiceLook:
    return sight.clients.identity(database.name, str(database.service_address), CLIENT_S)


def _announced(sight: Sight, host: str, chosen: Sequence[Database]) -> Mapping[str, bool]:
    """Ask one host for all addresses, one after another: over one connection that is faster than over many."""
    return {d.name: sight.routes.announces(str(d.service_address), host) for d in chosen}


def _one(seen: Mapping[str, V] | Unseen, name: str) -> V | None:
    return None if isinstance(seen, Unseen) else seen.get(name)


class _Fences:
    """The fences around leaders, from every vantage, and what is left of them around followers, asked directly.

    ``moved``: the declared standby leads. The databases of a host are asked about one after another, as above.
    """

    def __init__(self, sight: Sight, chosen: Sequence[Database], seconds: float, *, moved: bool = False):
        around = {d.name: (d.standby, d.primary) if moved else (d.primary, d.standby) for d in chosen}
        leaders, followers = (_by_host({name: hosts[side] for name, hosts in around.items()}) for side in (0, 1))
        self._rings = Asked({host: partial(sight.fence.rings, host, names) for host, names in leaders.items()}, seconds)
        self._left = Asked(
            {host: partial(sight.fence.remains, host, names) for host, names in followers.items()}, seconds
        )

    def rings(self, database: Database) -> tuple[RingLook, ...]:
        """Return the rings around a database's leader; none where they could not be read."""
        for seen in self._rings.answers().values():
            if not isinstance(seen, Unseen) and database.name in seen:
                return seen[database.name]
        return ()

    def filters(self, database: Database) -> Filtered:
        """Return what routers around a database's follower say; nothing where they could not be asked."""
        for seen in self._left.answers().values():
            if not isinstance(seen, Unseen) and database.name in seen:
                return seen[database.name]
        return {}


class _Beside:
    """The fences around local standbys: a failover wants them proved as well as the leader's."""

    def __init__(self, sight: Sight, chosen: Sequence[Database], seconds: float):
        hosts = _by_host({d.name: d.local_standby for d in chosen if d.local_standby is not None})
        self._rings = Asked({host: partial(sight.fence.rings, host, names) for host, names in hosts.items()}, seconds)

    def rings(self, database: Database) -> Mapping[str, tuple[RingLook, ...]]:
        """Return the rings by the local standby's host; nothing where a database has none."""
        host = database.local_standby
        if host is None:
            return {}
        seen = self._rings.answers()[host]
        return {host: () if isinstance(seen, Unseen) else seen.get(database.name, ())}


def _by_host(hosts: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    return {host: tuple(name for name in hosts if hosts[name] == host) for host in dict.fromkeys(hosts.values())}


def look_at_applications(sight: Sight, names: Sequence[str], leading: str, following: str) -> tuple[Result, ...]:
    """Knock at the applications of databases, at both sites (locations), and ask what runs there.

    Those without a port cannot be knocked at.
    """
    wanted = [a for a in sight.network.applications.values() if a.port is not None and set(a.databases) & set(names)]
    doors = [(host, app.port) for app in wanted for host in _hosts(sight.network, app) if app.port is not None]
    met = Asked({door: partial(_behind, sight, *door) for door in doors}, 2 * KNOCK_S + 1).answers()
    return tuple(about_application(app.name, _sites(sight.network, app, met), leading, following) for app in wanted)


def _behind(sight: Sight, host: str, port: int) -> Door:
    """Knock at one port; where it opens ask what runs behind it."""
    found = sight.ports.knock(host, port, KNOCK_S)
    return Door(found, sight.ports.release(host, port, KNOCK_S) if found == Port.OPEN else None)


def _hosts(network: Network, app: Application) -> list[str]:
    return [host for host in app.hosts if host in network.devices]


def _sites(
    network: Network, app: Application, met: Mapping[tuple[str, int], Door | Unseen]
) -> Mapping[str, Mapping[str, Door]]:
    """Return what each host of an application met, by its site."""
    sites: dict[str, dict[str, Door]] = {}
    for host in _hosts(network, app):
        said = met.get((host, app.port or 0))
        sites.setdefault(network.devices[host].home, {})[host] = said if isinstance(said, Door) else Door(Port.SILENT)
    return sites


@dataclass(frozen=True)
class NoClient:
    """Implements ServiceLooks where nobody can log in as a client: why, is what each look says."""

    why: JbnetError

    def identity(self, database: str, address: str, timeout: float) -> ServiceLook:
        """Raise why."""
        raise self.why


def bindings(databases: Sequence[Database]) -> list[Binding]:
    """Return what fills in a runbook's braces, the database that must be back first before others."""
    return [
        {"database": d.name, "primary": d.primary, "standby": d.standby, "service_address": str(d.service_address),
         "port": d.port}
        for d in sorted(databases, key=lambda database: database.rto_s)
    ]  # fmt: skip


def last_done(journals: Iterable[Sequence[Entry]], runbooks: Collection[str]) -> Practice | None:
    """Return the newest execution of one of the runbooks that is done; None: there is none."""
    ends = [done for done in map(finished, journals) if done is not None and done.runbook in runbooks]
    last = max(ends, key=lambda done: done.ended, default=None)
    return Practice(last.ended, f"{last.runbook} {last.execution}") if last is not None else None
