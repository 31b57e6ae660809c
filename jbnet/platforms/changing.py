"""What has to be known of a system to change it from afar: ``jbnet/platforms/NAME/changing.yaml`` (data, no code).

Patterns are matched against whole lines without their secrets. A list of patterns is a line below others, outermost
first. ``{user}`` stands for the account that jbnet logs in with, ``{list}`` for the name of a list.
"""

from __future__ import annotations

import re
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
    """A list by which logins are filtered: where it is named (group ``list``), its heading, its rules.

    ``rule`` has the groups ``number`` (may be missing), ``action`` (permit or deny), ``address`` and ``wildcard``
    (inverted mask; without an address the rule is about anybody) and ``rest``; lines about other things than SSH do
    not fit.
    """

    place: Place
    heading: str
    rule: str


@dataclass(frozen=True, slots=True)
class ShownCost:
    """How the OSPF process tells the cost that it announces for a port (RFC 2328, 9): what is asked, ``{port}`` being
    the port, and the pattern of the answer (group 1).
    """

    command: str
    says: str

    def read(self, said: str) -> int | None:
        """Return the cost in an answer; None: it tells none."""
        found = re.search(self.says, said)
        return int(found[1]) if found else None


class SessionState(StrEnum):
    """What a router tells of a BGP session (RFC 4271, 8.2.2), as far as a change has to know."""

    ESTABLISHED = "established"
    SHUTDOWN = "shutdown"
    """Idle, and nothing is tried (RFC 4486, 4: administrative shutdown)."""
    OTHER = "other"
    """Tried and not established, or not known there."""


@dataclass(frozen=True, slots=True)
class ShownSession:
    """How the BGP process tells the state of a session: what is asked, and the patterns of two answers.

    ``{address}`` is that of the neighbour; what fits neither pattern is any other state.
    """

    command: str
    established: str
    shutdown: str

    def read(self, said: str, address: str) -> SessionState:
        """Return the state in an answer."""
        for state, pattern in ((SessionState.ESTABLISHED, self.established), (SessionState.SHUTDOWN, self.shutdown)):
            if re.search(pattern.replace("{address}", re.escape(address)), said):
                return state
        return SessionState.OTHER


@dataclass(frozen=True, slots=True)
class Changing:
    """What a session with a device of this platform hangs on.

    ``address`` and ``closes`` are lines of an interface: its address, and what shuts it; ``wipes`` are lines that take
    the address along when they come or go. ``speaks`` is the line with which an interface speaks OSPF, ``routing`` the
    heading of a routing process, ``default_route`` a static one, ``clock`` the beginning of a line that can step the
    clock. ``silent`` and ``speaking`` are lines of a routing process that keep a port from speaking, or except it from
    that (group ``port``; ``all`` and ``default`` mean every port); ``discards`` is a route into nowhere (groups
    ``address`` and ``mask``), ``static_route`` any of the common table (also ``via``, ``preference``). ``needed``: of
    each, some line has to stay; ``kept``: no line that fits may go; ``shuts``: none that fits may come, for it ends
    logins. ``doors`` are the lists that filter them. ``typed``: commands are typed one by one, so that a change takes
    as long as it has lines.
    """

    timer: DeviceTimer
    shown_cost: ShownCost
    shown_session: ShownSession
    address: str
    speaks: str
    routing: str
    default_route: str
    closes: str = "shutdown"
    wipes: tuple[str, ...] = ()
    needed: tuple[Place, ...] = ()
    kept: tuple[Place, ...] = ()
    shuts: tuple[Place, ...] = ()
    doors: tuple[Door, ...] = ()
    silent: str = ""
    speaking: str = ""
    discards: str = ""
    static_route: str = ""
    clock: str = ""
    typed: bool = False


@cache
def changing(platform: str) -> Changing:
    """Return what is known of changing a platform. Raises FileNotFoundError for one without such data."""
    found: dict[str, Any] = platform_data(platform, "changing.yaml")
    timer = found.pop("timer")
    doors = tuple(Door(tuple(door["place"]), door["heading"], door["rule"]) for door in found.pop("doors", ()))
    needed, kept, shuts = (tuple(tuple(place) for place in found.pop(name, ())) for name in ("needed", "kept", "shuts"))
    return Changing(
        timer=DeviceTimer(**{**timer, "ending": Ending(timer["ending"])}),
        shown_cost=ShownCost(**found.pop("shown_cost")),
        shown_session=ShownSession(**found.pop("shown_session")),
        doors=doors,
        wipes=tuple(found.pop("wipes", ())),
        needed=needed,
        kept=kept,
        shuts=shuts,
        **found,
    )
