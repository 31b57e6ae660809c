"""Waivers: who excuses which violation until when. Nothing is hidden: what is waived is reported as waived."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from functools import cached_property

from jbnet.inventory.likeness import Hints
from jbnet.model.findings import Finding, Severity
from jbnet.model.network import Network, Site
from jbnet.model.text import text
from jbnet.standards.model import Judgement, Waiver


class Desk:
    """Where violations ask for a waiver. Remembers which waivers were needed, and for whom. One use."""

    def __init__(self, network: Network, waivers: tuple[Waiver, ...], today: date):
        self._today = today
        self._waivers: dict[str, list[Waiver]] = {}
        self._used: dict[int, set[str]] = {id(waiver): set() for waiver in waivers}
        self._all = waivers
        self._network = network
        self._hints = Hints()
        self._below = {id(waiver): _below(network, waiver.under) for waiver in waivers if waiver.under is not None}
        for waiver in waivers:
            self._waivers.setdefault(waiver.rule, []).append(waiver)

    def excuse(self, judgement: Judgement) -> Waiver | None:
        """Return the waiver in force for a violation, if any. An expired one excuses nothing."""
        for waiver in self._waivers.get(judgement.rule.id, ()):
            named = judgement.subject in waiver.subjects
            if named or judgement.site in self._below.get(id(waiver), ()):
                self._used[id(waiver)].add(judgement.subject)
                if self._today <= waiver.until:
                    return waiver
        return None

    def findings(self, judged: Collection[str]) -> Iterator[Finding]:
        """Yield what is wrong with the waivers. ``judged``: rules judged everywhere, an idle waiver of which is one."""
        for waiver in self._all:
            yield from self._strangers(waiver)
            if waiver.until < self._today:
                message = text("the waiver of {rule} by {who} ended on {until}", rule=waiver.rule, who=waiver.who,
                               until=waiver.until.isoformat())  # fmt: skip
                yield Finding("JB310", Severity.WARNING, message, waiver.place)
            elif waiver.rule in judged and not self._used[id(waiver)] and not any(self._strangers(waiver)):
                yield Finding("JB311", Severity.WARNING, text("the waiver of {rule} excuses nothing", rule=waiver.rule),
                              waiver.place)  # fmt: skip

    @cached_property
    def _known(self) -> set[str]:
        return _known(self._network)

    def _strangers(self, waiver: Waiver) -> Iterator[Finding]:
        """Yield the names that nothing bears: the waiver would excuse nobody, and nobody would notice."""
        if not waiver.subjects and waiver.under is None:
            yield Finding("JB309", Severity.ERROR, text("the waiver of {rule} names nobody", rule=waiver.rule),
                          waiver.place)  # fmt: skip
        names: list[tuple[str, Collection[str]]] = [(name, self._known) for name in waiver.subjects]
        if waiver.under is not None and _site(self._network, waiver.under) is None:
            names.append((waiver.under, self._network.sites))
        for name, known in names:
            if name not in known:
                like = self._hints.nearest(name, known) or "-"
                message = text("nothing is called {name}; most alike: {like}", name=name, like=like)
                yield Finding("JB309", Severity.ERROR, message, waiver.place)


def _site(network: Network, code_or_name: str) -> Site | None:
    found = network.sites.get(code_or_name)
    return found or next((site for site in network.sites.values() if site.code == code_or_name), None)


def _below(network: Network, code_or_name: str) -> frozenset[str]:
    root = _site(network, code_or_name)
    below = {root.name} if root else set()
    for site in network.sites.values():  # parents stand before their children
        if site.parent in below:
            below.add(site.name)
    return frozenset(below)


def _known(network: Network) -> set[str]:
    sections = (
        "sites", "locations", "devices", "circuits", "carriers", "underlays", "databases", "applications", "services",
        "agencies", "premises", "peers",
    )  # fmt: skip
    return {network.name, *(name for section in sections for name in getattr(network, section))}
