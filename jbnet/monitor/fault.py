"""A fault of a leased line as its carrier is told of it: the line, its ends, the evidence, and numbers of the rest.

Nothing here names what is behind the line, and no address of the network: it is sent to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from jbnet.model.lines import Carrier, Circuit, Underlay
from jbnet.model.places import Contact, Location, Site
from jbnet.monitor.fault_evidence import AtEnd, Figure, Sighting
from jbnet.monitor.incidents import Incident, rfc3339
from jbnet.monitor.state import SubjectKind


@dataclass(frozen=True, slots=True)
class FaultEnd:
    """One end of the line: where it is, the port at which it is handed over, and what was seen there."""

    site: Site | None
    location: Location | None
    port: str
    seen: AtEnd

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        site = self.site
        return {
            "site": site.name if site else None,
            "site_zh": site.name_zh if site else None,
            "location": self.location.name if self.location else None,
            "address": site.address if site else None,
            "contact": _contact(site.contact if site else None),
            "lon": site.lon if site else None,
            "lat": site.lat if site else None,
            "port": self.port,
            **self.seen.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Touched:
    """How much is touched: sites cut off, places with fewer ways, on the backup line, others cut off; services."""

    sites: int
    degraded: int
    on_backup: int
    others: int
    services: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of a line of a carrier. ``until`` is when the line was well again (None: not yet); ``made`` is now.

    ``same_time`` are other lines of the carrier that were down at the same time, by number or our name.
    ``looked`` is when the monitor last looked: what came after nobody knows.
    ``call`` is whom to call back; None: nobody is declared. ``zone`` is the network's local time.
    """

    incident: Incident
    circuit: Circuit
    carrier: Carrier
    underlay: Underlay | None
    ends: tuple[FaultEnd, FaultEnd]
    seen: tuple[Sighting, ...]
    figures: tuple[Figure, ...]
    touched: Touched
    same_time: tuple[str, ...]
    call: Contact | None
    zone: timezone
    made: datetime
    looked: datetime

    @property
    def until(self) -> datetime | None:
        """Return when the line was well again."""
        return self.incident.cleared or self.incident.closed

    @property
    def routing_alone(self) -> bool:
        """Say whether only routers say that the line is broken: then their settings for it are not ruled out."""
        kinds = {sighting.kind for sighting in self.seen if sighting.end is not None}
        return SubjectKind.INTERFACE not in kinds and bool(kinds & {SubjectKind.NEIGHBOUR, SubjectKind.SESSION})

    @property
    def behind(self) -> int:
        """Return how many devices behind the line could not be reached because of it."""
        return sum(1 for s in self.seen if s.end is None and s.kind is SubjectKind.DEVICE)

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``; times are RFC 3339 in UTC."""
        return {
            "incident": self.incident.id,
            "line": self.circuit.line_number,
            "circuit": self.circuit.name,
            "carrier": {"name": self.carrier.name, "name_zh": self.carrier.name_zh, "phone": self.carrier.phone},
            "handed_over_by": self.underlay and {"operator": self.underlay.operator, "phone": self.underlay.phone},
            "handoff": self.circuit.handoff,
            "bandwidth_mbps": self.circuit.bandwidth,
            "since": rfc3339(self.incident.since),
            "since_local": self.incident.since.astimezone(self.zone).isoformat(timespec="seconds"),
            "until": rfc3339(self.until),
            "made": rfc3339(self.made),
            "looked": rfc3339(self.looked),
            "ends": {name: end.as_json() for name, end in zip("AB", self.ends, strict=True)},
            "evidence": [sighting.as_json() for sighting in self.seen if sighting.end is not None],
            "devices_behind": self.behind,
            "measured": [
                {"at": rfc3339(f.time), "measure": f.measure, "value": f.value, "limit": f.limit} for f in self.figures
            ],
            "reading": self.incident.reading or None,
            "touched": {name: getattr(self.touched, name) for name in Touched.__slots__},
            "same_time": list(self.same_time),
            "call": _contact(self.call),
        }


def _contact(contact: Contact | None) -> dict[str, str | None] | None:
    return None if contact is None else {"name": contact.name, "phone": contact.phone}
