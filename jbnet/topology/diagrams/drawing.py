"""What all parts of a picture of levels share: the page, the subject, where devices can be met by lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from jbnet.model.network import Circuit, Network
from jbnet.topology.diagrams.census import Column, homes_of
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.page import Page
from jbnet.topology.diagrams.palette import Palette
from jbnet.topology.diagrams.speech import Speech


class Detail(IntEnum):
    """How much of the lower levels is written out."""

    DOTS = 0
    """Townships and communities are marks."""
    TOWNSHIPS = 1
    """Townships are named, communities are marks."""
    COMMUNITIES = 2
    """Both are named."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture of levels shows.

    ``bars`` are devices drawn as bars across the page, from which the columns hang; ``boxes`` homes drawn above
    them; ``circuits`` the lines among all these and the sites of the columns.
    """

    columns: tuple[Column, ...]
    bars: tuple[str, ...]
    boxes: tuple[str, ...]
    circuits: tuple[Circuit, ...]
    detail: Detail = Detail.DOTS
    captions: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where lines to a device may end. ``home`` is whose it is; ``tier`` counts downwards from the boxes above."""

    box: Box
    home: str
    tier: int


@dataclass
class Drawing:
    """A picture under construction. ``anchors`` by device, ``frames`` the outer box of each home's drawing."""

    page: Page
    network: Network
    subject: Subject
    speech: Speech
    palette: Palette
    condition: Condition
    anchors: dict[str, Anchor] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)

    @cached_property
    def housed(self) -> Mapping[str, tuple[str, ...]]:
        """Return the devices of each home."""
        return homes_of(self.network)

    @property
    def slot_pitch(self) -> float:
        """Return how far apart the lines stand that come down into a column; captions stand between them."""
        return 26.0 if self.subject.captions else 17.0

    @cached_property
    def slots(self) -> float:
        """Return the room at the left of a column's heading for the lines that come down through it."""
        heads = (column.site.name for column in self.subject.columns if column.site is not None)
        return 13 + self.slot_pitch * max((self.uplinks[head] for head in heads), default=0)

    @cached_property
    def uplinks(self) -> Counter[str]:
        """Return on how many circuits each home hangs: those whose lower end is there and whose upper end is not."""
        homes = {device.name: device.home for device in self.network.devices.values()}
        ends = ((homes[c.a.device], homes[c.z.device]) for c in self.network.circuits.values())
        return Counter(lower for upper, lower in ends if upper != lower)

    @cached_property
    def lines_up(self) -> dict[str, Circuit]:
        """Return each home's first line upwards."""
        homes = {device.name: device.home for device in self.network.devices.values()}
        found: dict[str, Circuit] = {}
        for circuit in self.network.circuits.values():
            if homes[circuit.a.device] != homes[circuit.z.device]:
                found.setdefault(homes[circuit.z.device], circuit)
        return found

    def anchor_home(self, home: str, box: Box, tier: int) -> None:
        """Let lines to all of a home's devices that have no bar of their own end at its box."""
        self.frames[home] = box
        self.page.spots[home] = box.middle
        for device in self.housed.get(home, ()):
            self.anchors.setdefault(device, Anchor(box, home, tier))
