"""Where the values of a site itself come from."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.inventory.addresses.identity import identities
from jbnet.inventory.declaration import Declaration, SiteItem
from jbnet.inventory.explain.fact import DEFAULT, ITSELF, Fact, ancestors, archetype, of_archetype, said
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.places import Site
from jbnet.model.text import Text, text

_PLAIN = ("code", "name_zh", "lon", "lat", "address")
_OF_ARCHETYPES = ("opening_hours", "demand")


def site_facts(declared: Declaration, network: Network, item: SiteItem) -> Iterator[Fact]:
    """Yield the values of a site that are known, in the order in which it is shown."""
    site = network.sites[item.name]
    for key in _PLAIN:
        if (value := getattr(site, key)) is not None:
            yield Fact(site.name, key, said(value), item.at(key), ITSELF)
    if site.contact is not None:
        called = " ".join(filter(None, (site.contact.name, site.contact.phone)))
        yield Fact(site.name, "contact", called, item.at("contact"), ITSELF)
    yield from _of_place(declared, site, item)
    for key in _OF_ARCHETYPES:
        if (value := getattr(site, key)) is not None:
            place, source = _inherited(declared, item, site, key)
            yield Fact(site.name, key, said(value), place, source)
    yield from _addresses(declared, site, item)


def _of_place(declared: Declaration, site: Site, item: SiteItem) -> Iterator[Fact]:
    """Yield what follows from where a site stands in the declaration."""
    if site.parent is not None:
        written = item.decl.parent is not None
        place = item.at("parent") if written else declared.sites[site.parent].place
        yield Fact(site.name, "parent", site.parent, place, ITSELF if written else text("it stands inside it"))
    for key, value in (("status", site.status.value), ("phase", str(site.phase))):
        line = (item, *ancestors(declared, item))
        owner = next((each for each in line if getattr(each.decl, key) is not None), None)
        source = ITSELF if owner is item else text("site {name}", name=owner.name) if owner else DEFAULT
        yield Fact(site.name, key, value, owner.at(key) if owner else None, source)
    if site.archetype is not None:
        named = item.decl.archetype is not None
        place = item.at("archetype") if named else declared.archetypes[site.archetype].place
        yield Fact(site.name, "archetype", site.archetype, place, ITSELF if named else text("it is named as the level"))


def _inherited(declared: Declaration, item: SiteItem, site: Site, key: str) -> tuple[Place | None, Text]:
    if getattr(item.decl, key) is not None:
        return item.at(key), ITSELF
    base = archetype(declared, site.archetype)
    if base is not None and getattr(base.decl, key) is not None:
        return base.at(key), of_archetype(site.archetype)
    return None, DEFAULT


def _addresses(declared: Declaration, site: Site, item: SiteItem) -> Iterator[Fact]:
    if site.block is None or declared.addresses is None or declared.allocations is None:
        return
    key = identities([item], declared.allocations.decl.blocks.keys()).key(site.code)
    if key is not None:
        place, source = declared.allocations.at("blocks", key), text("allocated")
    else:
        place, source = declared.addresses.at("provinces", site.name), text("the address plan")
    yield Fact(site.name, "block", said(site.block), place, source)
    if site.own is not None and site.own != site.block:
        own = declared.addresses.at("levels", site.level.value, "own")
        yield Fact(site.name, "own", said(site.own), own, text("the first part of its block"))
