"""The whole network at one look: in which state each place and each line is, and the counts above them.

Two kinds of dark are told apart: what an incident has cut off, and what is silent and nobody knows why. A place that
never was seen is no green one (design section 5, rule 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from jbnet.model.levels import Status
from jbnet.model.network import Network
from jbnet.monitor.board import Entry
from jbnet.monitor.causes import CauseKind
from jbnet.topology.homes import homes_of


class PlaceState(StrEnum):
    """How a place stands, the least first: where several hold, the last of them is shown."""

    FINE = "fine"
    MAINTENANCE = "maintenance"
    """Something that touches it goes on as planned."""
    DEGRADED = "degraded"
    BACKUP = "on-backup"
    SILENT = "silent"
    """None of its devices answers, and no incident says why (yet)."""
    CUT = "cut-off"
    UNKNOWN = "unknown"
    """Nobody ever looked."""


class LineState(StrEnum):
    """How a circuit stands."""

    FINE = "fine"
    MAINTENANCE = "maintenance"
    FLAPPING = "flapping"
    DOWN = "down"


_ORDER = {state: number for number, state in enumerate(PlaceState)}


@dataclass(frozen=True, slots=True)
class Wall:
    """States by name; what is fine is left out. ``places`` are sites in use, locations and peers."""

    places: Mapping[str, PlaceState] = field(default_factory=dict)
    lines: Mapping[str, LineState] = field(default_factory=dict)


def wall(
    network: Network,
    found: Sequence[Entry],
    answers: Mapping[str, bool | None],
    alarms: Iterable[Mapping[str, Any]] = (),
) -> Wall:
    """Return the wall of a network.

    ``found`` are the open incidents, ``answers`` says of every polled device whether its agent does (None: not known
    yet), ``alarms`` are those of the monitor's summary: *on the backup line* stands there also without an incident.
    """
    places: dict[str, PlaceState] = {}
    for name, state in (*_unseen(network, answers), *_raised(alarms), *_touched(found)):
        if _ORDER[state] > _ORDER[places.get(name, PlaceState.FINE)] or places.get(name) is PlaceState.UNKNOWN:
            places[name] = state
    return Wall(places, dict(_lines(found)))


def _unseen(network: Network, answers: Mapping[str, bool | None]) -> Iterator[tuple[str, PlaceState]]:
    """Yield the places in use none of whose devices answers, before anybody asks why."""
    for home, devices in homes_of(network).items():
        site = network.sites.get(home)
        if not devices or (site is not None and site.status is not Status.ACTIVE):
            continue
        heard = {answers.get(device) for device in devices}
        if True in heard:
            continue
        yield home, PlaceState.SILENT if False in heard else PlaceState.UNKNOWN


def _raised(alarms: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, PlaceState]]:
    words = {"ways-left": PlaceState.DEGRADED, "on-backup": PlaceState.BACKUP}
    return ((str(alarm["subject"]), words[str(alarm["rule"])]) for alarm in alarms if str(alarm["rule"]) in words)


def _touched(found: Sequence[Entry]) -> Iterator[tuple[str, PlaceState]]:
    """Yield what incidents say of places; of what is under maintenance that it is."""
    for entry in found:
        incident = entry.incident
        planned = incident.maintenance is not None
        for names, state in (
            (incident.degraded, PlaceState.DEGRADED),
            (incident.on_backup, PlaceState.BACKUP),
            ((*incident.sites, *incident.others), PlaceState.CUT),
        ):
            quiet = planned and state is not PlaceState.CUT
            yield from ((name, PlaceState.MAINTENANCE if quiet else state) for name in names)


def _lines(found: Sequence[Entry]) -> Iterator[tuple[str, LineState]]:
    """Yield the circuits that incidents are about, the planned ones first: what is worse is said last."""
    for entry in sorted(found, key=lambda e: e.incident.maintenance is None):
        incident = entry.incident
        for cause in incident.standing:
            if cause.kind is not CauseKind.CIRCUIT:
                continue
            if incident.maintenance is not None:
                yield cause.name, LineState.MAINTENANCE
            elif incident.flapping:
                yield cause.name, LineState.FLAPPING
            elif incident.cleared is None:
                yield cause.name, LineState.DOWN
