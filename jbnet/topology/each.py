"""Every single failure of a kind, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.topology.failures import each
from jbnet.topology.forecast import Forecast, Forecaster


@dataclass(frozen=True, slots=True)
class Row:
    """One failure and what it means."""

    kind: str
    name: str
    forecast: Forecast


def rows(forecaster: Forecaster, kind: str) -> Iterator[Row]:
    """Yield every single failure of a kind in the order of the declaration. Raises UsageError (no such kind)."""
    for name, failure in each(forecaster.network, kind):
        yield Row(kind, name, forecaster.of_expanded(failure))


def worst_first(found: Iterator[Row]) -> list[Row]:
    """Return failures by what they do to people: services lost over all sites, homes cut off, homes on backup."""
    return sorted(found, key=lambda row: (tuple(-number for number in row.forecast.weight), row.name))
