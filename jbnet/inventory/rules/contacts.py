"""Whom to call and when: telephone numbers and opening hours."""

from __future__ import annotations

import re

from jbnet.inventory.declaration import Item, SiteItem
from jbnet.inventory.opening_hours import fault
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.inventory import ArchetypeDecl
from jbnet.inventory.schema.lines import CarrierDecl, ContactDecl, UnderlayDecl
from jbnet.model.findings import Place

_PHONE = re.compile(r"\+?[0-9]([0-9 -]*[0-9])?\Z")
_DIGITS = range(3, 16)
"""From short numbers of carriers to the longest international one (ITU-T E.164)."""


def is_phone(written: str) -> bool:
    """Say whether a text can be dialled: digits with spaces or hyphens between, 3 to 15 of them."""
    return _PHONE.match(written) is not None and sum(c.isdigit() for c in written) in _DIGITS


def check(world: World) -> None:
    """Report numbers that cannot be dialled, contacts without one, and hours that cannot be read."""
    declared = world.declared
    called: list[Item[CarrierDecl] | Item[UnderlayDecl]] = [*declared.carriers.values(), *declared.underlays.values()]
    for one in called:
        _check_phone(one.decl.phone, one.at("phone"), world)
    for site in declared.sites.values():
        if site.decl.contact is not None:
            _check_contact(site.decl.contact, site, ("contact",), world)
        if site.decl.premises:
            for name, premises in site.decl.premises.items():
                if premises is not None and premises.contact is not None:
                    _check_contact(premises.contact, site, ("premises", name, "contact"), world)
    kinds: list[SiteItem | Item[ArchetypeDecl]] = [*declared.sites.values(), *declared.archetypes.values()]
    for item in kinds:
        if item.decl.opening_hours is not None:
            _check_hours(item.decl.opening_hours, item.at("opening_hours"), world)


def _short(written: str) -> str:
    said = " ".join(written.split())
    return said if len(said) <= 40 else said[:37] + "..."


def _check_contact(contact: ContactDecl, item: Item[object], path: tuple[str, ...], world: World) -> None:
    if contact.phone is None:
        world.report.add("JB288", "{name} has no telephone number", item.at(*path), name=contact.name)
    _check_phone(contact.phone, item.at(*path, "phone"), world)


def _check_phone(phone: str | None, place: Place, world: World) -> None:
    if phone is not None and not is_phone(phone):
        world.report.add("JB285", "{phone} is not a telephone number: digits, hyphens and spaces, 3 to 15 digits",
                         place, phone=_short(phone))  # fmt: skip


def _check_hours(hours: str, place: Place, world: World) -> None:
    reason = fault(hours)
    if reason is not None:
        world.report.add("JB284", "the opening hours {hours} cannot be read: {reason}", place,
                         hours=_short(hours), reason=reason)  # fmt: skip
