"""What devices are made of: a vendor's model with its ports (NetBox's DeviceType)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.findings import Place


class Lamp(StrEnum):
    """What a lamp of a device shows while all is well."""

    GREEN = "green"
    """Lit without a break."""
    BLINKING = "blinking"
    """Green, on and off again slowly: about once in two seconds."""
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A vendor's model. ``platforms`` are the operating systems it may run.

    ``ports`` gives, by what they are for (``up``, ``pair``, ``lan``, ``down``), the names of its ports in the order in
    which they are used; ``agencies`` and ``extranet`` are the ports at which the metro lines to premises and to
    partners arrive, each as a VLAN of its own. A name with a dot is a sub-interface: a line that a carrier hands over
    as a VLAN (802.1Q) of a port shared with others; what follows the dot is the VLAN's id.

    ``lamps`` are those that say how the device is, by what is printed beside them, as they are while all is well.
    ``power_cords`` is how many it has.
    """

    name: str
    vendor: str
    model: str
    platforms: tuple[str, ...]
    ports: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lamps: Mapping[str, Lamp] = field(default_factory=dict)
    power_cords: int = 1
    place: Place | None = None
