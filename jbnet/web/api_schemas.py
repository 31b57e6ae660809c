"""The schemas of what the API answers; a test holds them against real answers, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.monitor.alarms import Severity
from jbnet.web.api_schema import FLAG, NUMBER, TEXT, TIME, Schema, listed, maybe, record, ref

_NAMES = listed(TEXT)
_SEEN_OF = maybe({"type": "object"})
INCIDENT = record(
    id=TEXT,
    root_cause=record(kind=TEXT, name=TEXT),
    rule=maybe(TEXT),
    state={"enum": ["open", "closed", "maintenance"]},
    severity={"enum": [str(one) for one in Severity]},
    since=TIME,
    opened=TIME,
    cleared=maybe(TIME),
    closed=maybe(TIME),
    sites=_NAMES,
    degraded=_NAMES,
    on_backup=_NAMES,
    others=_NAMES,
    devices=_NAMES,
    services=listed(record(name=TEXT, sites=NUMBER)),
    agencies=listed(record(name=TEXT, offices=NUMBER)),
    parts=listed({"type": "object"}),
    symptoms=listed({"type": "object"}),
    merged_into=maybe(TEXT),
    flapping=FLAG,
    maintenance=maybe(TEXT),
    reading=maybe(TEXT),
    related=maybe(TEXT),
    expected=maybe(TEXT),
    actual=maybe(TEXT),
    next=maybe(TEXT),
    readings=listed({"type": "object"}),
    acknowledged=maybe(record(by=TEXT, at=TIME)),
    owner=maybe(TEXT),
    comments=listed(record(at=TIME, by=TEXT, comment=TEXT)),
    silenced=maybe({"type": "object"}),
)
_CHANGE = record(at=TIME, what=TEXT, by=maybe(TEXT), said=maybe(TEXT), added=_NAMES, gone=_NAMES)
SCHEMAS: Mapping[str, Schema] = {
    "Problem": record(type=TEXT, title=TEXT, status=NUMBER, detail=TEXT),
    "Whoami": record(user=TEXT, role=TEXT, subtree=maybe(TEXT), token=TEXT, rights=_NAMES, expires=TIME),
    "Incident": INCIDENT,
    "Incidents": record(incidents=listed(ref("Incident")), blind=_NAMES, cursor=maybe(TEXT)),
    "IncidentWhole": {"allOf": [ref("Incident"), record(history=listed(_CHANGE))]},
    "Counts": record(
        as_of=maybe(TIME),
        age_s=maybe({"type": "number"}),
        stale=FLAG,
        blind=_NAMES,
        sites=_SEEN_OF,
        devices=_SEEN_OF,
        unexplained=_NAMES,
        open=NUMBER,
        calling=NUMBER,
    ),
}
