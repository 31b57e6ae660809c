"""What may be written in ``monitors/`` beside checks and policy: thresholds, hours, maintenance, flapping, SLA."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

MOST_DAYS = 366
"""A holiday or an exception is no longer than this."""


class Strict(BaseModel):
    """Unknown keys are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def days_of(written: str) -> frozenset[date]:
    """Return the days of ``2026-10-01`` or of ``2026-10-01/2026-10-07``, both ends included. Raises ValueError."""
    first, _, last = written.partition("/")
    begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if not 0 <= (end - begin).days < MOST_DAYS:
        raise ValueError(written)
    return frozenset(begin + timedelta(days=number) for number in range((end - begin).days + 1))


def _readable(check: Callable[[str], object], wanted: str) -> AfterValidator:
    def judged(value: str) -> str:
        try:
            check(value)
        except ValueError as error:
            raise PydanticCustomError("jb_value", wanted) from error
        return value

    return AfterValidator(judged)


def _aware(written: str) -> datetime:
    time = datetime.fromisoformat(written)
    if time.tzinfo is None:
        raise ValueError(written)
    return time


def _measure(written: str) -> str:
    gauge = written.removeprefix("gauge:")
    if written not in _MEASURES and (gauge == written or not gauge):
        raise ValueError(written)
    return written


_OF_PATHS = ("loss", "path-rtt", "path-jitter")
_MEASURES = ("utilisation-in", "utilisation-out", "errors", "discards", "rtt", "jitter", *_OF_PATHS)
_TEXT = WithJsonSchema({"type": "string"})
Days = Annotated[
    str, _readable(days_of, "a day such as 2026-10-01, or days such as 2026-10-01/2026-10-07, a year at most"), _TEXT
]
Day = Annotated[str, _readable(date.fromisoformat, "a day such as 2026-10-01"), _TEXT]
Moment = Annotated[str, _readable(_aware, "a time with its offset from UTC, such as 2026-12-01T22:00:00+08:00"), _TEXT]
Measure = Annotated[
    str,
    _readable(
        _measure,
        "utilisation-in, utilisation-out, errors, discards, rtt, jitter, loss, path-rtt, path-jitter or gauge:NAME",
    ),
    _TEXT,
]
Weekday = Literal["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]


class ThresholdDecl(Strict):
    """A limit of a measure, raised at one value and cleared at another."""

    measure: Measure
    raise_at: float
    clear_at: float
    severity: Literal["critical", "major", "minor", "warning"] = "warning"
    for_looks: Annotated[int, Field(ge=1, le=1000)] = 2
    for_s: Annotated[float, Field(ge=0, le=86400)] = 0.0
    roles: list[str] = Field(default_factory=list)
    circuits: list[str] = Field(default_factory=list)
    per: Literal["part", "device"] = "part"


class ExceptionDecl(Strict):
    """Other hours of some sites on some days."""

    select: str
    days: Days
    hours: str


class HoursDecl(Strict):
    """Who may be dark when closed, and the days that are unlike others."""

    dark_when_closed: list[Literal["province", "prefecture", "county", "township", "community"]] = Field(
        default_factory=list
    )
    holidays: list[Days] = Field(default_factory=list)
    workdays: dict[Day, Weekday] = Field(default_factory=dict)
    exceptions: list[ExceptionDecl] = Field(default_factory=list)


class MaintenanceDecl(Strict):
    """Work that was announced: when, on what, why, and who does it."""

    begins: Moment = Field(alias="from")
    ends: Moment = Field(alias="to")
    select: str | None = None
    circuits: list[str] = Field(default_factory=list)
    reason: Annotated[str, Field(min_length=1)]
    who: Annotated[str, Field(min_length=1)]


class TierDecl(Strict):
    """What is owed below an availability in percent: a part of the monthly cost, or the lost time's cost so often."""

    below: Annotated[float, Field(gt=0, le=100)]
    part: Annotated[float, Field(gt=0, le=100)] | None = None
    times: Annotated[float, Field(gt=0, le=1000)] | None = None


class SlaDecl(Strict):
    """A target of availability, in percent of a month, and what a carrier owes below it."""

    availability: Annotated[float, Field(gt=0, le=100)]
    levels: list[Literal["province", "prefecture", "county", "township", "community"]] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    carriers: list[str] = Field(default_factory=list)
    circuits: list[str] = Field(default_factory=list)
    owes: list[TierDecl] = Field(default_factory=list)
    cap: Annotated[float, Field(gt=0, le=100)] = 100.0
    most_unknown: Annotated[float, Field(ge=0, le=100)] = 5.0


class FlappingDecl(Strict):
    """The figures of Zino's model; times in seconds."""

    first: Annotated[float, Field(ge=1, le=1000)] = 2.0
    ceiling: Annotated[float, Field(ge=1, le=100000)] = 256.0
    suppress_at: Annotated[float, Field(ge=0, le=100000)] = 35.0
    half_life_s: Annotated[float, Field(gt=0, le=86400)] = 300.0
    look_again_s: Annotated[float, Field(ge=0, le=86400)] = 120.0
