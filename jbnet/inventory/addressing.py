"""From blocks to addresses: the space of every home, and the checks of the address plan."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from jbnet.inventory.allocation import own_prefix, recorded
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.hierarchy import CODE_LENGTH, dangling
from jbnet.inventory.report import Report
from jbnet.inventory.space import Space as Space
from jbnet.model.findings import Place
from jbnet.model.text import text

Used = tuple[IPv4Network, str, Place]
"""A prefix, who uses it, and where that is written."""

def site_spaces(declared: Declaration, sites: list[SiteItem], report: Report) -> dict[str, Space]:
    """Return the space of every site that has one; report sites without, and blocks that do not fit."""
    if declared.addresses is None or declared.allocations is None:
        return {}
    plan, blocks, spaces = declared.addresses.decl, recorded(declared), {}
    by_name = {site.name: site for site in sites}
    seen: set[str] = set()
    for site in sites:
        rule = plan.levels.get(site.level.value)
        code = site.decl.code
        if rule is None or code in seen or len(code) != CODE_LENGTH[site.level]:
            continue  # a wrong code is reported as such
        seen.add(code)
        block = blocks.get(site.decl.code)
        if block is None:
            report.add("JB122", "{name} has no addresses; run: jbnet address allocate", site.place, name=site.name)
            continue
        place = declared.allocations.at("blocks", site.decl.code)
        if block.prefixlen != rule.block:
            report.add(
                "JB126", "the block of {name} is a /{actual}; a {level} has a /{expected}", place,
                name=site.name, actual=block.prefixlen, level=text(site.level.value), expected=rule.block,
            )  # fmt: skip
        spaces[site.name] = Space(block, own_prefix(block, rule.own), place, plan.scheme)
    _check_containment(declared, by_name, spaces, report)
    _report_stale(declared, report)
    return spaces


def _check_containment(
    declared: Declaration, sites: Mapping[str, SiteItem], spaces: Mapping[str, Space], report: Report
) -> None:
    assert declared.addresses is not None  # noqa: S101  read was judged before; this is for the type checker
    plan = declared.addresses.decl
    for name, space in spaces.items():
        parent = sites[name].parent
        above = spaces.get(parent) if parent and parent not in plan.provinces else None
        pools = plan.pools if above is None else (above.block,)
        if not any(space.block.subnet_of(pool) for pool in pools):
            owner = parent if above is not None else text("the pools of topology/addresses.yaml")
            related = [above.place] if above is not None else [declared.addresses.at("pools")]
            report.add(
                "JB121", "the block {block} of {name} lies outside {pools} of {owner}", space.place, related,
                block=space.block, name=name, pools=", ".join(map(str, pools)), owner=owner,
            )  # fmt: skip


def _report_stale(declared: Declaration, report: Report) -> None:
    assert declared.allocations is not None  # noqa: S101  read was judged before; this is for the type checker
    codes = {site.decl.code for site in declared.sites.values()}
    if not declared.doubtful:
        for code in declared.allocations.decl.blocks:
            if code not in codes:
                place = declared.allocations.key_at("blocks", code)
                report.add("JB123", "the code {code} has addresses and no site", place, code=code)


def check_overlaps(used: list[Used], report: Report) -> None:
    """Report every prefix that overlaps an earlier one, both places named. One sweep over sorted prefixes."""
    open_: list[Used] = []
    for prefix, owner, place in sorted(used, key=lambda u: (int(u[0].network_address), u[0].prefixlen, u[1])):
        open_ = [entry for entry in open_ if entry[0].broadcast_address >= prefix.network_address]
        for other, other_owner, other_place in open_:
            report.add(
                "JB120", "{prefix} of {owner} overlaps {other} of {other_owner}", place, [other_place],
                prefix=prefix, owner=owner, other=other, other_owner=other_owner,
            )  # fmt: skip
        open_.append((prefix, owner, place))


def home_spaces(declared: Declaration, report: Report) -> dict[str, Space]:
    """Return the spaces of provinces, locations and peers, and report the ones without."""
    if declared.addresses is None:
        return {}
    plan, item, spaces = declared.addresses.decl, declared.addresses, {}
    provinces = {name: site for name, site in declared.sites.items() if site.level.value not in plan.levels}
    sections: list[tuple[str, Mapping[str, IPv4Network], Mapping[str, Item[object]]]] = [
        ("provinces", plan.provinces, provinces),
        ("locations", plan.locations, declared.locations),
        ("peers", plan.peers, declared.peers),
    ]
    for section, prefixes, homes in sections:
        for name, prefix in prefixes.items():
            spaces[name] = Space(prefix, prefix, item.at(section, name), plan.scheme)
            if name not in homes:
                dangling(report, section[:-1], name, list(homes), item.key_at(section, name), declared)
        for name, home in homes.items():
            if name not in prefixes and section != "provinces":
                report.add(
                    "JB122", "{name} has no addresses; give it a prefix under {section} in topology/addresses.yaml",
                    home.place, name=name, section=section,
                )  # fmt: skip
    return spaces


def check_plan(declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space], report: Report) -> None:
    """Check that prefixes lie in the supernet and that no two owners at one place of the tree overlap."""
    if declared.addresses is None:
        return
    plan, item = declared.addresses.decl, declared.addresses
    fixed = [(spaces[name].block, name, spaces[name].place) for name in (*plan.provinces, *plan.locations, *plan.peers)]
    fixed.append((plan.services, "services", item.at("services")))
    if plan.extranet is not None:
        fixed.append((plan.extranet.pool, "extranet", item.at("extranet", "pool")))
    pools = [(pool, "pools", item.at("pools", index)) for index, pool in enumerate(plan.pools)]
    _check_supernet(declared, [*fixed, *pools], report)
    groups: dict[str | None, list[Used]] = {None: list(fixed)}
    by_name = {site.name: site for site in sites}
    for name, site in by_name.items():
        if name not in spaces or name in plan.provinces:
            continue
        parent = site.parent if site.parent in spaces and site.parent not in plan.provinces else None
        groups.setdefault(parent, []).append((spaces[name].block, name, spaces[name].place))
        if spaces[name].own != spaces[name].block:
            groups.setdefault(name, []).append((spaces[name].own, name, spaces[name].place))
    for group in groups.values():
        check_overlaps(group, report)
    check_overlaps([*fixed, *pools], report)


def _check_supernet(declared: Declaration, used: list[Used], report: Report) -> None:
    if declared.network is None:
        return
    supernet = declared.network.decl.supernet
    place = declared.network.at("supernet")
    for prefix, owner, where in used:
        if not prefix.subnet_of(supernet):
            report.add(
                "JB121", "{prefix} of {owner} lies outside the supernet {supernet}", where, [place],
                prefix=prefix, owner=owner, supernet=supernet,
            )  # fmt: skip
    for name, peer in declared.peers.items():
        for index, prefix in enumerate(peer.decl.prefixes):
            if prefix.overlaps(supernet):
                report.add(
                    "JB120", "{prefix} of {owner} overlaps {other} of {other_owner}", peer.at("prefixes", index),
                    [place], prefix=prefix, owner=name, other=supernet, other_owner=declared.network.name,
                )  # fmt: skip
