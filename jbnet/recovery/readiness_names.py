"""Readiness of names that may be moved: do their servers answer, would the change be taken, how long is it kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jbnet.model.dns import DnsZone, MovableName
from jbnet.model.text import Text, text
from jbnet.recovery.name_moves import Fate, NameSaid, shown
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_servers import LOOK


@dataclass(frozen=True, slots=True)
class NameLook:
    """What was seen of one name: what each declared server says, and whether the primary would take a change."""

    zone: DnsZone
    name: MovableName
    said: Mapping[str, NameSaid | Unseen]
    tried: Fate | Unseen | None = None

    @property
    def first(self) -> NameSaid | Unseen:
        """Return what the primary says."""
        return self.said[self.zone.primary]


def about_name(look: NameLook) -> Iterator[Result]:
    """Yield what is to be said of a name: where it leads and for how long, its servers, the key."""
    yield _leads(look)
    yield _servers(look)
    yield _key(look)


def _result(check: Check, look: NameLook, level: Level, found: Text, expected: Text, advice: Text | None = None,
            value: float | None = None, *, looked: bool = True) -> Result:  # fmt: skip
    unit = "s" if value is not None else ""
    return Result(check, look.name.name, level, found, expected, advice, value, unit, None, looked)


def _leads(look: NameLook) -> Result:
    """Judge what the primary says against the declaration: the values of a place, and the TTL."""
    name, said = look.name, look.first
    expected = text("it leads to one of {homes}, and is kept for {ttl} s", homes=", ".join(name.values), ttl=name.ttl)
    if isinstance(said, Unseen):
        return _result(Check.NAME, look, Level.UNKNOWN, said.reason, expected, LOOK, looked=False)
    home, kept_s = name.home_of(said.records), said.ttl or 0
    if home is None:
        found = text("it says {found}, which is no declared value", found=shown(said.records))
        advice = text("a move would be refused: set it back, or correct inventory/")
        return _result(Check.NAME, look, Level.RED, found, expected, advice)
    found = text("it leads to {home}; clients keep it for up to {ttl} s", home=home, ttl=kept_s)
    if kept_s > name.ttl:
        advice = text("behind a move clients would go to the old place for that long: lower it at {server}",
                      server=look.zone.primary)  # fmt: skip
        return _result(Check.NAME, look, Level.AMBER, found, expected, advice, float(kept_s))
    return _result(Check.NAME, look, Level.GREEN, found, expected, value=float(kept_s))


def _servers(look: NameLook) -> Result:
    """Judge whether all servers answer, and the same."""
    expected = text("all name servers answer, and the same")
    silent = [f"{server}: {what.reason}" for server, what in look.said.items() if isinstance(what, Unseen)]
    heard = {server: what for server, what in look.said.items() if isinstance(what, NameSaid)}
    first = look.first
    behind = [server for server, what in heard.items() if isinstance(first, NameSaid) and what.records != first.records]
    if silent:
        found = text("without an answer: {names}", names="; ".join(silent))
        return _result(Check.NAME_SERVERS, look, Level.UNKNOWN, found, expected, LOOK, looked=False)
    if behind:
        each = ", ".join(f"{server} {shown(heard[server].records)} ({heard[server].serial})" for server in behind)
        found = text("another answer than the primary's: {each}", each=each)
        advice = text("it does not follow {server}: is it told of changes, and may it transfer the zone?",
                      server=look.zone.primary)  # fmt: skip
        return _result(Check.NAME_SERVERS, look, Level.RED, found, expected, advice)
    serials = ", ".join(f"{server} {what.serial}" for server, what in heard.items())
    return _result(Check.NAME_SERVERS, look, Level.GREEN, text("all of them: {names}", names=serials), expected)


def _key(look: NameLook) -> Result:
    """Judge the signed change that changes nothing."""
    server = look.zone.primary
    expected = text("{server} would take the change, signed with {key}", server=server, key=look.zone.key)
    if look.tried is None:
        found = text("it was not tried: {server} gave no answer before", server=server)
        return _result(Check.NAME_KEY, look, Level.UNKNOWN, found, expected, LOOK, looked=False)
    if isinstance(look.tried, Unseen):
        return _result(Check.NAME_KEY, look, Level.RED, look.tried.reason, expected, text("a move would fail"))
    return _result(Check.NAME_KEY, look, Level.GREEN, text("it would"), expected)
