"""Hand-over links to extranet partners: a prefix each, recorded once in topology/allocations.yaml, never moved.

A partner is known by the code of its site and its kind (``6301/tax``), so that a new name for the site moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.inventory.addresses.allocation import NoRoom, recorded
from jbnet.inventory.addresses.blocks import Room, range_of
from jbnet.inventory.declaration import Declaration, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AllocationsFile, ExtranetDecl
from jbnet.model.findings import Place


@dataclass(frozen=True, slots=True)
class Partner:
    """An extranet partner as the declaration gives it: peer name, code of the site, kind, where it is written."""

    name: str
    code: str
    kind: str
    place: Place

    @property
    def key(self) -> str:
        """The key of its link in topology/allocations.yaml."""
        return f"{self.code}/{self.kind}"


def partner_links(declared: Declaration, partners: Iterable[Partner], report: Report) -> dict[str, IPv4Network]:
    """Return the hand-over link of each partner by its name; report partners without one.

    Of a link the first host address is ours, the second the partner's.
    """
    links: dict[str, IPv4Network] = {}
    record = _renamed(recorded(declared).partners, declared.sites.values())
    for partner in partners:
        link = record.get(partner.key)
        if link is not None:
            links[partner.name] = link
        elif declared.allocations is not None:
            missing = "{name} has no addresses; run: jbnet address allocate"
            report.add("JB122", missing, partner.place, name=partner.name)
    return links


def allocate_links(
    partners: Iterable[Partner], record: AllocationsFile, plan: ExtranetDecl, sites: Sequence[SiteItem]
) -> dict[str, IPv4Network]:
    """Return what is recorded and a link for every partner that has none, by key, in their order. Raises NoRoom."""
    links = _renamed(record.partners, sites)
    room = Room([plan.pool], [range_of(prefix) for prefix in (*links.values(), *record.reserved.values())])
    for partner in sorted(partners, key=lambda p: p.key):
        if partner.key not in links:
            link = room.take(plan.link)
            if link is None:
                raise NoRoom(partner.name, None, plan.link)
            links[partner.key] = link
    return links


def _renamed(links: Mapping[str, IPv4Network], sites: Iterable[SiteItem]) -> dict[str, IPv4Network]:
    """Return recorded links with former codes of sites replaced by their present ones."""
    listed = list(sites)
    now = {former: site.decl.code for site in listed for former in site.decl.formerly}
    for site in listed:
        now.pop(site.decl.code, None)  # given to another since
    renamed: dict[str, IPv4Network] = {}
    for key, link in links.items():
        code, slash, kind = key.partition("/")
        renamed[f"{now.get(code, code)}{slash}{kind}"] = link
    return renamed
