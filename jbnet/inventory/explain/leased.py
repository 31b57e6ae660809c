"""Where the values of a site's premises and partners come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jbnet.inventory.building.leased import leased
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.explain.fact import DEFAULT, ITSELF, Fact, said
from jbnet.inventory.schema.lines import LineDecl
from jbnet.model.findings import Place
from jbnet.model.lines import Line
from jbnet.model.network import Network
from jbnet.model.text import Text, text

_KEYS = ("carrier", "line_number", "bandwidth", "media", "monthly_cost", "payer", "srlgs")


def premises_facts(declared: Declaration, network: Network, item: SiteItem) -> Iterator[Fact]:
    """Yield the values of each of a site's premises: its prefix, its agency's VRF, its line, where it is."""
    for premises in network.premises.values():
        if premises.site != item.name:
            continue
        agency = declared.agencies[premises.agency]
        through = text("agency {name}", name=agency.name)
        yield Fact(premises.name, "prefix", str(premises.prefix), agency.at("slot"), through)
        yield Fact(premises.name, "vrf", agency.decl.vrf, agency.at("vrf"), through)
        override = item.decl.premises.get(agency.name)
        if premises.line is None:
            place, source = _why_no_line(agency, item, through)
            yield Fact(premises.name, "line", "-", place, source)
        else:
            yield from _line(premises.line, agency, item, "premises", override, through)
        for key in ("address", "contact"):
            if override is not None and getattr(override, key) is not None:
                value = getattr(override, key)
                shown = value if isinstance(value, str) else " ".join(filter(None, (value.name, value.phone)))
                yield Fact(premises.name, key, shown, item.at("premises", agency.name, key), ITSELF)


def partner_facts(declared: Declaration, network: Network, item: SiteItem) -> Iterator[Fact]:
    """Yield the values of each partner met at a site: its services, its networks, its line."""
    for peer in network.peers.values():
        if peer.site != item.name or peer.kind is None:
            continue
        kind = declared.extranet[peer.kind]
        through = text("kind of partner {name}", name=kind.name)
        override = item.decl.extranet.get(kind.name)
        for key in ("name_zh", "services", "prefixes", "asn"):
            value = getattr(peer, key)
            if override is not None and key in override.model_fields_set:
                yield Fact(peer.name, key, said(value), item.at("extranet", kind.name, key), ITSELF)
            elif value not in (None, ()):
                yield Fact(peer.name, key, said(value), kind.at(key), through)
        if peer.line is not None:
            yield from _line(peer.line, kind, item, "extranet", override, through)
            if peer.line.prefix is not None and declared.allocations is not None:
                place = declared.allocations.at("partners", f"{item.decl.code}/{kind.name}")
                yield Fact(peer.name, "hand-over", str(peer.line.prefix), place, text("allocated"))


def _line(
    line: Line, kind: Item[Any], item: SiteItem, section: str, override: LineDecl | None, through: Text
) -> Iterator[Fact]:
    found = leased(kind, item, section, override)
    own = override.model_fields_set if override is not None else frozenset()
    for key in _KEYS:
        value = getattr(line, key)
        if found is not None and key in found.places:
            yield Fact(line.name, key, said(value), found.places[key], ITSELF if key in own else through)
        elif value not in (None, ()):
            yield Fact(line.name, key, said(value), None, DEFAULT)


def _why_no_line(kind: Item[Any], item: SiteItem, through: Text) -> tuple[Place | None, Text]:
    if kind.name in item.decl.premises:
        return item.at("premises", kind.name), ITSELF
    level = item.level.value
    return (kind.at("lines", level), through) if level in kind.decl.lines else (None, DEFAULT)
