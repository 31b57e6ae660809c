"""Times as people read them: RFC 3339 in UTC with the local time beside it, and how long ago.

Local is where the network is (`time_zone` under `management`), wherever the machine stands that prints it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import click

from jbnet.cli.context import Context
from jbnet.model.times import stamp as stamp

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def local(time: datetime) -> datetime:
    """Return a time in the network's time zone; without one, and outside of a command, in this machine's."""
    return time.astimezone(_zone())


def meant(said: str) -> datetime:
    """Return in UTC what was written as ISO 8601; without an offset it is local. Raises ValueError, OverflowError."""
    found = datetime.fromisoformat(said)
    return (found if found.tzinfo is not None else found.replace(tzinfo=_zone())).astimezone(UTC)


def _zone() -> tzinfo | None:
    running = click.get_current_context(silent=True)
    context = running.find_object(Context) if running is not None else None
    return context.time_zone if context is not None else None


def both(time: datetime) -> str:
    """Return ``2026-11-22T04:00:00Z (12:00:00 +08:00)``, with the local day where it is another one.

    Where local time is UTC it is said once.
    """
    return stamp(time) + beside(time)


def beside(time: datetime, *, day: bool = True) -> str:
    """Return the local time as it stands behind that in UTC: `` (12:00:00 +08:00)``; empty where they are one.

    ``day``: with the local day where it is another one.
    """
    here = local(time)
    if not here.utcoffset():
        return ""
    other = f"{here:%m-%d} " if day and here.date() != time.astimezone(UTC).date() else ""
    return f" ({other}{here:%H:%M:%S} {offset(here)})"


def moment(time: datetime) -> str:
    """Return a time in UTC with the local one beside it, short: ``11-22 04:00:03Z (12:00:03 +08:00)``."""
    return f"{time.astimezone(UTC):%m-%d %H:%M:%SZ}{beside(time, day=False)}"


def clock_time(time: datetime) -> str:
    """Return ``04:00:03Z``."""
    return f"{time.astimezone(UTC):%H:%M:%SZ}"


def offset(here: datetime) -> str:
    """Return the offset from UTC, ``+08:00``."""
    minutes = int((here.utcoffset() or timedelta()).total_seconds() // _MINUTE)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def span(seconds: float) -> str:
    """Return a duration in one or two units: ``2 s``, ``3 min 5 s``, ``2 h 10 min``, ``3 d 4 h``."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"
