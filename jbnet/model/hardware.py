"""What devices are made of: a vendor's model with its ports (NetBox's DeviceType)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jbnet.model.findings import Place


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A vendor's model. ``platforms`` are the operating systems it may run.

    ``ports`` gives, by what they are for (``up``, ``pair``, ``lan``, ``down``), the names of its ports in the order in
    which they are used; ``agencies`` and ``extranet`` are the ports at which the metro lines to premises and to
    partners arrive, each as a VLAN of its own. A name with a dot is a sub-interface: a line that a carrier hands over
    as a VLAN (802.1Q) of a port shared with others; what follows the dot is the VLAN's id.
    """

    name: str
    vendor: str
    model: str
    platforms: tuple[str, ...]
    ports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    place: Place | None = None
