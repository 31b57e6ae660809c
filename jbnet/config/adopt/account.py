"""What became of every line: nothing is dropped silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jbnet.config.adopt.facts import Running
from jbnet.config.lines import paths_of
from jbnet.config.ownership import hold_of
from jbnet.model.findings import Place
from jbnet.model.ownership import Hold, Ownership
from jbnet.platforms.masking import masked
from jbnet.platforms.sections import sections


class Fate(StrEnum):
    """How far a line was taken over."""

    DECLARED = "declared"
    """The draft renders it as it is."""
    READ = "read"
    """Its meaning was read; the draft does not render it so."""
    UNKNOWN = "unknown"
    """It was not understood; it stays as it runs."""


@dataclass(frozen=True, slots=True)
class Fated:
    """A line of a device, and what became of it. Secrets in ``said`` are masked."""

    device: str
    place: Place
    section: str
    hold: Hold
    fate: Fate
    said: str


def account(device: str, running: Running, rendered: str, ownership: Ownership) -> Iterator[Fated]:
    """Yield every line of a device with what became of it."""
    known = frozenset(paths_of(running.platform, rendered))
    for line in running.lines:
        taken = Fate.READ if line.number in running.understood else Fate.UNKNOWN
        yield Fated(
            device=device,
            place=running.at(line.number),
            section=sections(running.platform).of(line.path),
            hold=hold_of(running.platform, ownership, line.path),
            fate=Fate.DECLARED if line.path in known else taken,
            said=" / ".join(masked(running.platform, part) for part in line.path),
        )
