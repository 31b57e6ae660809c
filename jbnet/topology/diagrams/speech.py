"""In which language a picture speaks: its own words translated, names as the declaration has them in that language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jbnet.model.network import Level, Network
from jbnet.model.text import Text, text

LEVELS: Mapping[Level, Text] = {
    Level.PROVINCE: text("Province"),
    Level.PREFECTURE: text("Prefectures"),
    Level.COUNTY: text("Counties"),
    Level.TOWNSHIP: text("Townships"),
    Level.COMMUNITY: text("Communities"),
}


LEVEL: Mapping[Level, Text] = {
    Level.PROVINCE: text("province"),
    Level.PREFECTURE: text("prefecture"),
    Level.COUNTY: text("county"),
    Level.TOWNSHIP: text("township"),
    Level.COMMUNITY: text("community"),
}


class Named(Protocol):
    """Anything of the declaration with a name in both languages."""

    @property
    def name(self) -> str:
        """Return the ASCII name."""

    @property
    def name_zh(self) -> str:
        """Return the Chinese name."""


@dataclass(frozen=True, slots=True)
class Speech:
    """``chinese`` chooses names; ``catalogue`` holds the translations of templates (empty: English)."""

    chinese: bool = False
    catalogue: Mapping[str, str] = field(default_factory=dict)

    def say(self, said: Text) -> str:
        """Return a text in the picture's language."""
        return said.render(self.catalogue)

    def name(self, thing: Named) -> str:
        """Return the name of a thing in the picture's language."""
        return (thing.name_zh or thing.name) if self.chinese else thing.name

    def short(self, thing: Named, above: Named | None) -> str:
        """Return the name without that of the site above it, where it begins with that (``chengdong-lejiawan``)."""
        if self.chinese or above is None:
            return self.name(thing)
        return thing.name.removeprefix(f"{above.name}-")

    def home(self, network: Network, name: str) -> str:
        """Return the name of a site, location or peer in the picture's language; an unknown one as it is."""
        found = network.sites.get(name) or network.locations.get(name) or network.peers.get(name)
        return self.name(found) if found is not None else name
