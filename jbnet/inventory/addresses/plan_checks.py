"""Checks of the address plan against itself: what overlaps, what lies outside, what does not add up, what runs full.

All prefixes are swept once in address order; a CIDR prefix contains another or is apart from it (RFC 4632).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.inventory.addresses.blocks import Outermost, holds, range_of
from jbnet.inventory.addresses.plan_fullness import check_fullness
from jbnet.inventory.addresses.plan_ranges import check_ranges
from jbnet.inventory.addresses.plan_scheme import check_levels, check_scheme
from jbnet.inventory.addresses.space import Space
from jbnet.inventory.declaration import LEVELS, Declaration, SiteItem
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Claim:
    """A prefix that somebody has. ``site`` is the site whose block, or own part of it (``own``), this is."""

    prefix: IPv4Network
    owner: str
    place: Place
    site: SiteItem | None = None
    own: bool = False

    @property
    def order(self) -> tuple[int, int, bool, str]:
        """Return where it stands in the sweep: by address, containers first."""
        return int(self.prefix.network_address), self.prefix.prefixlen, self.own, self.owner


def check_plan(declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space], report: Report) -> None:
    """Report everything about the plan and the recorded blocks that does not hold."""
    if declared.addresses is None:
        return
    check_scheme(declared.addresses, report)
    check_levels(declared.addresses, report)
    check_ranges(declared, report)
    fixed = list(_fixed(declared, spaces))
    blocks = list(_blocks(declared, sites, spaces))
    pools = [Claim(p, "pools", declared.addresses.at("pools", i)) for i, p in enumerate(declared.addresses.decl.pools)]
    _check_supernet(declared, [*fixed, *pools], report)
    _check_nesting([*fixed, *blocks], report)
    _check_nesting([*fixed, *pools], report)
    _check_containment(declared, blocks, spaces, report)
    check_fullness(declared, sites, report)


def _fixed(declared: Declaration, spaces: Mapping[str, Space]) -> Iterator[Claim]:
    assert declared.addresses is not None  # noqa: S101  judged before; this is for the type checker
    plan, item = declared.addresses.decl, declared.addresses
    for name in (*plan.provinces, *plan.locations, *plan.peers):
        yield Claim(spaces[name].block, name, spaces[name].place)
    yield Claim(plan.services, "services", item.at("services"))
    if plan.extranet is not None:
        yield Claim(plan.extranet.pool, "extranet", item.at("extranet", "pool"))


def _blocks(declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space]) -> Iterator[Claim]:
    assert declared.addresses is not None  # noqa: S101  judged before; this is for the type checker
    levels = declared.addresses.decl.levels
    for site in sites:
        space = spaces.get(site.name)
        if space is None or site.level.value not in levels:
            continue
        yield Claim(space.block, site.name, space.place, site)
        if space.own != space.block:
            yield Claim(space.own, site.name, space.place, site, own=True)


def _check_nesting(claims: list[Claim], report: Report) -> None:
    """Report each claim that lies in one where it has no business: one sweep over all in address order."""
    open_: list[Claim] = []
    for claim in sorted(claims, key=lambda c: c.order):
        while open_ and range_of(open_[-1].prefix)[1] < int(claim.prefix.network_address):
            open_.pop()
        if open_ and not claim.own and not _may_hold(open_[-1], claim):
            _report_overlap(claim, open_[-1], report)
        open_.append(claim)


def _may_hold(outer: Claim, inner: Claim) -> bool:
    """Say whether a block may lie in another: in any of a higher level, but never in what a site uses itself.

    One in the block of a site that is not its parent is not summarised; that is reported as such.
    """
    if outer.site is None or inner.site is None or outer.own:
        return False
    return LEVELS.index(outer.site.level) < LEVELS.index(inner.site.level)


def _report_overlap(claim: Claim, other: Claim, report: Report) -> None:
    if claim.site is not None and other.site is not None and not other.own:
        report.add(
            "JB127", "the block {prefix} of {name} overlaps {other} of {other_name}; keep one, and for the other run: "
            "jbnet address renumber SITE", claim.place, [other.place],
            prefix=claim.prefix, name=claim.owner, other=other.prefix, other_name=other.owner,
        )  # fmt: skip
        return
    report.add(
        "JB120", "{prefix} of {owner} overlaps {other} of {other_owner}", claim.place, [other.place],
        prefix=claim.prefix, owner=claim.owner, other=other.prefix, other_owner=other.owner,
    )  # fmt: skip


def _check_containment(declared: Declaration, blocks: list[Claim], spaces: Mapping[str, Space], report: Report) -> None:
    """Report blocks outside the pools, and blocks outside the aggregate that their parent announces."""
    assert declared.addresses is not None  # noqa: S101  judged before; this is for the type checker
    plan = declared.addresses.decl
    pools, listed = Outermost(plan.pools), ", ".join(map(str, plan.pools))
    for claim in blocks:
        if claim.own or claim.site is None:
            continue
        parent = claim.site.parent if claim.site.parent not in plan.provinces else None
        above = spaces.get(parent) if parent else None
        if not pools.hold(claim.prefix):
            owner, there = text("the pools of topology/addresses.yaml"), declared.addresses.at("pools")
            _report_outside(claim, listed, owner, there, report)
        elif above is not None and not holds(above.block, claim.prefix):
            report.add(
                "JB206", "the block {block} of {name} is not covered by the aggregate {aggregate} of {parent}",
                claim.place, [claim.site.at("parent"), above.place],
                block=claim.prefix, name=claim.owner, aggregate=above.block, parent=parent,
            )  # fmt: skip


def _report_outside(claim: Claim, pools: str, owner: Text, there: Place, report: Report) -> None:
    report.add(
        "JB121", "the block {block} of {name} lies outside {pools} of {owner}", claim.place, [there],
        block=claim.prefix, name=claim.owner, pools=pools, owner=owner,
    )  # fmt: skip


def _check_supernet(declared: Declaration, claims: list[Claim], report: Report) -> None:
    if declared.network is None:
        return
    supernet = declared.network.decl.supernet
    place = declared.network.at("supernet")
    for claim in claims:
        if not holds(supernet, claim.prefix):
            report.add(
                "JB121", "{prefix} of {owner} lies outside the supernet {supernet}", claim.place, [place],
                prefix=claim.prefix, owner=claim.owner, supernet=supernet,
            )  # fmt: skip
    for name, peer in declared.peers.items():
        for index, prefix in enumerate(peer.decl.prefixes):
            if prefix.overlaps(supernet):
                report.add(
                    "JB120", "{prefix} of {owner} overlaps {other} of {other_owner}", peer.at("prefixes", index),
                    [place], prefix=prefix, owner=name, other=supernet, other_owner=declared.network.name,
                )  # fmt: skip
