"""What places and carriers are called on a sheet, in Chinese or by their ASCII names."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.network import Network
from jbnet.model.places import Contact


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one language. What the declaration does not name is called by its key."""

    network: Network
    chinese: bool

    def home(self, name: str) -> str:
        """Return what a site, location or peer is called."""
        found = self.network.sites.get(name) or self.network.locations.get(name) or self.network.peers.get(name)
        return found.name_zh if found is not None and self.chinese else name

    def carrier(self, name: str) -> str:
        """Return what a carrier is called."""
        found = self.network.carriers.get(name)
        return found.name_zh if found is not None and self.chinese else name

    def underlay(self, name: str) -> str:
        """Return what a network of others is called."""
        found = self.network.underlays.get(name)
        return found.name_zh if found is not None and self.chinese else name

    def operator(self, name: str) -> str:
        """Return who runs a network of others: its key where the sheet is in English."""
        found = self.network.underlays.get(name)
        return found.operator if found is not None and self.chinese else name

    def contact(self, home: str) -> Contact | None:
        """Return whom to call at a home: its own desk, that of its site, or the nearest above it."""
        location = self.network.locations.get(home)
        current: str | None = location.site if location is not None else home
        while current is not None and current in self.network.sites:
            site = self.network.sites[current]
            if site.contact is not None and site.contact.phone is not None:
                return site.contact
            current = site.parent
        return None
