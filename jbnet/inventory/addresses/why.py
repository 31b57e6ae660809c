"""`jbnet address why`: from the supernet down, whose an address is and by which rule; or what would be there next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

from jbnet.inventory.addresses.allocation import Rooms
from jbnet.inventory.addresses.plan_fullness import next_length
from jbnet.inventory.addresses.plan_scheme import sound_scheme
from jbnet.inventory.addresses.space import Space
from jbnet.inventory.addresses.uses import HOLDERS, Kind, Use, parts, uses
from jbnet.inventory.building.hierarchy import check_hierarchy
from jbnet.inventory.declaration import Declaration, declare
from jbnet.inventory.report import Report
from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Answer:
    """``chain``: what contains the address, from the supernet down. ``verdict``: one line that answers.

    ``free``: nothing uses it. ``inside``: how many prefixes in use lie within the one asked about.
    """

    asked: str
    chain: tuple[Use, ...]
    verdict: Text
    free: bool = False
    inside: int = 0


def declared_plan(files: Mapping[str, str]) -> Declaration:
    """Return the declaration, for the places of what it says; its findings are somebody else's."""
    return declare(files, Report())


def why(network: Network, declared: Declaration, asked: str) -> list[Answer]:
    """Return the answer about an address or prefix, or one for each address of a device, circuit or site.

    Raises UsageError when ``asked`` is none of these.
    """
    known = list(uses(network, declared))
    prefix = _prefix(asked)
    if prefix is not None:
        return [_about(asked, prefix, known, network, declared)]
    found = [use.prefix for use in known if _is_meant(use, asked, network)]
    if not found:
        raise UsageError(
            "{name} is no address, device, circuit or site",
            hint=text("an address such as 10.8.0.1, a prefix, or a name: see jbnet address list"), name=asked,
        )  # fmt: skip
    return [_about(str(prefix), prefix, known, network, declared) for prefix in dict.fromkeys(found)]


def _is_meant(use: Use, asked: str, network: Network) -> bool:
    if asked in network.devices:
        return use.owner.partition(":")[0] == asked and ":" in use.owner
    if asked in network.sites or asked in network.locations:
        return use.home == asked and use.kind in (Kind.BLOCK, Kind.OWN, Kind.LAN, Kind.AGENCY)
    return use.owner == asked


def _prefix(asked: str) -> IPv4Network | None:
    try:
        return IPv4Network(asked, strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def _about(asked: str, prefix: IPv4Network, known: list[Use], network: Network, declared: Declaration) -> Answer:
    chain = [use for use in known if prefix.subnet_of(use.prefix)]
    chain += _parts_around(prefix, chain, declared)
    chain.sort(key=lambda use: (use.prefix.prefixlen, list(Kind).index(use.kind)))
    inside = [use for use in known if use.prefix.subnet_of(prefix) and use.prefix != prefix and use.kind not in HOLDERS]
    used = [use for use in chain if use.kind not in HOLDERS]
    if not chain:
        verdict = text("{asked} lies outside the supernet {supernet}", asked=asked, supernet=network.supernet)
        return Answer(asked, (), verdict, free=True)
    if used:
        last = used[-1]
        verdict = text("{asked} belongs to {owner}: {rule}", asked=asked, owner=last.owner, rule=last.rule)
        return Answer(asked, tuple(chain), verdict, inside=len(inside))
    last = chain[-1]
    if inside or last.prefix == prefix:
        verdict = text(
            "{asked} is held by {owner}: {count} prefixes in use lie in it", asked=asked, owner=last.owner,
            count=len(inside),
        )  # fmt: skip
        return Answer(asked, tuple(chain), verdict, inside=len(inside))
    return Answer(asked, tuple(chain), _free(asked, last, network, declared), free=True)


def _parts_around(prefix: IPv4Network, chain: list[Use], declared: Declaration) -> list[Use]:
    """Return the part of an own prefix in which the prefix lies; homes given by name use all of theirs themselves."""
    if declared.addresses is None:
        return []
    plan = declared.addresses.decl
    scheme = sound_scheme(plan)
    named = {*plan.locations, *plan.provinces, *plan.peers}
    for use in chain:
        if use.kind is Kind.OWN or (use.kind is Kind.BLOCK and use.home in named):
            space = Space(use.prefix, use.prefix, use.place or declared.addresses.place, scheme)
            return [part for part in parts(space, use.home or "", declared) if prefix.subnet_of(part.prefix)]
    return []


def _free(asked: str, last: Use, network: Network, declared: Declaration) -> Text:
    """Say what a free address is kept for, and what the next allocation around it would be."""
    if last.kind is Kind.RESERVED:
        return text("{asked} is free but kept back: {rule}", asked=asked, rule=last.rule)
    if last.kind is Kind.PART:
        return text("{asked} is free: kept for {what} of {home}", asked=asked, what=text(last.owner), home=last.home)
    following = _next_block(last, network, declared)
    if following is None:
        return text("{asked} is free in what {owner} holds", asked=asked, owner=last.owner)
    if last.kind is Kind.POOL:
        return text("{asked} is free: the pools give {block} next", asked=asked, block=following)
    return text(
        "{asked} is free: the next site below {owner} gets {block}", asked=asked, owner=last.owner, block=following
    )


def _next_block(last: Use, network: Network, declared: Declaration) -> IPv4Network | None:
    """Return what `jbnet address allocate` would give to the next site in the block, or out of the pools."""
    if declared.addresses is None or declared.allocations is None or last.kind not in (Kind.BLOCK, Kind.POOL):
        return None
    site = network.sites.get(last.home or "")
    if last.kind is Kind.BLOCK and site is None:
        return None
    plan, record = declared.addresses.decl, declared.allocations.decl
    length = next_length(plan, site.level if site else None)
    rooms = Rooms(check_hierarchy(declared, Report()), record.blocks, record, plan)
    code = site.code if site else None
    return rooms.of(code).take(length) if length is not None and (code is None or code in record.blocks) else None
