"""Opening hours: when a place that goes dark at night is expected to be there. Local time comes from an offset.

Hours are written as in OpenStreetMap (``jbnet.inventory.opening_hours`` judges them). A later rule replaces an
earlier one for the days that it names. On a public holiday the rule for PH holds; without one the place is closed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_HOLIDAY = 7
_WHOLE_DAY = 24 * 60

Minutes = tuple[int, int]
"""A span of a day in minutes since midnight, the end not included."""
Interval = tuple[datetime, datetime]
"""A half-open span of time."""


@dataclass(frozen=True, slots=True)
class Week:
    """The open spans of Monday to Sunday and of public holidays, in this order."""

    days: tuple[tuple[Minutes, ...], ...]


def parse(written: str) -> Week:
    """Return the week that is written. The text is one without a fault."""
    if written.strip() == "24/7":
        return Week((((0, _WHOLE_DAY),),) * 8)
    days: list[tuple[Minutes, ...]] = [()] * 8
    for rule in written.split(";"):
        words = rule.split()
        named, times = (words[0], words[1]) if len(words) > 1 else ("Mo-Su", words[0])
        for day in _days(named):
            days[day] = _spans(times)
    return Week(tuple(days))


def _days(named: str) -> Iterator[int]:
    for part in named.split(","):
        first, _, last = part.partition("-")
        if first == "PH":
            yield _HOLIDAY
            continue
        begin, end = DAYS.index(first), DAYS.index(last or first)
        yield from ((begin + step) % 7 for step in range((end - begin) % 7 + 1))


def _spans(times: str) -> tuple[Minutes, ...]:
    if times in ("off", "closed"):
        return ()
    return tuple((_minutes(span[:5]), _minutes(span[6:])) for span in times.split(","))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


@dataclass(frozen=True, slots=True)
class Exemption:
    """Other hours of some sites on the days from ``first`` to ``last``."""

    sites: frozenset[str]
    first: date
    last: date
    week: Week


@dataclass(frozen=True, slots=True)
class Hours:
    """When places are open. ``weeks`` has only those that may be dark when they are closed; all others never close.

    ``holidays`` are public holidays; ``workdays`` are days that are worked like another day of the week (0: Monday),
    as when a Saturday makes up for a holiday. ``offset_min`` are minutes east of Greenwich.
    """

    weeks: Mapping[str, Week] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    workdays: Mapping[date, int] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    offset_min: int = 0

    def is_open(self, site: str, time: datetime) -> bool:
        """Say whether a site is open at a moment; one that never closes always is."""
        if site not in self.weeks:
            return True
        local = time.astimezone(self._zone())
        minute = local.hour * 60 + local.minute
        return any(begin <= minute < end for begin, end in self._spans(site, local.date()))

    def open_between(self, site: str, begins: datetime, ends: datetime) -> Iterator[Interval]:
        """Yield the spans between two moments in which a site is open, in order and apart from each other."""
        if site not in self.weeks:
            if begins < ends:
                yield begins, ends
            return
        zone = self._zone()
        day, last = begins.astimezone(zone).date(), ends.astimezone(zone).date()
        while day <= last:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            for first, end in self._spans(site, day):
                opens = max(begins, midnight + timedelta(minutes=first))
                closes = min(ends, midnight + timedelta(minutes=end))
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)

    def _spans(self, site: str, day: date) -> tuple[Minutes, ...]:
        for exemption in self.exemptions:
            if site in exemption.sites and exemption.first <= day <= exemption.last:
                return exemption.week.days[day.weekday()]
        number = self.workdays.get(day, _HOLIDAY if day in self.holidays else day.weekday())
        return self.weeks[site].days[number]

    def _zone(self) -> timezone:
        return timezone(timedelta(minutes=self.offset_min))
