"""Spells: from when to when something was not to be had, and why. What availability is worked out from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from jbnet.monitor.causes import CauseId


class SpellKind(StrEnum):
    """What a spell is about. ``monitor``: the watching itself, all of it."""

    SITE = "site"
    CIRCUIT = "circuit"
    SERVICE = "service"
    MONITOR = "monitor"


class Loss(StrEnum):
    """What a spell's time counts as. ``unknown``: nobody looked, or nobody could see: neither up nor down."""

    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class SpellId:
    """Names a spell: what it is about, why, and from when on. A store keeps one row for each."""

    kind: SpellKind
    name: str
    incident: str
    loss: Loss
    begins: datetime


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which something was lost: the half-open span from ``begins`` to ``ends`` (None: it goes on).

    ``incident`` and ``cause`` say to what it is charged (empty and None: to nobody). ``sites`` is at how many sites
    a service is lost, 1 for everything else.
    """

    kind: SpellKind
    name: str
    loss: Loss
    begins: datetime
    ends: datetime | None = None
    incident: str = ""
    cause: CauseId | None = None
    sites: int = 1

    @property
    def id(self) -> SpellId:
        """Return what the spell is known by, also when it has ended."""
        return SpellId(self.kind, self.name, self.incident, self.loss, self.begins)


Open = Mapping[tuple[SpellKind, str, str], Spell]
"""The spells that go on, by what they are about and the incident."""

Ended = Mapping[tuple[SpellKind, str], datetime]
"""When sites and circuits were last said to be lost no longer: what is found out later begins no earlier."""


def turned(
    before: Open, now_lost: Iterable[Spell], now: datetime, ended: Ended = MappingProxyType({})
) -> tuple[dict[tuple[SpellKind, str, str], Spell], tuple[Spell, ...]]:
    """Return the spells that go on after a round, and those that began or ended in it.

    ``now_lost`` says what is lost now, each with the moment when it was lost if that is news. A spell goes on while
    nothing of it changes. What is lost for another reason than before is so from now on, and what was lost until some
    time ago (``ended``) from then on at the earliest: spells do not overlap.
    """
    open_now: dict[tuple[SpellKind, str, str], Spell] = {}
    changed: list[Spell] = []
    held = {(spell.kind, spell.name) for spell in before.values() if spell.kind is not SpellKind.SERVICE}
    for found in now_lost:
        key = (found.kind, found.name, found.incident)
        old = before.get(key)
        if old is not None and _same(old, found):
            open_now[key] = old
            continue
        late = old is not None or (found.kind, found.name) in held
        earliest = now if late else ended.get((found.kind, found.name), found.begins)
        open_now[key] = replace(found, begins=max(found.begins, earliest))
        changed.append(open_now[key])
    for key, spell in before.items():
        if open_now.get(key) is not spell:
            changed.insert(0, replace(spell, ends=max(now, spell.begins)))
    return open_now, tuple(changed)


def _same(old: Spell, new: Spell) -> bool:
    return (old.loss, old.cause, old.sites) == (new.loss, new.cause, new.sites)
