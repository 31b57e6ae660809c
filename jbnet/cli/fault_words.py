"""A fault of a leased line in words, as its carrier reads it: sections of facts, in either language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jbnet.cli.fault_proof import NAMES, measured, ruled, seen
from jbnet.cli.times import offset, span, stamp
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.places import Contact
    from jbnet.monitor.fault import Fault, FaultEnd

_UNDECLARED = text("not declared")


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the report: what it is about, and what is said of it."""

    label: Text
    said: Text


@dataclass(frozen=True, slots=True)
class Section:
    """Facts under a heading."""

    title: Text
    facts: tuple[Fact, ...]


def title(fault: Fault) -> Text:
    """Return what stands above the report."""
    return text("Fault report: line {line}", line=fault.circuit.line_number or fault.circuit.name)


def sections(fault: Fault) -> tuple[Section, ...]:
    """Return the whole report."""
    ends = (
        Section(text("End {end}", end=name), tuple(_end(fault, end)))
        for name, end in zip(NAMES, fault.ends, strict=True)
    )
    return (
        Section(text("The line"), tuple(_line(fault))),
        Section(text("The fault"), tuple(_fault(fault))),
        *ends,
        Section(text("What was seen"), tuple(_evidence(fault))),
        Section(text("Our own equipment and power"), tuple(_own(fault))),
        Section(text("Please answer to"), tuple(_answer(fault))),
    )


def _line(fault: Fault) -> Iterator[Fact]:
    line, carrier = fault.circuit, fault.carrier
    yield Fact(text("line number"), _given(line.line_number))
    yield Fact(text("our name of it"), _given(line.name))
    yield Fact(text("carrier"), _party(f"{carrier.name_zh} ({carrier.name})", carrier.phone))
    if fault.underlay is not None:
        yield Fact(text("handed over by"), _party(fault.underlay.operator, fault.underlay.phone))
    if line.handoff:
        yield Fact(text("hand-over port"), _given(line.handoff))
    speed = text("{speed} Mbit/s", speed=line.bandwidth) if line.bandwidth is not None else _UNDECLARED
    yield Fact(text("bandwidth"), speed)
    yield Fact(text("our incident"), _given(f"#{fault.incident.id}"))


def _fault(fault: Fault) -> Iterator[Fact]:
    incident, until = fault.incident, fault.until
    yield Fact(text("since"), _when(fault, incident.since))
    lasted = span(((until or fault.looked) - incident.since).total_seconds())
    if until is None:
        yield Fact(text("until"), text("not repaired at the last look; so far {span}", span=lasted))
        yield Fact(text("last look"), _when(fault, fault.looked))
    else:
        yield Fact(text("until"), text("{time}; it took {span}", time=_when(fault, until), span=lasted))
    if incident.flapping:
        yield Fact(text("course"), text("it comes and goes"))
    if incident.maintenance:
        yield Fact(text("announced work"), text("the fault lies within a declared maintenance window"))
    touched = fault.touched
    yield Fact(text("sites cut off"), _given(str(touched.sites)))
    yield Fact(text("fewer ways left"), text("places: {count}", count=touched.degraded))
    yield Fact(text("on the backup line"), text("places: {count}", count=touched.on_backup))
    if touched.others:
        yield Fact(text("others cut off"), text("data centres and partners: {count}", count=touched.others))
    if fault.same_time:
        said = text(
            "{count} of your other lines: {names}", count=len(fault.same_time), names=", ".join(fault.same_time)
        )
        yield Fact(text("down as well"), said)


def _end(fault: Fault, end: FaultEnd) -> Iterator[Fact]:
    site, seen = end.site, end.seen
    place = f"{site.name_zh} ({site.name})" if site is not None else None
    if place is not None and end.location is not None:
        place += f", {end.location.name_zh} ({end.location.name})"
    yield Fact(text("site"), _given(place))
    yield Fact(text("address"), _given(site.address if site is not None else None))
    yield Fact(text("contact there"), _contact(site.contact if site is not None else None))
    if site is not None and site.lon is not None and site.lat is not None:
        yield Fact(text("position"), text("{lat}° N, {lon}° E", lat=f"{site.lat:.4f}", lon=f"{site.lon:.4f}"))
    yield Fact(text("our port"), _given(end.port))
    nothing = text("not known: no look before the fault is kept")
    yield Fact(text("last good look"), _when(fault, seen.last_good) if seen.last_good is not None else nothing)


def _evidence(fault: Fault) -> Iterator[Fact]:
    """Yield what was seen by time; the figures of what was measured stand among it."""
    said = [(s.time, seen(s)) for s in fault.seen if s.end is not None]
    said += [(figure.time, measured(figure)) for figure in fault.figures]
    for time, what in sorted(said, key=lambda pair: pair[0]):
        yield Fact(_short(fault, time), what)
    if fault.behind:
        yield Fact(text("behind the line"), text("devices that cannot be reached: {count}", count=fault.behind))
    if not said and not fault.behind:
        yield Fact(text("evidence"), text("none is kept any more"))
    if fault.incident.reading:
        meant = text("{reading}: what was seen fits a power failure at the silent end, too",
                     reading=text(fault.incident.reading))  # fmt: skip
        yield Fact(text("it may be"), meant)


def _own(fault: Fault) -> Iterator[Fact]:
    for name, end in zip(NAMES, fault.ends, strict=True):
        yield Fact(text("end {end}", end=name), ruled(end))
    if fault.routing_alone:
        yield Fact(text("not ruled out"), text("the settings of our routers for this line: both ports are up"))
    yield Fact(text("not tested"), text("our optics and the cable from our port to the hand-over point"))


def _answer(fault: Fault) -> Iterator[Fact]:
    yield Fact(text("whom to call"), _contact(fault.call))
    yield Fact(text("made"), _when(fault, fault.made))


def _given(value: str | None) -> Text:
    return text("{value}", value=value) if value else _UNDECLARED


def _party(name: str, phone: str | None) -> Text:
    called = text("{name}, phone {phone}", name=name, phone=phone)
    return called if phone else text("{name}, no phone is declared", name=name)


def _contact(contact: Contact | None) -> Text:
    return _UNDECLARED if contact is None else _party(contact.name, contact.phone)


def _when(fault: Fault, time: datetime) -> Text:
    local = time.astimezone(fault.zone)
    return text("{local} (UTC: {utc})", local=f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}", utc=stamp(time))


def _short(fault: Fault, time: datetime) -> Text:
    return text("{time}", time=f"{time.astimezone(fault.zone):%Y-%m-%d %H:%M:%S}")
