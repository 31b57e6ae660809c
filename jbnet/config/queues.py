"""What goes first on a line: leased lines between places that hold video conferences (requirement R15)."""

from __future__ import annotations

from jbnet.config.links import FarEnd
from jbnet.model.levels import Level
from jbnet.model.network import Device, Network


def shaped(network: Network, device: Device, far: FarEnd | None) -> int | None:
    """Return the rate in Mbit/s to which the port is held, so that what waits does so here; None: no such line.

    A carrier drops what exceeds the line without asking what it is.
    """
    video = network.video
    if video is None or far is None or far.circuit.carrier is None:
        return None
    ends = (_level(network, device), _level(network, far.device))
    return far.circuit.bandwidth if all(level in video.levels for level in ends) else None


def _level(network: Network, device: Device) -> Level:
    """Return the level of a device's place; locations and peers count as the province's."""
    site = network.sites.get(device.home)
    return site.level if site is not None else Level.PROVINCE
