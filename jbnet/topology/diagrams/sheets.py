"""The maps on one page: the whole and its insets. An inset shows a crowd of sites magnified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jbnet.model.network import Network
from jbnet.topology.diagrams.chart import Chart, at_scale
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.outline import Outline
from jbnet.topology.diagrams.page import Page
from jbnet.topology.diagrams.palette import Palette
from jbnet.topology.diagrams.projection import Bounds, Projection, fit
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.spots import Spot, crowd

CROWDS = (46.0, 40.0, 34.0, 28.0, 22.0, 16.0)
"""Distances in px within which sites may be a crowd; the first that can be magnified enough is taken."""
MAGNIFIED = 2.2
"""An inset shows a crowd at least so many times larger."""
INSETS = (520.0, 300.0)
"""The greatest heights of the insets: one for the crowd on the map, one for the crowd that is left in the first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that maps on one page share."""

    page: Page
    network: Network
    speech: Speech
    condition: Condition
    palette: Palette
    uplinks: Mapping[str, int]
    outlines: Sequence[Outline]
    found: Sequence[Spot] = field(default=())

    def chart(self, area: Box, projection: Projection, shown: Sequence[Spot], clip: str | None = None) -> Chart:
        """Return an empty map of an area of the page."""
        by_home = {spot.home: spot for spot in shown}
        return Chart(
            self.page, self.network, self.speech, self.palette, self.condition, area, projection, by_home,
            self.uplinks, clip,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the maps on the page: the whole, or what an inset shows (``window``)."""

    area: Box
    projection: Projection
    window: Bounds | None = None
    clip: str | None = None

    def shows(self, spot: Spot) -> bool:
        """Say whether a place lies on this map."""
        return self.window is None or self.window.holds(spot.lon, spot.lat)


def inset_of(scene: Scene, sheet: Sheet, room: Box, number: int) -> Sheet | None:
    """Return the inset for the largest crowd on a map that can be shown large enough, or None."""
    at = [spot for spot in at_scale(scene.found, sheet.projection) if sheet.shows(spot)]
    for near in CROWDS:
        group = crowd(at, near)
        if len(group) < 4:
            return None
        bounds = Bounds.of((spot.lon, spot.lat) for spot in group)
        bounds = bounds.grown(max(0.02, 0.09 * max(bounds.size)))
        across, high = bounds.size
        area = replace(room, height=max(room.height * 0.6, min(room.height, room.width * high / across)))
        projection = fit(bounds.shaped(area.width, area.height), area)
        if projection.scale >= MAGNIFIED * sheet.projection.scale:
            return Sheet(area, projection, bounds.shaped(area.width, area.height), f"inset-{number + 1}")
    return None


def uplinks_of(network: Network) -> Mapping[str, int]:
    """Return on how many circuits each home hangs."""
    homes = {device.name: device.home for device in network.devices.values()}
    found: dict[str, int] = {}
    for circuit in network.circuits.values():
        lower = homes[circuit.z.device]
        if homes[circuit.a.device] != lower:
            found[lower] = found.get(lower, 0) + 1
    return found
