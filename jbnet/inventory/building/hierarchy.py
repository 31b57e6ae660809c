"""The administrative tree: parents, levels, codes; loops and what dangles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jbnet.inventory.declaration import LEVELS, Declaration, SiteItem
from jbnet.inventory.reading.prune import could_mean
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.network import Level, Status
from jbnet.model.text import text

CODE_LENGTH: Mapping[Level, int] = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.COMMUNITY: 12,
}
"""Digits of a division code per level: GB/T 2260 to the county, statistical codes below."""


def statuses(sites: Iterable[SiteItem]) -> dict[str, str]:
    """Return the status of each site by name: its own, else that of the site above it. Parents come first."""
    found: dict[str, str] = {}
    for site in sites:
        found[site.name] = site.decl.status or found.get(site.parent or "", Status.ACTIVE.value)
    return found


def check_hierarchy(declared: Declaration, report: Report) -> list[SiteItem]:
    """Return the sites that stand in the tree, parents before children; report all others."""
    looped = _report_loops(declared, report)
    _check_codes(declared, report)
    good: dict[str, SiteItem] = {}
    above = _names_above(declared)
    pending = [site for name, site in declared.sites.items() if name not in looped]
    pending.sort(key=lambda site: (LEVELS.index(site.level), site.decl.code))
    for site in pending:
        if _parent_fits(site, declared, above, report) and (site.parent is None or site.parent in good):
            good[site.name] = site
    return list(good.values())


def _names_above(declared: Declaration) -> Mapping[Level, Collection[str]]:
    """Return the names of all sites above each level: those that a parent could be."""
    found: dict[Level, list[str]] = {level: [] for level in LEVELS}
    for name, site in declared.sites.items():
        for level in LEVELS[LEVELS.index(site.level) + 1 :]:
            found[level].append(name)
    return found


def _report_loops(declared: Declaration, report: Report) -> set[str]:
    """Report each loop once, at its first site in name order, with the others as related places."""
    looped: set[str] = set()
    for loop in _loops(declared.sites):
        looped.update(loop)
        members = sorted(loop)
        first = declared.sites[members[0]]
        others = [declared.sites[name].at("parent") for name in members[1:]]
        way = " < ".join([*loop, loop[0]])
        report.add("JB115", "a loop in the hierarchy: {sites}", first.at("parent"), others, sites=way)
    return looped


def _loops(sites: Mapping[str, SiteItem]) -> Iterable[list[str]]:
    """Yield each loop on its way up, from the member that is declared first. Every site is passed once."""
    order = {name: index for index, name in enumerate(sites)}
    passed: dict[str, int] = {}
    for number, start in enumerate(sites):
        way: list[str] = []
        name: str | None = start
        while name is not None and name in sites and name not in passed:
            passed[name] = number
            way.append(name)
            name = sites[name].parent
        if name is not None and passed.get(name) == number:
            loop = way[way.index(name) :]
            first = loop.index(min(loop, key=order.__getitem__))
            yield [*loop[first:], *loop[:first]]


def _parent_fits(site: SiteItem, declared: Declaration, above: Mapping[Level, Collection[str]], report: Report) -> bool:
    place = site.at("parent")
    if site.parent is None:
        if site.level is not Level.PROVINCE and not site.source.has((*site.path, "parent")):
            report.add("JB106", "the key {key} is missing", site.place, key="parent")
        return site.level is Level.PROVINCE
    parent = declared.sites.get(site.parent)
    if parent is None:
        dangling(report, "site", site.parent, above[site.level], place, declared)
        return False
    if LEVELS.index(parent.level) >= LEVELS.index(site.level):
        report.add(
            "JB116", "{name} is a {level} and cannot lie below {parent}, a {parent_level}", place, [parent.place],
            name=site.name, level=text(site.level.value), parent=parent.name,
            parent_level=text(parent.level.value),
        )  # fmt: skip
        return False
    return True


def _check_codes(declared: Declaration, report: Report) -> None:
    first: dict[str, SiteItem] = {}
    for site in declared.sites.values():
        code, expected = site.decl.code, CODE_LENGTH[site.level]
        place = site.at("code")
        if len(code) != expected:
            report.add(
                "JB110", "the code of a {level} has {expected} digits, {code} has {actual}", place,
                level=text(site.level.value), expected=expected, code=code, actual=len(code),
            )  # fmt: skip
        elif code in first:
            owner, there = first[code].name, first[code].at("code")
            report.add("JB113", "the code {code} is that of {name}", place, [there], code=code, name=owner)
        first.setdefault(code, site)


def dangling(
    report: Report,
    kind: str,
    name: str,
    known: Collection[str],
    place: Place,
    declared: Declaration,
    code: str = "JB114",
    others: Collection[str] = (),
) -> None:
    """Report a reference to something not declared, with the nearest name; silent when it was left out.

    The nearest is looked for in ``known`` and ``others``, which are put in order once: pass no copies.
    """
    if could_mean(name, declared.doubtful, is_site=kind == "site") or not report.is_first(code, place, kind, name):
        return
    like = report.nearest(name, known, others) if report.has_room(code, place.file) else None
    what = text(kind)
    if like:
        report.add(code, "there is no {kind} {name}; did you mean {like}?", place, kind=what, name=name, like=like)
    else:
        report.add(code, "there is no {kind} {name}", place, kind=what, name=name)
