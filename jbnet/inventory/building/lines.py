"""What lines have in common: who pays, what fails with them, and what their patterns come to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report, nearest
from jbnet.inventory.schema import inventory as schema
from jbnet.model.findings import Place
from jbnet.model.levels import Level
from jbnet.model.lines import Srlg, Underlay
from jbnet.model.text import text

_PATTERN = re.compile(r"\{([^{}]*)\}")
_LEVELS = frozenset(Level)


@dataclass(frozen=True, slots=True)
class Where:
    """Whose line it is: the site at its lower end (for what lies in a site, that site) and its code."""

    home: str
    site: str
    code: str = ""


class LineReader:
    """Resolves what lines refer to; reports what is not declared. One for a whole declaration."""

    def __init__(self, declared: Declaration, report: Report):
        self._declared = declared
        self._report = report
        self._payers: dict[tuple[str, str], str | None] = {}

    def carrier(self, name: str | None, place: Place) -> str | None:
        """Return the carrier's name; report one that is not declared."""
        if name is not None and name not in self._declared.carriers:
            dangling(self._report, "carrier", name, self._declared.carriers, place, self._declared)
        return name

    def underlay(self, name: str | None, place: Place) -> str | None:
        """Return the underlay's name, or None; report one that is not declared."""
        if name is not None and name not in self._declared.underlays:
            dangling(self._report, "underlay", name, self._declared.underlays, place, self._declared, "JB231")
            return None
        return name

    def srlgs(self, written: tuple[str, ...] | None, underlay: str | None, place: Place) -> tuple[str, ...]:
        """Return what fails with a line: the groups it names, else that of its underlay."""
        if written is None:
            return (underlay,) if underlay else ()
        groups, carrying = self._declared.srlgs, self._declared.underlays
        for name in written:
            if name not in groups and name not in carrying:
                dangling(self._report, "shared risk group", name, groups, place, self._declared, "JB230", carrying)
        return written

    def payer(self, word: str | None, where: Where, place: Place) -> str | None:
        """Return the site whose finance pays: the one named, or that of the level named at or above the line's."""
        if word is None:
            return None
        if word not in _LEVELS:
            if word not in self._declared.sites:
                dangling(self._report, "payer", word, self._declared.sites, place, self._declared, "JB232", _LEVELS)
            return word if word in self._declared.sites else None
        found = self._of_level(word, where.site)
        if found is None and where.site in self._declared.sites:
            self._report.add(
                "JB233", "there is no {level} at or above {name} that could pay for {circuit}", place,
                level=text(word), name=where.site, circuit=where.home,
            )  # fmt: skip
        return found

    def _of_level(self, level: str, site: str) -> str | None:
        """Return the site of that level at or above a site. Each site is passed once, however many ask."""
        met: list[str] = []
        name: str | None = site
        while name is not None and name in self._declared.sites and (level, name) not in self._payers:
            self._payers[level, name] = None  # until it is known; it stays so on a loop
            met.append(name)
            if self._declared.sites[name].level.value == level:
                break
            name = self._declared.sites[name].parent
        else:
            name = self._payers.get((level, name)) if name is not None else None
        self._payers.update({(level, passed): name for passed in met})
        return name

    def pattern(self, written: str | None, where: Where, key: str, place: Place) -> str | None:
        """Return a text with ``{site}``, ``{code}`` and ``{circuit}`` filled in; report any other word in braces."""
        if written is None or "{" not in written:
            return written
        known: Mapping[str, str] = {"site": where.site, "code": where.code, "circuit": key}
        for word in _PATTERN.findall(written):
            if word not in known:
                like = nearest(word, known) or ", ".join(known)
                self._report.add("JB234", "{word} cannot be filled in; did you mean {like}?", place,
                                 word="{" + word + "}", like=like)  # fmt: skip
        return _PATTERN.sub(lambda match: known.get(match[1], match[0]), written)


def merged(*decls: schema.LineDecl | None) -> dict[str, object]:
    """Return the keys written in line declarations, the later ones before the earlier."""
    return {
        name: getattr(decl, name)
        for decl in decls
        if decl is not None
        for name in decl.model_fields_set
        if name in schema.LineDecl.model_fields
    }


def underlays(declared: Declaration) -> dict[str, Underlay]:
    """Return the declared underlays by name."""
    return {
        name: Underlay(name, decl.name_zh, decl.operator, decl.phone, decl.mtu, item.place)
        for name, item in declared.underlays.items()
        for decl in (item.decl,)
    }


def srlgs(declared: Declaration, report: Report) -> dict[str, Srlg]:
    """Return the shared risk groups by name: the declared ones, and one for each underlay."""
    found = {name: Srlg(name, item.decl.name_zh, place=item.place) for name, item in declared.srlgs.items()}
    for name, item in declared.underlays.items():
        other: Item[schema.SrlgDecl] | None = declared.srlgs.get(name)
        if other is not None:
            report.add("JB112", "{name} is declared twice", other.place, [item.place], name=name)
        found[name] = Srlg(name, item.decl.name_zh, underlay=True, place=item.place)
    return found
