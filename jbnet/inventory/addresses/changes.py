"""Changing topology/allocations.yaml for `jbnet address`: allocate and free. Text in, text out; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from jbnet.inventory.addresses.allocation import NoRoom, allocate, recorded, render
from jbnet.inventory.addresses.identity import check_identities, identities
from jbnet.inventory.addresses.partners import allocate_links
from jbnet.inventory.building.extranet import declared_partners
from jbnet.inventory.building.hierarchy import check_hierarchy
from jbnet.inventory.declaration import Declaration, SiteItem, declare
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AddressesFile, AllocationsFile
from jbnet.model.errors import AnswerIsNo, Refused, UsageError
from jbnet.model.text import text

FILE = "topology/allocations.yaml"


@dataclass(frozen=True, slots=True)
class Allocation:
    """The new text of topology/allocations.yaml, and what changes in it.

    ``added``: key to prefix; ``freed``: key to the prefix that it had; ``rekeyed``: former code to present one.
    ``names``: whose these keys are, by key; who is not declared has no name.
    """

    content: str
    added: Mapping[str, IPv4Network] = field(default_factory=dict)
    freed: Mapping[str, IPv4Network] = field(default_factory=dict)
    rekeyed: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The declaration as far as addresses go."""

    declared: Declaration
    sites: list[SiteItem]
    plan: AddressesFile
    record: AllocationsFile


def allocation(files: Mapping[str, str]) -> Allocation:
    """Return blocks for all sites, and links for all partners, without one; whatever is recorded stays.

    Raises AnswerIsNo when the declaration cannot be read or a parent's block is full.
    """
    return completed(reading(files))


def completed(read: Reading) -> Allocation:
    """Return the record with everything that it lacks."""
    before = read.record
    try:
        blocks = allocate(read.sites, before, read.plan)
        links = _links(read)
    except NoRoom as error:
        raise no_room(error, read) from error
    after = AllocationsFile.model_construct(blocks=blocks, partners=links, reserved=before.reserved)
    rekeyed = {key: code for code, key in identities(read.sites, before.blocks.keys()).keys.items() if key != code}
    old = {*before.blocks, *before.partners, *rekeyed.values()}
    added = {key: prefix for key, prefix in {**blocks, **links}.items() if key not in old}
    return Allocation(render(after), added=added, rekeyed=rekeyed, names=_names(read, [*added, *rekeyed.values()]))


def freed(files: Mapping[str, str], name: str) -> Allocation:
    """Return the record without what stands under a code, a site's or partner's key or a prefix, and what lies in it.

    Raises UsageError when nothing of that name is recorded, Refused when a declared site still uses any of it.
    """
    read = reading(files)
    key = _key(read, name)
    everything = {**read.record.blocks, **read.record.partners, **read.record.reserved}
    prefix = everything[key]
    gone = {key: prefix}
    if key in read.record.blocks:
        gone |= {k: p for k, p in read.record.blocks.items() if p.subnet_of(prefix)}
    users = _users(read)
    for each in gone:
        if each in users:
            raise Refused(
                "{name} uses {prefix}; it is not freed",
                hint=text("take the site out of inventory/ first, or move it: jbnet address renumber SITE"),
                name=users[each],
                prefix=gone[each],
            )
    return Allocation(render(without(read.record, gone)), freed=gone, names=_names(read, gone))


def reading(files: Mapping[str, str]) -> Reading:
    """Return what the files say of sites and addresses. Raises AnswerIsNo when the declaration has errors."""
    report = Report()
    declared = declare({FILE: "blocks: {}\n", **files}, report)
    sites = check_hierarchy(declared, report)
    check_identities(declared, report)
    if report.has_errors or declared.addresses is None:
        raise AnswerIsNo("addresses are not allocated: the declaration has errors", findings=report.sorted())
    return Reading(declared, sites, declared.addresses.decl, recorded(declared))


def _links(read: Reading) -> dict[str, IPv4Network]:
    partners = declared_partners(read.declared, read.sites)
    if read.plan.extranet is None:
        return dict(read.record.partners)
    return allocate_links(partners, read.record, read.plan.extranet, read.sites)


def no_room(error: NoRoom, read: Reading) -> AnswerIsNo:
    """Return the error that says where there is no room and what makes some."""
    stale = sorted(read.record.blocks.keys() - _users(read).keys())
    if stale:
        hint = text("free what is no longer declared: jbnet address free {code}", code=stale[0])
    elif error.parent is None:
        hint = text("add a prefix to the pools in topology/addresses.yaml")
    else:
        hint = text("give it a larger block: jbnet address renumber {site} --length LENGTH", site=error.parent)
    if error.parent is None:
        wrong = "no free /{length} is left for {site} in the pools"
        return AnswerIsNo(wrong, hint=hint, length=error.length, site=error.site)
    return AnswerIsNo(
        "no free /{length} is left for {site} in the block of {parent}", hint=hint,
        length=error.length, site=error.site, parent=error.parent,
    )  # fmt: skip


def _names(read: Reading, keys: Iterable[str]) -> dict[str, str]:
    """Return the sites and partners that these keys stand for, as far as they are declared."""
    known = {site.decl.code: site.name for site in read.sites}
    known |= {partner.key: partner.name for partner in declared_partners(read.declared, read.sites)}
    return {key: known[key] for key in keys if key in known}


def _users(read: Reading) -> dict[str, str]:
    """Return who is declared for each recorded key."""
    known = identities(read.sites, read.record.blocks.keys())
    users = {key: site.name for site in read.sites if (key := known.key(site.decl.code)) is not None}
    users |= {partner.key: partner.name for partner in declared_partners(read.declared, read.sites)}
    return users


def _key(read: Reading, name: str) -> str:
    """Return the recorded key that a person means: itself, a site's name, a reserved or recorded prefix."""
    record = read.record
    by_name = {user: key for key, user in _users(read).items()}
    by_prefix = {str(p): k for section in (record.partners, record.blocks, record.reserved) for k, p in section.items()}
    for key in (name, by_name.get(name), by_prefix.get(name)):
        if key is not None and (key in record.blocks or key in record.partners or key in record.reserved):
            return key
    raise UsageError("nothing is recorded for {name}", hint=text("see: jbnet address list"), name=name)


def without(record: AllocationsFile, gone: Mapping[str, IPv4Network]) -> AllocationsFile:
    """Return a record without some of its lines."""

    def kept(section: Mapping[str, IPv4Network]) -> dict[str, IPv4Network]:
        return {key: prefix for key, prefix in section.items() if gone.get(key) != prefix}

    return AllocationsFile.model_construct(
        blocks=kept(record.blocks), partners=kept(record.partners), reserved=kept(record.reserved)
    )
