"""Metrics as values: families and their points, in the terms of OpenMetrics 1.0."""

from __future__ import annotations

from dataclasses import dataclass

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric: its name (of a counter without ``_total``), kind, unit, labels and what it means."""

    name: str
    kind: str
    unit: str
    labels: Labels
    means: str


@dataclass(frozen=True, slots=True)
class Point:
    """The value of a family for one set of label values."""

    family: Family
    values: Labels
    value: float
