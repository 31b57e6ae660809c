"""Static routes that somebody declares, beside those that follow from where a site lies."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.findings import Place

FLOATING = 250
"""Administrative distance of the bootstrap's default route: any routing protocol wins over it."""


@dataclass(frozen=True, slots=True)
class Route:
    """A declared static route of one device.

    ``via`` is the next hop as it was written (``said``), resolved: an address on one of the device's links; None:
    packets are discarded. ``preference`` is the administrative distance (Cisco, FRR) or preference (Huawei, H3C), the
    lower wins; None: what the device's system gives a static route. ``announce``: it is brought into OSPF, by name, as
    an external route. ``written`` has the places of its keys.
    """

    device: str
    prefix: IPv4Network
    via: IPv4Address | None
    said: str
    preference: int | None = None
    description: str = ""
    announce: bool = False
    written: tuple[tuple[str, Place], ...] = field(default=(), compare=False)
    place: Place | None = None

    def at(self, key: str) -> Place | None:
        """Return where that key is written; for one that is not, where the route is."""
        return next((place for name, place in self.written if name == key), self.place)
