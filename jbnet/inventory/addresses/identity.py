"""Which record of topology/allocations.yaml is a site's: that of its code, or of a code that it had before.

So what was allocated survives a change of code; name and parent play no part in it (design, section 2).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from jbnet.inventory.declaration import Declaration, SiteItem
from jbnet.inventory.report import Report


@dataclass(frozen=True, slots=True)
class Identities:
    """``keys``: present code to the code under which something is recorded (often the same)."""

    keys: Mapping[str, str]

    def key(self, code: str) -> str | None:
        """Return the code under which the site's addresses are recorded, or None."""
        return self.keys.get(code)


def identities(sites: Iterable[SiteItem], recorded: Collection[str]) -> Identities:
    """Return whose the recorded codes are. A present code comes before anybody's former one."""
    listed = list(sites)
    keys = {site.decl.code: site.decl.code for site in listed if site.decl.code in recorded}
    present = {site.decl.code for site in listed}
    claimed: set[str] = set()
    for site in listed:
        if site.decl.code in keys:
            continue
        former = next((c for c in site.decl.formerly if c in recorded and c not in present and c not in claimed), None)
        if former is not None:
            keys[site.decl.code] = former
            claimed.add(former)
    return Identities(keys)


def check_identities(declared: Declaration, report: Report) -> None:
    """Report former codes that two sites claim, or that are now another site's."""
    present = {site.decl.code: site for site in declared.sites.values()}
    claimed: dict[str, SiteItem] = {}
    for site in declared.sites.values():
        for index, code in enumerate(site.decl.formerly):
            other = claimed.setdefault(code, site)
            place = site.at("formerly", index)
            if other is not site:
                there = other.at("formerly")
                report.add(
                    "JB205", "{name} and {other} both claim the former code {code}", place, [there],
                    name=site.name, other=other.name, code=code,
                )  # fmt: skip
            elif code == site.decl.code:
                report.add(
                    "JB205", "{code} is what {name} has, not what it had", place, [site.at("code")],
                    code=code, name=site.name,
                )  # fmt: skip
            elif code in present:
                _report_taken_over(code, site, present[code], declared, report)


def _report_taken_over(code: str, site: SiteItem, now: SiteItem, declared: Declaration, report: Report) -> None:
    """A code that came free may be given to another site, but only after the first one's record was moved."""
    recorded = declared.allocations.decl.blocks if declared.allocations else {}
    if site.decl.code not in recorded and code in recorded:
        report.add(
            "JB205", "{code} was the code of {name} and is that of {other} now: whose is the block {block}?",
            site.at("formerly"), [now.at("code")], code=code, name=site.name, other=now.name, block=recorded[code],
        )  # fmt: skip
