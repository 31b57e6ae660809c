"""Measures from any agent's tables, by recipes: which column, in which unit, of which rows, and what a row is called.

A recipe is data (``jbnet/platforms``): a vendor's MIB needs no code. A value that is absent, of the wrong type, outside
of what the MIB allows, or in a unit that nobody knows is no value: unknown is neither zero nor fine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jbnet.snmp.tables import Row, integer, rows_of, string
from jbnet.snmp.types import Oid, Value, VarBind

Gauges = Mapping[str, Mapping[str, float]]
"""Values by measure and by the part that it is of: ``{"temperature": {"Board 3": 41.0}}``; ``""`` is the device."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One measure of the rows of a table.

    ``scale`` makes the declared unit of the number in ``column``. Numbers below ``least``, above ``most`` or among
    ``absent`` are no values. ``bad``: 1 where the number is one of these, 0 where it is another. ``share_of``: divided
    by that column; ``rest``: and what is left of it. ``less``: that column's value is taken away. ``where`` are numbers
    (or OIDs) that other columns must have. ``exponent`` are the columns of EntitySensorDataScale and -Precision
    (RFC 3433).
    """

    column: int
    scale: float = 1.0
    least: int | None = None
    most: int | None = None
    absent: frozenset[int] = frozenset()
    bad: frozenset[int] = frozenset()
    share_of: int | None = None
    rest: bool = False
    less: int | None = None
    where: Mapping[int, frozenset[int | Oid]] = field(default_factory=dict)
    exponent: tuple[int, int] | None = None

    @property
    def columns(self) -> frozenset[int]:
        """Return every column that is read for it."""
        more = {self.share_of, self.less, *self.where, *(self.exponent or ())}
        return frozenset({self.column, *(column for column in more if column is not None)})

    def value(self, row: Row) -> float | None:
        """Return the measure of a row, None where there is none."""
        number = self._number(row.get(self.column))
        if number is None or not all(row.get(column) in wanted for column, wanted in self.where.items()):
            return None
        if self.bad:
            return float(number in self.bad)
        if self.less is not None:
            limit = self._number(row.get(self.less))
            return None if limit is None else (number - limit) * self.scale
        if self.share_of is not None:
            return self._share(number, integer(row.get(self.share_of)))
        return self._exact(number, row) if self.exponent else number * self.scale

    def _number(self, value: Value) -> int | None:
        number = integer(value)
        low = self.least is not None and number is not None and number < self.least
        high = self.most is not None and number is not None and number > self.most
        return None if number is None or low or high or number in self.absent else number

    def _share(self, number: int, whole: int | None) -> float | None:
        if whole is None or whole <= 0:
            return None
        return 1 - number / whole if self.rest else number / whole

    def _exact(self, number: int, row: Row) -> float | None:
        """Return the value of EntitySensorValue (RFC 3433): scale 9 is 1, a step a thousand; precision is decimals."""
        scale, precision = (integer(row.get(column)) for column in self.exponent or ())
        if scale is None or precision is None or not 1 <= scale <= _SCALES or abs(precision) > _MOST_DECIMALS:
            return None
        return float(number * 10.0 ** (3 * (scale - _UNITS) - max(precision, 0)))


_UNITS, _SCALES, _MOST_DECIMALS = 9, 17, 9
_DECIMALS = 6
"""More is noise, and takes room in the store."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its measures. ``entry`` is its conceptual row; of scalars what stands before their last number.

    ``names`` is the column (of this or another table with the same index) that says what a row is called; without one
    it is called by its index, behind ``label``; where the index says nothing, by its place (``counted``), the first is
    1. ``scalars``: it is no table, and what is measured is the device itself.
    """

    entry: Oid
    gauges: Mapping[str, Gauge]
    names: Oid | None = None
    label: str = ""
    scalars: bool = False
    counted: bool = False

    @property
    def columns(self) -> tuple[Oid, ...]:
        """Return what to walk."""
        numbers = sorted(frozenset().union(*(gauge.columns for gauge in self.gauges.values())))
        if self.scalars:
            return tuple((*self.entry, number, 0) for number in numbers)
        own = [(*self.entry, number) for number in numbers]
        return tuple(own if self.names is None or self.names in own else [*own, self.names])

    def read(self, varbinds: tuple[VarBind, ...]) -> Iterable[tuple[str, str, float]]:
        """Yield measure, part and value."""
        wanted = frozenset().union(*(gauge.columns for gauge in self.gauges.values()))
        called = self._called(varbinds)
        for place, (index, row) in enumerate(sorted(rows_of(varbinds, self.entry, wanted).items()), start=1):
            numbered = self._numbered((place,) if self.counted else index)
            for name, gauge in self.gauges.items():
                value = gauge.value(row)
                if value is not None and (not self.scalars or index == (0,)):
                    yield name, "" if self.scalars else called.get(index) or numbered, value

    def _called(self, varbinds: tuple[VarBind, ...]) -> Mapping[Oid, str | None]:
        if self.names is None:
            return {}
        column = self.names[-1]
        rows = rows_of(varbinds, self.names[:-1], (column,))
        return {index: string(row.get(column)) for index, row in rows.items()}

    def _numbered(self, index: Oid) -> str:
        return f"{self.label} {'.'.join(map(str, index))}".strip()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is read together: the tables of one platform, or of one standard MIB."""

    tables: tuple[Table, ...]

    @property
    def columns(self) -> tuple[Oid, ...]:
        """Return what to walk."""
        return tuple(dict.fromkeys(column for table in self.tables for column in table.columns))

    def read(self, varbinds: Iterable[VarBind]) -> dict[str, dict[str, float]]:
        """Return the measures; of two rows that are called the same the second one is numbered."""
        found: dict[str, dict[str, float]] = {}
        given = tuple(varbinds)
        for table in self.tables:
            for name, part, value in table.read(given):
                parts = found.setdefault(name, {})
                parts[part if part not in parts else f"{part} #{len(parts) + 1}"] = round(value, _DECIMALS)
        return found
