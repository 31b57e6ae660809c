"""The administrative tree as the pictures lay it out: prefectures in columns, counties in cells, townships in rows.

Sites that skip a level (a county straight below the province) stand in a column, cell or row without a head.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jbnet.model.network import Level, Network, Site


@dataclass(frozen=True, slots=True)
class Row:
    """A township and its communities."""

    site: Site | None
    communities: tuple[Site, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A county and its townships."""

    site: Site | None
    rows: tuple[Row, ...] = ()

    @property
    def townships(self) -> int:
        """Return how many townships it has."""
        return sum(row.site is not None for row in self.rows)

    @property
    def communities(self) -> int:
        """Return how many communities it has."""
        return sum(len(row.communities) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Column:
    """A prefecture and its counties."""

    site: Site | None
    cells: tuple[Cell, ...] = ()


Children = Mapping[str | None, tuple[Site, ...]]


def children_of(network: Network) -> Children:
    """Return the sites below each site, in the order of the declaration."""
    found: dict[str | None, list[Site]] = {}
    for site in network.sites.values():
        found.setdefault(site.parent, []).append(site)
    return {parent: tuple(sites) for parent, sites in found.items()}


def homes_of(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return the devices of each home, gateways aside."""
    found: dict[str, list[str]] = {}
    for device in network.devices.values():
        found.setdefault(device.home, []).append(device.name)
    return {home: tuple(devices) for home, devices in found.items()}


def columns(network: Network) -> tuple[Column, ...]:
    """Return all sites but provinces; each stands in exactly one column, cell or row."""
    children = children_of(network)
    heads = [column(children, s) for s in network.sites.values() if s.level is Level.PREFECTURE]
    provinces = [s for s in network.sites.values() if s.level is Level.PROVINCE]
    direct = [Column(None, _cells(children, province)) for province in provinces]
    return (*heads, *(found for found in direct if found.cells))


def column(children: Children, prefecture: Site) -> Column:
    """Return a prefecture with all below it."""
    return Column(prefecture, _cells(children, prefecture))


def cell(children: Children, county: Site) -> Cell:
    """Return a county with all below it."""
    return Cell(county, _rows(children, county))


def _cells(children: Children, above: Site) -> tuple[Cell, ...]:
    counties = [cell(children, s) for s in children.get(above.name, ()) if s.level is Level.COUNTY]
    loose = _rows(children, above)
    return (*counties, Cell(None, loose)) if loose else tuple(counties)


def _rows(children: Children, above: Site) -> tuple[Row, ...]:
    below = children.get(above.name, ())
    townships = [
        Row(s, tuple(c for c in children.get(s.name, ()) if c.level is Level.COMMUNITY))
        for s in below
        if s.level is Level.TOWNSHIP
    ]
    loose = tuple(s for s in below if s.level is Level.COMMUNITY)
    return (*townships, Row(None, loose)) if loose else tuple(townships)


def subtree(children: Children, top: Site) -> Iterator[Site]:
    """Yield a site and all below it, top down."""
    yield top
    for child in children.get(top.name, ()):
        yield from subtree(children, child)


def count_levels(sites: Iterable[Site]) -> Mapping[Level, int]:
    """Return how many sites there are at each level."""
    found = dict.fromkeys(Level, 0)
    for site in sites:
        found[site.level] += 1
    return found
