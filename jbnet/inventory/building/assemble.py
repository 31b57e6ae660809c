"""From what is declared to the nouns that carry it: sites, locations, peers, roles, carriers."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.inventory.building.agencies import contact_of
from jbnet.inventory.building.homes import Home
from jbnet.inventory.declaration import Declaration, SiteItem
from jbnet.model.business import Peer
from jbnet.model.equipment import Role
from jbnet.model.levels import DeviceKind, Level, Status
from jbnet.model.lines import Carrier
from jbnet.model.places import Location, Site
from jbnet.model.traffic import Video


def site(item: SiteItem, home: Home) -> Site:
    """Return a site as it is once its archetype has been applied."""
    decl = item.decl
    return Site(
        name=item.name,
        name_zh=decl.name_zh,
        level=item.level,
        code=decl.code,
        parent=item.parent,
        status=Status(home.status),
        phase=home.phase,
        lon=decl.lon,
        lat=decl.lat,
        address=decl.address,
        contact=contact_of(decl.contact),
        opening_hours=home.opening_hours,
        demand=home.demand,
        archetype=home.archetype,
        block=home.space.block if home.space else None,
        own=home.space.own if home.space else None,
        place=item.place,
        gateway=decl.gateway,
    )


def locations(declared: Declaration, homes: Mapping[str, Home]) -> dict[str, Location]:
    """Return the locations by name."""
    found: dict[str, Location] = {}
    for name, item in declared.locations.items():
        home = homes.get(name)
        block = home.space.block if home and home.space else None
        found[name] = Location(name, item.decl.name_zh, item.decl.site, block, item.place)
    return found


def upstream_peers(declared: Declaration) -> dict[str, Peer]:
    """Return the peers that are declared one by one: those above us."""
    return {
        name: Peer(name, item.decl.name_zh, item.decl.asn, item.decl.prefixes, place=item.place)
        for name, item in declared.peers.items()
    }


def roles(declared: Declaration) -> dict[str, Role]:
    """Return the roles by name."""
    return {
        name: Role(
            name,
            decl.managed,
            decl.monitored,
            decl.snmp,
            DeviceKind(decl.kind),
            decl.platform,
            decl.device_type,
            place=item.place,
        )
        for name, item in declared.roles.items()
        for decl in (item.decl,)
    }


def video(declared: Declaration) -> Video | None:
    """Return the class of video conferences, if there is one."""
    item = declared.traffic
    decl = item.decl.video if item else None
    if item is None or decl is None:
        return None
    return Video(decl.dscp, decl.percent, tuple(Level(level) for level in decl.levels), item.key_at("video"))


def carriers(declared: Declaration) -> dict[str, Carrier]:
    """Return the carriers by name."""
    return {n: Carrier(n, item.decl.name_zh, item.decl.phone, item.place) for n, item in declared.carriers.items()}
