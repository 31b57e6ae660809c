"""Looking at names that may be moved, at all their servers side by side. Changes nothing."""

from __future__ import annotations

from functools import partial

from jbnet.model.network import Network
from jbnet.ports.names import NameServers
from jbnet.recovery.name_moves import NameSaid, trying
from jbnet.recovery.readiness import Result
from jbnet.recovery.readiness_names import NameLook, about_name
from jbnet.services.recover.side_by_side import Asked

LOOK_S = 5.0
"""For each of two rounds: what they say, then whether the primaries would take a change."""


def look_at_names(network: Network, servers: NameServers) -> tuple[Result, ...]:
    """Return what is to be said of all names. Never raises for a server that does not answer."""
    names = [(zone, name) for zone in network.dns.values() for name in zone.names.values()]
    doors = {(name.name, server): (zone, server) for zone, name in names for server in zone.servers}
    said = Asked({door: partial(servers.look, *where, door[0]) for door, where in doors.items()}, LOOK_S).answers()
    looks = [NameLook(zone, name, {server: said[name.name, server] for server in zone.servers}) for zone, name in names]
    tries = {look.name.name: partial(servers.update, look.zone, trying(look.first.records, look.name))
             for look in looks if isinstance(look.first, NameSaid)}  # fmt: skip
    tried = Asked(tries, LOOK_S).answers()
    whole = [NameLook(look.zone, look.name, look.said, tried.get(look.name.name)) for look in looks]
    return tuple(result for look in whole for result in about_name(look))
