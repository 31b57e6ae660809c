"""Instants as they are written down everywhere: RFC 3339, in UTC, to the second. Pure."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(time: datetime) -> str:
    """Return ``2026-11-22T04:00:00Z``."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
