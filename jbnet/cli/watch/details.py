"""What stands on the page of one incident and of one site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from jbnet.cli.board_text import Board, Translate, state
from jbnet.cli.columns import hanging, listing
from jbnet.cli.names import names_of
from jbnet.cli.times import both, moment, span
from jbnet.cli.watch.model import PageKind, Target
from jbnet.cli.watch.pages import QUIET, SEVERITY_STYLES, Content, Line
from jbnet.cli.watch.picture import Picture
from jbnet.model.network import Network
from jbnet.monitor.board import Entry
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.chronicle import chronicle
from jbnet.monitor.chronicle_words import change_text
from jbnet.monitor.state import SubjectKind

_MOST = 40
"""Names of a kind that a page lists one by one; the rest is counted."""


def incident_content(picture: Picture, tr: Translate, width: int) -> Content:
    """Return the page of an incident: cause, whom it touches, who is on it, what happened."""
    entry = picture.details.entry
    if entry is None:
        return Content((), [Line(tr("there is no such incident"))])
    lines = [*_head(entry, picture, tr, width), *_people(entry, tr, width), *_touched(entry, picture, tr, width)]
    lines += [Line(""), Line(tr("history"), "bold")]
    for change in chronicle(picture.details.history):
        lines += _wrapped(f"  {moment(change.time)} {change_text(tr, change)}", width, 4)
    return Content((), lines)


def _head(entry: Entry, picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    incident, ends = entry.incident, entry.incident.closed or picture.now
    kind, name = tr(str(incident.root_cause.kind)), incident.root_cause.name
    said = f"#{incident.id} {tr(str(incident.severity))}: {kind} {name}"
    yield from _wrapped(said, width, 2, "" if incident.closed else SEVERITY_STYLES[incident.severity])
    lasts = span((ends - incident.since).total_seconds())
    yield from _wrapped(tr("  since {time}, {span}", time=both(incident.since), span=lasts), width, 4)
    if incident.closed:
        yield from _wrapped(tr("  closed {closed}", closed=both(incident.closed)), width, 4)
    if marked := state(tr, entry):
        yield Line(f"  {marked}", "bold" if entry.calls else "")
    if incident.reading:
        yield from _wrapped(tr("  the evidence reads: {reading}", reading=tr(incident.reading)), width, 4)
    if incident.maintenance:
        said = tr("  under maintenance {window}; nobody is called for it", window=incident.maintenance)
        yield from _wrapped(said, width, 4)
    if incident.related:
        yield from _wrapped(tr("  it began during or soon after: {work}", work=incident.related), width, 4)
    if incident.merged_into:
        yield Line(tr("  folded into #{id}", id=incident.merged_into), "", _incident(incident.merged_into))
    yield from _whose(entry, picture.network, tr, width)


def _whose(entry: Entry, network: Network | None, tr: Translate, width: int) -> Iterator[Line]:
    """Yield whom to call: the carrier of a line, the contact of a device's site."""
    cause = entry.incident.root_cause
    if network is None:
        return
    if cause.kind is CauseKind.CIRCUIT and (circuit := network.circuits.get(cause.name)):
        carrier = network.carriers.get(circuit.carrier or "")
        if carrier is not None:
            named = f"{carrier.name_zh} ({carrier.name})"
            phone = tr("phone {phone}", phone=carrier.phone) if carrier.phone else tr("telephone not declared")
            number = circuit.line_number
            line = tr("line {number}", number=number) if number else tr("line number not declared")
            yield from _wrapped(f"  {line}, {named}, {phone}", width, 4)
        for end in (circuit.a, circuit.z):
            yield Line(f"  {end.device} {end.interface}", "", Target(PageKind.DEVICE, end.device))
    elif entry.incident.subject in network.devices:
        yield Line(f"  {entry.incident.subject}", "", Target(PageKind.DEVICE, entry.incident.subject))


def _people(entry: Entry, tr: Translate, width: int) -> Iterator[Line]:
    notes = entry.notes
    if notes.acknowledged is not None:
        who, when = notes.acknowledged
        said = tr("  acknowledged by {who} at {time}; on it: {owner}", who=who, time=both(when), owner=notes.owner)
        yield from _wrapped(said, width, 4)
    for comment in notes.comments:
        said = tr("  {who} at {time}: {comment}", who=comment.who, time=both(comment.time), comment=comment.said)
        yield from _wrapped(said, width, 4)
    if entry.silence is not None:
        until, who, why = both(entry.silence.until), entry.silence.who, entry.silence.comment
        yield from _wrapped(
            tr("  silenced until {until} by {who}: {comment}", until=until, who=who, comment=why), width, 4
        )


