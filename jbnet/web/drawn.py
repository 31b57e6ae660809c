"""The map and the tree of places, drawn once for a network: what changes is told by name afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from jbnet.model.levels import Level, Status
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.projection import Bounds, fit
from jbnet.topology.diagrams.spots import Rank, Spot, apart, spots

if TYPE_CHECKING:
    from jbnet.model.network import Network, Site
    from jbnet.topology.diagrams.outline import Outline

Sees = Callable[[str], bool]
Named = Callable[[str], str]
AREA = Box(10, 10, 1180, 760)
RADII = {Rank.CORE: 12.0, Rank.CENTRE: 10.0, Rank.PREFECTURE: 9.0, Rank.COUNTY: 5.5, Rank.BELOW: 2.5}
LABELLED = {Rank.CORE, Rank.CENTRE, Rank.PREFECTURE}


def draw_map(network: Network, outlines: Sequence[Outline], sees: Sees, named: Named, title: str) -> Markup:
    """Return the map as SVG: borders, circuits, places. Empty where no place has coordinates."""
    found = [spot for spot in spots(network) if spot.rank is not Rank.BELOW]
    if not found:
        return Markup()
    corners = [corner for outline in outlines for ring in outline.rings for corner in ring]
    projection = fit(Bounds.of([*corners, *((s.lon, s.lat) for s in found)]).grown(0.1), AREA)
    placed = apart([Spot(s.home, s.rank, s.lon, s.lat, projection.point(s.lon, s.lat)) for s in found], gap=2.0)
    land = Markup("").join(
        Markup('<path class="land" d="{}"/>').format(projection.path(one.rings, least=1.5)) for one in outlines
    )
    parts = (
        Markup('<svg viewBox="0 0 1200 780" role="img" aria-label="{}">').format(title),
        land,
        *_lines(network, {spot.home: spot for spot in placed}, sees),
        *(_place(spot, named) for spot in placed if sees(spot.home)),
        *(_label(spot, named) for spot in placed if spot.rank in LABELLED and sees(spot.home)),
        Markup("</svg>"),
    )
    return Markup("").join(parts)


def _lines(network: Network, at: Mapping[str, Spot], sees: Sees) -> Iterator[Markup]:
    homes = {device.name: device.home for device in network.devices.values()}
    beside: dict[tuple[str, str], int] = {}
    for circuit in network.circuits.values():
        a, z = homes[circuit.a.device], homes[circuit.z.device]
        if a == z or a not in at or z not in at or not (sees(a) or sees(z)):
            continue
        number = beside[a, z] = beside.get((a, z), -1) + 1
        trunk = " trunk" if max(at[a].rank, at[z].rank) <= Rank.CENTRE else ""
        yield Markup('<path class="line{}" data-n="{}" d="{}"><title>{}</title></path>').format(
            trunk, circuit.name, _bow(at[a], at[z], number), circuit.name
        )


def _bow(a: Spot, z: Spot, number: int) -> str:
    """Return the path of the n-th line between two places: those beside each other bow out."""
    (x1, y1), (x2, y2) = a.at, z.at
    out = (0.06 + 0.06 * (number // 2)) * (1 if number % 2 else -1) if number else 0.0
    x, y = (x1 + x2) / 2 - (y2 - y1) * out, (y1 + y2) / 2 + (x2 - x1) * out
    return f"M{x1:.1f} {y1:.1f}Q{x:.1f} {y:.1f} {x2:.1f} {y2:.1f}"


def _place(spot: Spot, named: Named) -> Markup:
    x, y = spot.at
    return Markup('<circle class="place" data-n="{}" cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
        spot.home, f"{x:.1f}", f"{y:.1f}", f"{RADII[spot.rank]:.1f}", named(spot.home)
    )


def _label(spot: Spot, named: Named) -> Markup:
    x, y = spot.at
    return Markup('<text x="{}" y="{}">{}</text>').format(
        f"{x + RADII[spot.rank] + 4:.1f}", f"{y + 5:.1f}", named(spot.home)
    )


def draw_tree(network: Network, sees: Sees, named: Named) -> Markup:
    """Return every site in use as a mark, the counties of each prefecture beside each other with what lies below."""
    below: dict[str | None, list[Site]] = {}
    for site in network.sites.values():
        below.setdefault(site.parent, []).append(site)
    tops = [site for site in network.sites.values() if site.level in (Level.PROVINCE, Level.PREFECTURE)]
    return Markup("").join(_row(site, below, sees, named) for site in tops)


def _row(top: Site, below: Mapping[str | None, list[Site]], sees: Sees, named: Named) -> Markup:
    """Return a row; empty where the reader sees nothing in it."""
    under = [one for one in below.get(top.name, []) if one.level is not Level.PREFECTURE]
    blocks = Markup("").join(filter(None, (_block([one, *_all_below(one, below)], sees, named) for one in under)))
    mine = sees(top.name) and top.status is Status.ACTIVE
    if not blocks and not mine:
        return Markup()
    head = _mark(top, named) if mine else Markup()
    return Markup('<div class="prefecture"><h3>{}{}</h3><div>{}</div></div>').format(head, named(top.name), blocks)


def _block(sites: Sequence[Site], sees: Sees, named: Named) -> Markup:
    marks = [_mark(site, named) for site in sites if site.status is Status.ACTIVE and sees(site.name)]
    return Markup('<span class="county">{}</span>').format(Markup("").join(marks)) if marks else Markup()


def _all_below(site: Site, below: Mapping[str | None, list[Site]]) -> Iterator[Site]:
    for one in below.get(site.name, []):
        yield one
        yield from _all_below(one, below)


def _mark(site: Site, named: Named) -> Markup:
    return Markup('<i class="s" data-n="{}" title="{}"></i>').format(site.name, escape(named(site.name)))
