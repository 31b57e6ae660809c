"""Traffic that goes first: the class of video conferences (requirement R15)."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.findings import Place
from jbnet.model.levels import Level


@dataclass(frozen=True, slots=True)
class Video:
    """Packets marked ``dscp`` (RFC 2474; ``ef`` of RFC 3246 or ``af41`` of RFC 2597) go first on leased lines.

    They do so between places of the ``levels`` (locations and peers count as the province's), up to ``percent`` of
    the line's bandwidth; without a bound they could starve everything else.
    """

    dscp: str
    percent: int
    levels: tuple[Level, ...]
    place: Place | None = None