def _touched(entry: Entry, picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    incident, network = entry.incident, picture.network
    called = names_of(network, tr)
    services, agencies = called.services(incident), called.agencies(incident)
    for title, names in (
        (tr("services, with the number of sites ({count})", count=len(services)), services),
        (tr("agencies, with the number of offices ({count})", count=len(agencies)), agencies),
    ):
        if names:
            yield Line("")
            yield Line(title, "bold")
            yield from (Line(said) for said in listing(f"  {', '.join(names)}", 2, width))
    for title, homes in (
        (tr("sites cut off ({count})", count=len(incident.sites)), incident.sites),
        (tr("locations and peers cut off ({count})", count=len(incident.others)), incident.others),
        (tr("on the backup line ({count})", count=len(incident.on_backup)), incident.on_backup),
        (tr("fewer ways to the core ({count})", count=len(incident.degraded)), incident.degraded),
    ):
        shown = [(called.both(home), Target(PageKind.SITE, home)) for home in called.in_order(homes)]
        yield from _listed(title, shown, tr)
    title = tr("symptoms ({count})", count=len(incident.symptoms))
    found = [(f"{tr(str(s.subject.kind))} {s.subject} {tr(s.state)}", _where(s.subject.kind, s.subject.device))
             for s in incident.symptoms]  # fmt: skip
    yield from _listed(title, found, tr)


def _where(kind: SubjectKind, name: str) -> Target | None:
    devices = (SubjectKind.DEVICE, SubjectKind.INTERFACE, SubjectKind.NEIGHBOUR, SubjectKind.SESSION)
    return Target(PageKind.DEVICE, name) if kind in devices else None


def _listed(title: str, found: Sequence[tuple[str, Target | None]], tr: Translate) -> Iterator[Line]:
    if not found:
        return
    yield Line("")
    yield Line(title, "bold")
    yield from (Line(f"  {said}", "", target) for said, target in found[:_MOST])
    if len(found) > _MOST:
        yield Line(tr("  and {count} more", count=len(found) - _MOST), QUIET)


def site_content(name: str, picture: Picture, tr: Translate, width: int) -> Content:
    """Return the page of a site or location: where it is, whom to call, its devices, what is wrong with it."""
    network = picture.network
    lines = [Line(names_of(network, tr).both(name), "bold")]
    site = network.sites.get(name) if network is not None else None
    if site is not None:
        contact = f"{site.contact.name} {site.contact.phone or ''}".rstrip() if site.contact else ""
        for title, said in (
            (tr("level"), tr(site.level.value)), (tr("parent"), site.parent or ""), (tr("address"), site.address or ""),
            (tr("contact"), contact), (tr("opening hours"), site.opening_hours or ""),
        ):  # fmt: skip
            if said:
                lines += _wrapped(f"  {title}: {said}", width, 4)
    lines += _devices(name, picture, tr)
    touching = [e for e in picture.entries if name in (*e.incident.sites, *e.incident.degraded, *e.incident.others)]
    lines += [Line(""), Line(tr("open incidents ({count})", count=len(touching)), "bold")]
    board = Board(tr, touching, picture.now, width).lines
    lines += [Line(said, "", _incident(e.incident.id)) for e, said in zip(touching, board, strict=True)]
    return Content((), lines)


def _devices(name: str, picture: Picture, tr: Translate) -> Iterable[Line]:
    network = picture.network
    here = [d.name for d in network.devices.values() if d.home == name] if network is not None else []
    found = []
    for device in here:
        state_of = picture.details.states.get(device)
        word = tr("not watched") if state_of is None else tr(str(state_of.answer.condition))
        found.append((f"{device}  {word}", Target(PageKind.DEVICE, device)))
    return _listed(tr("devices ({count})", count=len(found)), found, tr)


def _incident(number: str) -> Target:
    return Target(PageKind.INCIDENT, number)


def _wrapped(said: str, width: int, indent: int, style: str = "") -> list[Line]:
    return [Line(part, style) for part in hanging(said, indent, width)]
