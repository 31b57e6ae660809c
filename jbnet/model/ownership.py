"""Who decides about which part of a device's configuration: jbnet, or whoever typed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.findings import Place


class Hold(StrEnum):
    """What jbnet does about a section of a configuration."""

    OWNED = "owned"
    """It is rendered, and changed to what is rendered."""
    OBSERVED = "observed"
    """It is read and compared, and never changed."""
    FOREIGN = "foreign"
    """It is left alone: not compared, never changed."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """How the sections of one device are held.

    ``lines`` are by whole lines of the top level, and speak for all that stands below them; ``sections`` by the
    platform's names (``jbnet.platforms.sections``); ``rest`` is what neither names. Lines come before sections.
    """

    sections: Mapping[str, Hold] = field(default_factory=dict)
    lines: Mapping[str, Hold] = field(default_factory=dict)
    rest: Hold = Hold.OWNED
    place: Place | None = field(default=None, compare=False)

    def of(self, section: str, heading: str) -> Hold:
        """Return how a line is held that lies in this section, below this line of the top level."""
        return self.lines.get(heading) or self.sections.get(section, self.rest)

    @property
    def is_whole(self) -> bool:
        """Say whether jbnet owns everything."""
        return all(hold is Hold.OWNED for hold in (self.rest, *self.sections.values(), *self.lines.values()))


WHOLE = Ownership()
"""Everything is jbnet's: what holds where nothing is declared."""
