"""A message as it goes out: text for people, the same facts as data for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from jbnet.model.text import Text, text
from jbnet.monitor.incidents import rfc3339
from jbnet.monitor.message_lines import body
from jbnet.monitor.notices import OPENED, Draft, Item
from jbnet.monitor.tongue import PLAIN, Tongue

SCHEMA = "jbnet/1"


class Fate(StrEnum):
    """What became of a try. ``UNSURE``: it was sent and the answer was lost, so that it may have arrived."""

    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Message:
    """What a notifier gets. ``key``: the same at every try, by which a receiver knows what it has.

    ``data``: for programs, as JSON. ``severity`` is the worst of what is open in it; empty: all is over.
    """

    key: str
    contact: str
    channel: str
    made: datetime
    title: str
    body: str
    severity: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def compose(draft: Draft, now: datetime, most: int, tongue: Tongue = PLAIN) -> Message:
    """Return the message of a draft, short enough for a telephone, in the language of whom it is for."""
    still_open = [item for item in draft.items if item.incident.closed is None]
    return Message(
        key=draft.key,
        contact=draft.contact.name,
        channel=draft.channel,
        made=now,
        title=tongue.say(_title(draft.items, still_open)),
        body="\n".join(tongue.say(line) for line in body(draft.items, now, most, tongue)),
        severity=str(still_open[0].incident.severity) if still_open else "",
        data={
            "schema": SCHEMA,
            "key": draft.key,
            "contact": draft.contact.name,
            "time": rfc3339(now),
            "items": [{"event": item.what, "incident": item.incident.as_json(),
                       "severity": str(item.incident.severity)} for item in draft.items],
        },
    )  # fmt: skip


def _title(items: Sequence[Item], still_open: Sequence[Item]) -> Text:
    """Return one line: of one incident what it is, of several their numbers."""
    if len(items) == 1:
        (item,) = items
        return text(
            "[{severity}] {kind} {name}: {what}",
            severity=text(str(item.incident.severity)),
            kind=text(str(item.incident.root_cause.kind)),
            name=item.incident.root_cause.name,
            what=text("closed" if item.incident.closed else "unacknowledged" if item.what != OPENED else "open"),
        )
    sites = {site for item in still_open for site in item.incident.sites}
    return text(
        "incidents open: {open}, closed: {closed}; sites cut off: {sites}",
        open=len(still_open),
        closed=len(items) - len(still_open),
        sites=len(sites),
    )


NEVER = "0001-01-01T00:00:00Z"
"""The end of an alert that is not over, as Alertmanager writes it."""


def alertmanager(message: Message) -> dict[str, object]:
    """Return a message as Alertmanager's webhook sends it, version 4 (Prometheus' documentation, webhook_config)."""
    alerts = [_alert(item) for item in message.data["items"]]
    firing = any(alert["status"] == "firing" for alert in alerts)
    return {
        "receiver": message.contact,
        "status": "firing" if firing else "resolved",
        "alerts": alerts,
        "groupLabels": {"contact": message.contact},
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
        "externalURL": "",
        "version": "4",
        "groupKey": f'{{}}:{{contact="{message.contact}"}}',
        "truncatedAlerts": 0,
    }


def _alert(item: Mapping[str, Any]) -> dict[str, Any]:
    incident = item["incident"]
    cause = incident["root_cause"]
    labels = {
        "alertname": f"jbnet_{cause['kind']}",
        "instance": cause["name"],
        "severity": item["severity"],
        "incident": incident["id"],
    }
    closed = incident["closed"]
    return {
        "status": "resolved" if closed else "firing",
        "labels": labels,
        "annotations": {
            "summary": f"{cause['kind']} {cause['name']}",
            "sites": ", ".join(incident["sites"]),
            "services": ", ".join(service["name"] for service in incident["services"]),
        },
        "startsAt": incident["since"],
        "endsAt": closed or NEVER,
        "generatorURL": "",
        "fingerprint": sha256(repr(sorted(labels.items())).encode()).hexdigest()[:16],
    }


def _common(maps: Sequence[Mapping[str, str]]) -> dict[str, str]:
    first = maps[0] if maps else {}
    return {key: value for key, value in first.items() if all(one.get(key) == value for one in maps)}
