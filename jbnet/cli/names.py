"""Names as people call things in their language, and sites in the order and brevity in which they are read out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from jbnet.model.errors import JbnetError

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network
    from jbnet.monitor.incidents import Incident


class Names:
    """The names of a network. ``network`` None: the declaration cannot be read; then all have the names they came with.

    ``chinese``: services and agencies by their Chinese names, and the Chinese name behind that of each place.
    """

    def __init__(self, network: Network | None, *, chinese: bool):
        self.network, self._chinese = network, chinese

    def service(self, name: str) -> str:
        """Return what people call a service."""
        found = self.network.services.get(name) if self.network is not None else None
        return found.name_zh if found is not None and self._chinese else name

    def agency(self, name: str) -> str:
        """Return what people call an agency."""
        found = self.network.agencies.get(name) if self.network is not None else None
        return found.name_zh if found is not None and self._chinese else name

    def place(self, name: str) -> str:
        """Return the code of a site or location, in Chinese with its name behind it; a peer as it is."""
        return self.both(name) if self._chinese else name

    def both(self, name: str) -> str:
        """Return the code of a site or location with its Chinese name behind it, in whatever language."""
        network = self.network
        found = (network.sites.get(name) or network.locations.get(name)) if network is not None else None
        return f"{name} {found.name_zh}" if found is not None else name

    def cause(self, kind: str, name: str) -> str:
        """Return what people call a cause: of what is shared the declared name stands behind the code, in Chinese."""
        if kind in ("site", "location"):
            return self.place(name)
        shared = {"srlg": "srlgs", "carrier": "carriers"}.get(kind)
        found = getattr(self.network, shared).get(name) if self.network is not None and shared is not None else None
        return f"{name} {found.name_zh}" if found is not None and self._chinese and found.name_zh != name else name

    def office(self, name: str) -> str:
        """Return the code of an agency's office, in Chinese with its place and agency behind it."""
        found = self.network.premises.get(name) if self.network is not None else None
        if found is None or self.network is None or not self._chinese:
            return name
        place = self.network.sites.get(found.site)
        return f"{name} {place.name_zh if place is not None else ''}{self.agency(found.agency)}"

    def services(self, incident: Incident) -> list[str]:
        """Return the services that an incident touches, each with the number of sites."""
        return [f"{self.service(s.name)} ({s.sites})" for s in incident.services]

    def agencies(self, incident: Incident) -> list[str]:
        """Return the agencies that an incident touches, each with the number of offices."""
        return [f"{self.agency(a.name)} ({a.offices})" for a in incident.agencies]

    def in_order(self, homes: Iterable[str]) -> list[str]:
        """Return names of places, the top level first."""
        return sorted(homes, key=self._depth)

    def briefly(self, homes: Sequence[str]) -> list[str]:
        """Return the highest of some places in words, each with the number of those below it: ``mangya (+2)``."""
        return [f"{self.place(name)} (+{count})" if count else self.place(name) for name, count in self._tops(homes)]

    def _tops(self, homes: Sequence[str]) -> list[tuple[str, int]]:
        held = set(homes)
        below: dict[str, int] = {}
        for name in self.in_order(homes):
            top = name
            while (parent := self._parent(top)) in held and parent is not None:
                top = parent
            below[top] = below.get(top, -1) + 1
        return list(below.items())

    def _parent(self, name: str) -> str | None:
        site = self.network.sites.get(name) if self.network is not None else None
        return site.parent if site is not None else None

    def _depth(self, name: str) -> int:
        depth, above = 0, self._parent(name)
        while above is not None:
            depth, above = depth + 1, self._parent(above)
        return depth


def names_of(network: Network | None, tr: Callable[..., str]) -> Names:
    """Return the names in the language that ``tr`` translates into."""
    return Names(network, chinese=tr("service") != "service")


def declared_names(context: Context) -> Names:
    """Return the names of the workspace. A declaration with errors keeps nobody from looking."""
    from jbnet import wiring

    try:
        network = wiring.load_network(context.directory, context.state_dir)
    except JbnetError:
        network = None
    return Names(network, chinese=context.lang == "zh")
