"""What things are called where people read of them: places, services, lines and times, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from jbnet.model.levels import Level
from jbnet.model.lines import Carrier, Circuit
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.incidents import Incident

_LEVELS = tuple(Level)
_COMMAS = {"zh": "、"}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Tongue:
    """A language and what is declared. ``lang``: zh has the declared ``name_zh``, all others the names themselves.

    ``catalogue``: templates by their English; ``network`` None: nothing is known but names.
    """

    lang: str = "en"
    catalogue: Mapping[str, str] = field(default_factory=dict)
    network: Network | None = None

    def say(self, said: Text) -> str:
        """Return a text in this language."""
        return said.render(self.catalogue)

    def place(self, name: str) -> str:
        """Return what a site, a location or a peer is called."""
        network = self.network
        if network is None or self.lang != "zh":
            return name
        found = network.sites.get(name) or network.locations.get(name) or network.peers.get(name)
        return found.name_zh if found is not None else name

    def service(self, name: str) -> str:
        """Return what a service is called."""
        found = self.network.services.get(name) if self.network is not None and self.lang == "zh" else None
        return found.name_zh if found is not None else name

    def few(self, names: Sequence[str], most: int) -> str:
        """Return the first names, and how many more there are."""
        return self.listed(names[:most]) + (f" … +{len(names) - most}" if len(names) > most else "")

    def listed(self, names: Iterable[str]) -> str:
        """Return names with the comma of this language between them."""
        return _COMMAS.get(self.lang, ", ").join(names)

    def places(self, names: Iterable[str], most: int) -> str:
        """Return what places are called, those that are highest in the hierarchy first, and how many more."""
        return self.few([self.place(name) for name in sorted(names, key=self._rank)], most)

    def _rank(self, name: str) -> int:
        site = self.network.sites.get(name) if self.network is not None else None
        return _LEVELS.index(site.level) if site is not None else len(_LEVELS)

    def clock(self, time: datetime, now: datetime) -> str:
        """Return ``06:01`` in the network's time (where no zone is declared ``22:01 UTC``), of other days with the day.

        ``now``: the day that needs not be said.
        """
        zone = zone_of(self.network)
        here, today = time.astimezone(zone), now.astimezone(zone)
        said = f"{here:%H:%M}" if here.date() == today.date() else f"{here:%m-%d %H:%M}"
        return said if zone is not UTC else f"{said} UTC"

    def where(self, subject: str) -> str:
        """Return where a device stands, or the places that a circuit joins; empty: not known."""
        network = self.network
        if network is None:
            return ""
        if subject in network.sites or subject in network.locations:
            return self.place(subject)
        if subject in network.srlgs:
            return network.srlgs[subject].name_zh if self.lang == "zh" else ""
        circuit = network.circuits.get(subject)
        devices = (circuit.a.device, circuit.z.device) if circuit is not None else (subject,)
        homes = dict.fromkeys(network.devices[device].home for device in devices if device in network.devices)
        return " - ".join(self.place(home) for home in homes)

    def carrier(self, incident: Incident) -> str:
        """Return whose lines it is about, with telephones; empty: not about leased lines, or nobody said whose."""
        known = self.network.carriers if self.network is not None else {}
        whose = dict.fromkeys(circuit.carrier for circuit in self._circuits(incident) if circuit.carrier in known)
        return self.listed(self._reach(known[name]) for name in whose if name is not None)

    def _reach(self, carrier: Carrier) -> str:
        name = carrier.name_zh if self.lang == "zh" else carrier.name
        return f"{name} {carrier.phone or self.say(text('(no phone is declared)'))}"

    def line(self, incident: Incident) -> Text:
        """Return by what the carrier knows a line: its number, or else where it is handed over; of many how many."""
        circuits = self._circuits(incident)
        circuit = circuits[0] if len(circuits) == 1 else None
        if len(circuits) > 1:
            return text("{count} lines: {names}", count=len(circuits), names=self.few([c.name for c in circuits], 3))
        if circuit is not None and circuit.line_number:
            return text("line {number}", number=circuit.line_number)
        if circuit is not None and circuit.handoff:
            return text("hand-over port {port}", port=circuit.handoff)
        return text("line number not declared")

    def call(self, incident: Incident) -> Text | None:
        """Return whom to call: a line's carrier, who mans the site of a silent device; None: nobody is declared."""
        if incident.root_cause.kind is not CauseKind.SITE and (carrier := self.carrier(incident)):
            return text("call {who}, {line}", who=carrier, line=self.line(incident))
        if self.network is not None and incident.root_cause.kind is CauseKind.SITE:
            return self._man(incident.root_cause.name)
        if self.network is None or incident.root_cause.kind is not CauseKind.DEVICE:
            return None
        device = self.network.devices.get(incident.subject)
        return self._man(device.home) if device is not None else None

    def _circuits(self, incident: Incident) -> list[Circuit]:
        """Return the circuits that an incident is about: its root, what an alarm names, or its parts."""
        known = self.network.circuits if self.network is not None else {}
        names = [part.id.name for part in incident.parts] or [incident.subject]
        return [known[name] for name in names if name in known]

    def ask_first(self, incident: Incident) -> Text | None:
        """Return who can say whether there is power where a line or the power is gone; None: nobody is declared."""
        if not incident.reading or self.network is None or incident.root_cause.kind is not CauseKind.CIRCUIT:
            return None
        return next(filter(None, map(self._man, sorted(incident.sites, key=self._rank))), None)

    def _man(self, home: str) -> Text | None:
        """Return the contact of a place, or of the site in which it lies."""
        network = self.network
        if network is None:
            return None
        location = network.locations.get(home)
        site = network.sites.get(location.site if location is not None else home)
        contact = site.contact if site is not None else None
        if site is None or contact is None:
            return None
        phone = contact.phone or text("(no phone is declared)")
        return text("call {place}, {who} {phone}", place=self.place(site.name), who=contact.name, phone=phone)


PLAIN = Tongue()
"""English, and nothing is declared."""


def zone_of(network: Network | None) -> timezone:
    """Return the network's local time; UTC where none is declared."""
    zone = network.management.time_zone if network is not None and network.management is not None else None
    return timezone(timedelta(minutes=zone.minutes), zone.name) if zone is not None else UTC


def lasted(span: timedelta) -> Text:
    """Return a length of time in at most two units."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return text("{count} s", count=seconds)
    if span < 2 * _HOUR:
        return text("{count} min", count=round(seconds / 60))
    if span < 2 * _DAY:
        return text("{hours} h {minutes} min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
    return text("{days} d {hours} h", days=seconds // 86400, hours=seconds % 86400 // 3600)
