"""From the address plan and the recorded blocks to the space of every home."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from jbnet.inventory.addresses.allocation import own_prefix, recorded
from jbnet.inventory.addresses.identity import Identities, check_identities, identities
from jbnet.inventory.addresses.plan_checks import check_plan as check_plan
from jbnet.inventory.addresses.plan_scheme import lacks, sound_scheme
from jbnet.inventory.addresses.space import Space as Space
from jbnet.inventory.building.hierarchy import CODE_LENGTH, dangling
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import SchemeDecl
from jbnet.model.text import text


def site_spaces(declared: Declaration, sites: list[SiteItem], report: Report) -> dict[str, Space]:
    """Return the space of every site that has one; report sites without, and blocks that do not fit."""
    check_identities(declared, report)
    if declared.addresses is None or declared.allocations is None:
        return {}
    record = recorded(declared).blocks
    known = identities(sites, record.keys())
    _report_stale(declared, known, report)
    plan = declared.addresses.decl
    scheme = sound_scheme(plan)
    usable = {level for level, rule in plan.levels.items() if not lacks(rule, scheme)}
    spaces: dict[str, Space] = {}
    seen: set[str] = set()
    for site in sites:
        code = site.decl.code
        if code in seen or len(code) != CODE_LENGTH[site.level]:
            continue  # a wrong code is reported as such
        seen.add(code)
        space = _space(site, known.key(code), scheme, declared, report)
        if space is not None and site.level.value in usable:
            spaces[site.name] = space
    return spaces


def _space(site: SiteItem, key: str | None, scheme: SchemeDecl, declared: Declaration, report: Report) -> Space | None:
    assert declared.addresses is not None  # noqa: S101  judged before; this is for the type checker
    assert declared.allocations is not None  # noqa: S101  the caller has looked; this is for the type checker
    plan = declared.addresses.decl
    rule = plan.levels.get(site.level.value)
    if rule is None:
        return None
    if key is None:
        report.add("JB122", "{name} has no addresses; run: jbnet address allocate", site.place, name=site.name)
        return None
    block, place = declared.allocations.decl.blocks[key], declared.allocations.at("blocks", key)
    if key != site.decl.code:
        report.add(
            "JB204", "the block of {name} is recorded under its former code {code}; run: jbnet address allocate",
            declared.allocations.key_at("blocks", key), [site.at("formerly")], name=site.name, code=key,
        )  # fmt: skip
    if block.prefixlen > rule.block:  # a larger one was given on purpose
        report.add(
            "JB126", "the block of {name} is a /{actual}; a {level} has a /{expected}", place,
            name=site.name, actual=block.prefixlen, level=text(site.level.value), expected=rule.block,
        )  # fmt: skip
    return Space(block, own_prefix(block, rule.own), place, scheme)


def _report_stale(declared: Declaration, known: Identities, report: Report) -> None:
    if declared.doubtful or declared.allocations is None:
        return  # the site may be among what could not be read
    used = {*known.keys.values(), *(site.decl.code for site in declared.sites.values())}
    for code in declared.allocations.decl.blocks:
        if code not in used:
            place = declared.allocations.key_at("blocks", code)
            report.add(
                "JB123", "the code {code} has addresses and no site; to give them back: jbnet address free {code}",
                place, code=code,
            )  # fmt: skip


def home_spaces(declared: Declaration, report: Report) -> dict[str, Space]:
    """Return the spaces of provinces, locations and peers, and report the ones without."""
    if declared.addresses is None:
        return {}
    plan, item, spaces = declared.addresses.decl, declared.addresses, {}
    scheme = sound_scheme(plan)
    provinces = {name: site for name, site in declared.sites.items() if site.level.value not in plan.levels}
    sections: list[tuple[str, Mapping[str, IPv4Network], Mapping[str, Item[object]]]] = [
        ("provinces", plan.provinces, provinces),
        ("locations", plan.locations, declared.locations),
        ("peers", plan.peers, declared.peers),
    ]
    for section, prefixes, homes in sections:
        for name, prefix in prefixes.items():
            spaces[name] = Space(prefix, prefix, item.at(section, name), scheme)
            if name not in homes:
                dangling(report, section[:-1], name, homes, item.key_at(section, name), declared)
        for name, home in homes.items():
            if name not in prefixes and section != "provinces":
                report.add(
                    "JB122", "{name} has no addresses; give it a prefix under {section} in topology/addresses.yaml",
                    home.place, name=name, section=section,
                )  # fmt: skip
    return spaces
