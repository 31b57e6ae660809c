"""What has to be known of a system to change it from afar: ``jbnet/platforms/NAME/changing.yaml`` (data, no code).

Patterns are matched against whole lines without their secrets. A list of patterns is a line below others, outermost
first. ``{user}`` stands for the account that jbnet logs in with, ``{list}`` for the name of a list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from jbnet.platforms.package_data import platform_data

Place = tuple[str, ...]
"""Patterns of a line and of those above it, the outermost first."""


class Ending(StrEnum):
    """What a timer that runs out, or runs, costs beside the change itself."""

    EVERYBODY = "everybody"
    """Everybody's changes since it began go."""
    LOCKED = "locked"
    """Nobody else can change anything while it runs."""
    RESTART = "restart"
    """The device restarts with what is saved."""


@dataclass(frozen=True, slots=True)
class DeviceTimer:
    """The timer on the device: what it is started with, the shortest time and the step of its length, in seconds."""

    command: str
    ending: Ending
    least_s: int = 1
    step_s: int = 1

    def seconds(self, wanted: int) -> int:
        """Return how long it runs where so many seconds are wanted."""
        return -(-max(wanted, self.least_s) // self.step_s) * self.step_s


@dataclass(frozen=True, slots=True)
class Door:
    """The list by which logins are filtered: where it is named (group ``list``), its heading, its permitting lines.

    ``permit`` has the groups ``address`` and ``wildcard`` (inverted mask); an address that is no address is anybody.
    """

    place: Place
    heading: str
    permit: str


@dataclass(frozen=True, slots=True)
class Changing:
    """What a session with a device of this platform hangs on.

    ``address`` and ``closes`` are lines of an interface: its address, and what shuts it; ``wipes`` are lines that take
    the address along when they come or go. ``speaks`` is the line with which an interface speaks OSPF, ``routing`` the
    heading of a routing process, ``default_route`` a static one, ``clock`` the beginning of a line that can step the
    clock. ``needed``: of each, some line has to stay; ``kept``:
    no line that fits may go. ``typed``: commands are typed one by one, so that a change takes as long as it has lines.
    """

    timer: DeviceTimer
    address: str
    speaks: str
    routing: str
    default_route: str
    closes: str = "shutdown"
    wipes: tuple[str, ...] = ()
    needed: tuple[Place, ...] = ()
    kept: tuple[Place, ...] = ()
    door: Door | None = None
    clock: str = ""
    typed: bool = False


@cache
def changing(platform: str) -> Changing:
    """Return what is known of changing a platform. Raises FileNotFoundError for one without such data."""
    found: dict[str, Any] = platform_data(platform, "changing.yaml")
    timer = found.pop("timer")
    door = found.pop("door", None)
    needed, kept = (tuple(tuple(place) for place in found.pop(name, ())) for name in ("needed", "kept"))
    return Changing(
        timer=DeviceTimer(**{**timer, "ending": Ending(timer["ending"])}),
        door=Door(tuple(door["place"]), door["heading"], door["permit"]) if door else None,
        wipes=tuple(found.pop("wipes", ())),
        needed=needed,
        kept=kept,
        **found,
    )
