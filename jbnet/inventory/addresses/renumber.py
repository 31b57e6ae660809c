"""`jbnet address renumber`: other addresses for a site and all below it. Text in, text out; pure."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from jbnet.inventory.addresses.allocation import NoRoom, Rooms
from jbnet.inventory.addresses.changes import Allocation, Reading, completed, no_room, reading, without
from jbnet.inventory.addresses.identity import identities
from jbnet.inventory.declaration import SiteItem
from jbnet.inventory.schema.plan import AllocationsFile
from jbnet.model.errors import UsageError
from jbnet.model.text import text


def renumbered(files: Mapping[str, str], name: str, length: int | None = None, *, anyway: bool = False) -> Allocation:
    """Return the record with a new block for a site, and for all below it, in the block of its present parent.

    ``length`` asks for a larger block than its level has. What lies in the block keeps its offset where it can. The
    old block is reserved, since devices use it until they are deployed anew. A site that lies well keeps its block:
    the result changes nothing, unless it shall move ``anyway``. Raises UsageError when there is no such site or
    length, AnswerIsNo when there is no room.
    """
    read = reading(files)
    site, key = _found(read, name)
    old = read.record.blocks[key]
    moving = _moving(read, site, key)
    wanted = _length(read, site, length)
    if not anyway and old.prefixlen <= wanted and _lies_well(read, site, old, without(read.record, moving)):
        return completed(read)
    kept = _reserving(without(read.record, moving), site, old)
    new = _new_block(read, site, kept, wanted)
    blocks = {**kept.blocks, site.decl.code: new}
    if new.prefixlen <= old.prefixlen:
        blocks |= {k: _shifted(p, old, new) for k, p in moving.items() if k != key}
    record = kept.model_copy(update={"blocks": blocks})
    done = completed(Reading(read.declared, read.sites, read.plan, record))
    added = {**{k: blocks[k] for k in [site.decl.code, *moving] if k in blocks}, **done.added}
    names = {**{one.decl.code: one.name for one in read.sites if one.decl.code in added}, **done.names}
    return Allocation(done.content, added=added, freed=moving, rekeyed=done.rekeyed, names=names)


def _lies_well(read: Reading, site: SiteItem, old: IPv4Network, others: AllocationsFile) -> bool:
    """Say whether a site's block is one that it could be given now: in its parent's, and nobody else's."""
    rooms = Rooms(read.sites, others.blocks, others, read.plan)
    return rooms.of(rooms.owner(site)).is_free(old)


def _found(read: Reading, name: str) -> tuple[SiteItem, str]:
    """Return the site and the code under which its block is recorded."""
    site = next((s for s in read.sites if name in (s.name, s.decl.code)), None)
    key = identities(read.sites, read.record.blocks.keys()).key(site.decl.code) if site else None
    if site is None or key is None:
        raise UsageError("no block is recorded for {name}", hint=text("see: jbnet address list"), name=name)
    return site, key


def _moving(read: Reading, site: SiteItem, key: str) -> dict[str, IPv4Network]:
    """Return the records that move: the site's, and those of sites below it that lie in its block."""
    known = identities(read.sites, read.record.blocks.keys()).keys
    names, below = {site.name}, set()
    for other in read.sites:  # parents come first
        if other.parent in names:
            names.add(other.name)
            below.add(known.get(other.decl.code, other.decl.code))
    old = read.record.blocks[key]
    inside = {k: p for k, p in read.record.blocks.items() if k in below and p.subnet_of(old)}
    return {key: old, **inside}


def _reserving(kept: AllocationsFile, site: SiteItem, old: IPv4Network) -> AllocationsFile:
    """Return the record with the old block reserved, unless it is another's too (after a merge)."""
    if any(prefix.subnet_of(old) for prefix in kept.blocks.values()):
        return kept
    reason = f"{site.decl.code} until deployed, was {old}"
    return kept.model_copy(update={"reserved": {**kept.reserved, reason: old}})


def _length(read: Reading, site: SiteItem, asked: int | None) -> int:
    """Return the length of the site's block: that of its level, or a larger one that is asked for."""
    usual = read.plan.levels[site.level.value].block
    if asked is not None and asked > usual:
        hint = text("a smaller number is a larger block")
        raise UsageError("a {level} has a /{length} at least", hint=hint, level=text(site.level.value), length=usual)
    return asked or usual


def _new_block(read: Reading, site: SiteItem, kept: AllocationsFile, length: int) -> IPv4Network:
    rooms = Rooms(read.sites, kept.blocks, kept, read.plan)
    block = rooms.of(rooms.owner(site)).take(length)
    if block is None:
        error = NoRoom(site.name, site.parent if rooms.owner(site) else None, length)
        raise no_room(error, read) from error
    return block


def _shifted(prefix: IPv4Network, old: IPv4Network, new: IPv4Network) -> IPv4Network:
    offset = int(prefix.network_address) - int(old.network_address)
    return IPv4Network((int(new.network_address) + offset, prefix.prefixlen))
