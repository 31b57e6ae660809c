"""Leased lines to premises and partners: defaults by kind and level, and what a site says differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jbnet.inventory.building.lines import LineReader, Where, merged
from jbnet.inventory.declaration import Item, SiteItem
from jbnet.inventory.schema import inventory as schema
from jbnet.inventory.schema.business import LeasedDecl
from jbnet.model.findings import Place
from jbnet.model.lines import Line


@dataclass(frozen=True, slots=True)
class Leased:
    """A leased line at a site: its keys after defaults and override, and where each is written."""

    keys: Mapping[str, Any]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """Return where that key is written, or where the thing itself is."""
        return self.places.get(key, self.place)


def leased(kind: Item[LeasedDecl], site: SiteItem, section: str, override: schema.LineDecl | None) -> Leased | None:
    """Return the line of a kind of thing at a site, or None where the level has none.

    ``section`` is where the site overrides it: ``premises`` or ``extranet``. An override makes a line where the
    level has none.
    """
    level = site.level.value
    levels: Mapping[str, schema.LineDecl | None] = dict(kind.decl.lines.items())
    by_level = levels.get(level)
    if override is None and level in levels and by_level is None:
        return None
    sources: tuple[tuple[Item[Any], tuple[str, ...], schema.LineDecl | None], ...] = (
        (kind, ("line",), kind.decl.line),
        (kind, ("lines", level), by_level),
        (site, (section, kind.name), override),
    )
    places: dict[str, Place] = {}
    for item, path, decl in sources:
        for key in decl.model_fields_set if decl is not None else ():
            places[key] = item.at(*path, key)
    keys = merged(*(decl for _, _, decl in sources))
    place = site.key_at(section, kind.name) if override is not None else site.place
    return Leased(keys, place, places) if keys else None


def line_of(found: Leased, name: str, device: str, site: SiteItem, reader: LineReader) -> Line:
    """Return the line as a noun; report what it refers to and is not declared."""
    keys, where = found.keys, Where(name, site.name, site.decl.code)
    return Line(
        name=name,
        device=device,
        carrier=reader.carrier(keys.get("carrier"), found.at("carrier")),
        line_number=reader.pattern(keys.get("line_number"), where, name, found.at("line_number")),
        bandwidth=keys.get("bandwidth"),
        media=keys.get("media") or "fibre",
        monthly_cost=keys.get("monthly_cost"),
        payer=reader.payer(keys.get("payer"), where, found.at("payer")),
        srlgs=reader.srlgs(keys.get("srlgs"), None, found.at("srlgs")),
        place=found.place,
    )
