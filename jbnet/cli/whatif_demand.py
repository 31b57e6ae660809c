"""Measured traffic of sites, read from a file: JSON ``{"site": Mbit/s}`` or CSV with ``site`` and ``mbps``."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping
from math import isfinite
from pathlib import Path

from jbnet.model.errors import UsageError
from jbnet.model.text import text

LIMIT = 10_000_000
"""Bytes: more than any list of sites needs."""


def read_demand(file: Path, sites: Collection[str]) -> Mapping[str, float]:
    """Return the demand of sites in Mbit/s. Raises UsageError for what cannot be read, and for unknown sites."""
    try:
        if file.stat().st_size > LIMIT:
            raise UsageError("{file} is larger than {limit} bytes", file=file, limit=LIMIT)
        content = file.read_text(encoding="utf-8-sig")
        found = _from_csv(content) if file.suffix.lower() == ".csv" else _from_json(content)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        hint = text('write JSON as {example}, or CSV with the columns "site" and "mbps"', example='{"SITE": 40.5}')
        raise UsageError("{file} cannot be read as demand: {reason}", hint=hint, file=file, reason=error) from error
    unknown = [name for name in found if name not in sites]
    if unknown:
        raise UsageError("{file} names sites that there are not: {names}", file=file, names=", ".join(unknown[:5]))
    return found


def _from_json(content: str) -> dict[str, float]:
    read = json.loads(content)
    if not isinstance(read, dict):
        raise TypeError("not an object of sites")
    return {str(site): _number(value) for site, value in read.items()}


def _from_csv(content: str) -> dict[str, float]:
    return {row["site"]: _number(row["mbps"]) for row in csv.DictReader(content.splitlines())}


def _number(value: object) -> float:
    number = float(str(value))
    if not isfinite(number) or number < 0:
        raise ValueError(f"{value} is no traffic")
    return number
