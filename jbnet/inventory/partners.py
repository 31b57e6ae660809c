"""Hand-over links to extranet partners: a prefix each, recorded once in topology/allocations.yaml, never moved.

A partner is known by the code of its site and its kind (``6301/tax``), so that a new name for the site moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.inventory.allocation import NoRoom, first_free
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.plan_schema import ExtranetDecl
from jbnet.inventory.report import Report
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
    recorded = _recorded(declared)
    for partner in partners:
        link = recorded.get(partner.key)
        if link is not None:
            links[partner.name] = link
        elif declared.allocations is not None:
            missing = "{name} has no addresses; run: jbnet address allocate"
            report.add("JB122", missing, partner.place, name=partner.name)
    return links


def allocate_links(
    partners: Iterable[Partner], existing: Mapping[str, IPv4Network], plan: ExtranetDecl
) -> dict[str, IPv4Network]:
    """Return ``existing`` and a link for every partner that has none, by key, in the order of keys. Raises NoRoom."""
    links = dict(existing)
    for partner in sorted(partners, key=lambda p: p.key):
        if partner.key not in links:
            link = first_free((plan.pool,), links.values(), plan.link)
            if link is None:
                raise NoRoom(partner.name, None, plan.link)
            links[partner.key] = link
    return links


def _recorded(declared: Declaration) -> Mapping[str, IPv4Network]:
    return declared.allocations.decl.partners if declared.allocations else {}
