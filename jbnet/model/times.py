"""Instants as they are written down: RFC 3339 in UTC; to the second for people, to the millisecond for programs."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(time: datetime) -> str:
    """Return ``2026-11-22T04:00:00Z``."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def rfc3339(time: datetime | None) -> str | None:
    """Return a time as RFC 3339 in UTC with milliseconds, such as ``2026-11-22T01:02:03.004Z``."""
    if time is None:
        return None
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
