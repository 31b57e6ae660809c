"""One event as a line of JSON: the same of ``jbnet events``, ``jbnet monitor`` and ``jbnet watch``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.context import SCHEMA
from jbnet.model.times import rfc3339

if TYPE_CHECKING:
    from jbnet.monitor.state import Event


def event_line(event: Event, **more: object) -> dict[str, object]:
    """Return an event for ``--json``; ``more`` says where it stands in its store."""
    return {
        "schema": SCHEMA,
        "time": rfc3339(event.time),
        "event": f"{event.subject.kind}.{event.event}",
        "subject": str(event.subject),
        "data": dict(event.data),
        **more,
    }
