"""Where in the YAML files a row of a table is written, and where a new one goes."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.inventory.building.ends import is_circuit_key
from jbnet.inventory.declaration import LEVELS, Declaration, Item, is_site_key
from jbnet.inventory.exchange.rows import Entry
from jbnet.inventory.exchange.tables import Kind
from jbnet.inventory.report import Report
from jbnet.model.network import Level, Network

_SECTIONS = {
    Level.PREFECTURE: "prefectures",
    Level.COUNTY: "counties",
    Level.TOWNSHIP: "townships",
    Level.COMMUNITY: "communities",
}
_NEEDED = {
    Kind.SITES: ("name", "code", "level", "parent", "name_zh"),
    Kind.CIRCUITS: ("name", "a.device", "z.device"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """A mapping in a file, by its keys."""

    file: str
    path: tuple[str, ...]

    def below(self, *keys: str) -> Spot:
        """Return the spot of a value below."""
        return Spot(self.file, (*self.path, *keys))


@dataclass(frozen=True, slots=True)
class New:
    """A row to add: where, and what must be written for it to be one. ``paste``: no place for it is known."""

    spot: Spot
    values: dict[str, object]
    paste: bool = False


class Places:
    """Finds spots in one state of the declaration."""

    def __init__(self, declared: Declaration, network: Network, kind: Kind):
        self._declared, self._network, self._kind = declared, network, kind

    def of(self, name: str) -> Spot:
        """Return where a declared row is written, or what it inherits is overridden. Raises KeyError."""
        if self._kind is Kind.SITES:
            return _spot(self._declared.sites[name])
        circuit = self._network.circuits[name]
        home = self._network.devices[circuit.z.device].home
        return self._home(home).below("circuits", name.removeprefix(f"{home}-"))

    def _home(self, name: str) -> Spot:
        return home_spot(self._declared, name)

    def new(self, entry: Entry, added: dict[str, Spot], report: Report) -> New | None:
        """Return where a row that is not declared goes; None, with findings, when it cannot be one.

        ``added`` are the sites that this import adds: a parent may be one of them.
        """
        missing = [column for column in _NEEDED[self._kind] if not entry.said(column)]
        if missing:
            known = self._network.sites if self._kind is Kind.SITES else self._network.circuits
            report.add(
                "JB195", "{name} is not declared (the nearest is {like}), and a new row lacks {columns}", entry.place,
                name=entry.name, like=report.nearest(entry.name, known) or "-", columns=", ".join(missing),
            )  # fmt: skip
            return None
        return self._site(entry, added, report) if self._kind is Kind.SITES else self._circuit(entry, report)

    def _site(self, entry: Entry, added: dict[str, Spot], report: Report) -> New | None:
        parent = entry.said("parent")
        values: dict[str, object] = {"code": entry.said("code"), "name_zh": entry.said("name_zh")}
        level = next((level for level in LEVELS[1:] if level.value == entry.said("level")), None)
        if level is None:
            allowed = ", ".join(level.value for level in LEVELS[1:])
            report.add("JB195", "a new site's level is one of {levels}", entry.at("level"), levels=allowed)
            return None
        above = added.get(parent) or (_spot(self._declared.sites[parent]) if parent in self._declared.sites else None)
        if above is None or not self._fits(parent, level, added):
            report.add("JB195", "{parent} is no site of the level above {level}", entry.at("parent"), parent=parent,
                       level=level.value)  # fmt: skip
            return None
        short = level in (Level.TOWNSHIP, Level.COMMUNITY)
        if short and not entry.name.startswith(f"{parent}-"):
            report.add("JB195", "a {level}'s name begins with its parent's: {parent}-...", entry.at("name"),
                       level=level.value, parent=parent)  # fmt: skip
            return None
        key = entry.name.removeprefix(f"{parent}-") if short else entry.name
        if not is_site_key(key):
            template = "the name {name} is off the standard: a-z and 0-9, a letter first"
            report.add("JB111", template, entry.at("name"), name=key)
            return None
        return New(above.below(_SECTIONS[level], key), values, paste=level is Level.PREFECTURE)

    def _fits(self, parent: str, level: Level, added: dict[str, Spot]) -> bool:
        above = LEVELS[LEVELS.index(level) - 1]
        if parent in added:
            return added[parent].path[-2] == _SECTIONS.get(above)
        return self._declared.sites[parent].level is above

    def _circuit(self, entry: Entry, report: Report) -> New | None:
        for column in ("a.device", "z.device"):
            if entry.said(column) not in self._network.devices:
                like = report.nearest(entry.said(column), self._network.devices) or "-"
                report.add("JB195", "there is no device {name}; did you mean {like}?", entry.at(column),
                           name=entry.said(column), like=like)  # fmt: skip
                return None
        lower = self._network.devices[entry.said("z.device")]
        if not entry.name.startswith(f"{lower.home}-"):
            report.add("JB195", "a circuit's name begins with the home of its lower end: {home}-...", entry.at("name"),
                       home=lower.home)  # fmt: skip
            return None
        key = entry.name.removeprefix(f"{lower.home}-")
        if not is_circuit_key(key):
            template = "the circuit {name} is off the standard: up1, pair1, or a device before it as in db1-up1"
            report.add("JB111", template, entry.at("name"), name=key)
            return None
        values: dict[str, object] = {"from": lower.name.removeprefix(f"{lower.home}-"), "to": entry.said("a.device")}
        return New(self._home(lower.home).below("circuits", key), values)


def home_spot(declared: Declaration, name: str) -> Spot:
    """Return where a site, location or peer is written. Raises KeyError for a name that is none of them."""
    for section in (declared.sites, declared.locations, declared.peers):
        if name in section:
            return _spot(section[name])
    raise KeyError(name)


def _spot(item: Item[object]) -> Spot:
    return Spot(item.source.file, tuple(str(part) for part in item.path))
