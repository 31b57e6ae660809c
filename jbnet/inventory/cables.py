"""Which circuits are cables of our own, and which are leased lines: what a missing carrier means."""

from __future__ import annotations

from jbnet.model.lines import Circuit
from jbnet.model.network import Network

OWN = "cable"
"""The ``media`` of a cable that is our own although its ends stand in different places."""
_OUTSIDE = frozenset({"microwave", "satellite", "4g", "5g"})


def is_cable(network: Network, circuit: Circuit) -> bool:
    """Say whether a circuit is a cable of our own: declared as one, or within a site without anybody who carries it.

    Every other circuit is somebody's line, also where the declaration does not say whose.
    """
    if circuit.media == OWN:
        return True
    if circuit.carrier is not None or circuit.underlay is not None or circuit.media in _OUTSIDE:
        return False
    upper, lower = network.devices[circuit.a.device], network.devices[circuit.z.device]
    return upper.home == lower.home or (upper.site == lower.site and bool(upper.site))
