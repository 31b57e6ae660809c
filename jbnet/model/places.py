"""Where things are: sites of five levels, and locations inside them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.model.findings import Place
from jbnet.model.levels import Level, Status


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or desk to call."""

    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """An administrative unit: province, prefecture, county, township or community.

    ``code`` is GB/T 2260 down to the county, the statistical division code below; always text.
    ``name`` is ASCII and unique, for devices and DNS. ``parent`` (a site's name) is administrative:
    it decides rights and reports, never how the site is homed. ``block`` is everything allocated
    to the site and to those below it; ``own`` is the part the site itself uses.
    ``archetype`` names what carries its devices and circuits (None: no equipment of its own). ``gateway`` is the
    device on which the lines of a site without equipment end.
    ``status`` ``planned`` and ``register`` sites are declared in full, but not deployed, polled or counted as
    reachable. ``address`` is the postal one; ``opening_hours`` is written as in OpenStreetMap's key of that name
    ("Mo-Fr 08:30-17:30"). ``demand`` is the busy-hour traffic in Mbit/s that the site's own users exchange with
    the data centres, those of sites below it not included.
    """

    name: str
    name_zh: str
    level: Level
    code: str
    parent: str | None
    status: Status = Status.ACTIVE
    phase: int = 1
    lon: float | None = None
    lat: float | None = None
    address: str | None = None
    contact: Contact | None = None
    opening_hours: str | None = None
    demand: float = 0.0
    archetype: str | None = None
    block: IPv4Network | None = None
    own: IPv4Network | None = None
    place: Place | None = None
    gateway: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A data centre, the backbone core or the NOC: lies in a site and is not counted as one."""

    name: str
    name_zh: str
    site: str
    block: IPv4Network | None = None
    place: Place | None = None
