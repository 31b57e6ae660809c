"""The whole screen: what is known of the network, the page, and what can be pressed. Lines and styles, no terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.cli.board_text import Translate, fit
from jbnet.cli.columns import cells, hanging
from jbnet.cli.live_text import device_content
from jbnet.cli.times import beside, clock_time, span
from jbnet.cli.watch.details import incident_content, site_content
from jbnet.cli.watch.model import Ask, Model, PageKind, cursor
from jbnet.cli.watch.pages import QUIET, Content, Line, filtered, group_title, groups_content, list_content
from jbnet.cli.watch.picture import Picture
from jbnet.model.text import text
from jbnet.monitor.alarms import Severity
from jbnet.monitor.board import by_severity

LEAST_WIDTH, LEAST_HEIGHT = 40, 8
ALARMING, CHOSEN = "bold white on red", "reverse"
QUESTIONS = {
    Ask.FILTER: text("filter by a text, a selector, or under: and a site (empty: all):").template,
    Ask.OWNER: text("#{id}: who is on it (empty: you):").template,
    Ask.ACK_COMMENT: text("#{id}: what is known or being done:").template,
    Ask.COMMENT: text("#{id}: note:").template,
    Ask.HAND_OVER: text("#{id}: hand over to:").template,
    Ask.SILENCE_FOR: text("#{id}: silence for (empty: 2h):").template,
    Ask.SILENCE_WHY: text("#{id}: why (it has to be said):").template,
}
HELP = (
    text("Enter or →  open what is under the cursor: an incident, a site, a device").template,
    text("Esc or ←    back; on the list: drop the filter").template,
    text("↑ ↓ PgUp PgDn Home End, or j k and space: move").template,
    text("/  filter: a text, a selector such as level=county, or under: and a site").template,
    text("g  groups by cause, and back to the list").template,
    text("a  acknowledge: somebody is on it, nobody else is called").template,
    text("u  take the acknowledgement back     o  hand over to somebody").template,
    text("c  note something                    s  silence for a time").template,
    text("q or Ctrl-C  leave; Ctrl-Z  put aside; Ctrl-L  draw again").template,
    text("A line in plain grey is taken care of: acknowledged, silenced, planned, recovering.").template,
)


@dataclass(frozen=True, slots=True)
class Screen:
    """What is to be shown: exactly as many lines as the terminal has, and what the page was (for the keys)."""

    lines: tuple[Line, ...]
    content: Content
    room: int


def draw(model: Model, picture: Picture, tr: Translate, width: int, height: int) -> Screen:
    """Return the screen of a size. One that is too small says so rather than something wrong."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        said = tr("make the window larger: {width} x {height} at least", width=LEAST_WIDTH, height=LEAST_HEIGHT)
        return Screen((Line(said), *(Line("") for _ in range(height - 1))), Content((), ()), 1)
    content = _content(model, picture, tr, width)
    top = [*_banner(picture, tr, width), *_counts(picture, tr, width), *_where(model, picture, tr)]
    top += [Line(fit(said, width), "underline") for said in content.heads]
    room = max(1, height - len(top) - 1)
    shown = _window(model, content, room)
    blank = [Line("")] * (room - len(shown))
    lines = [*top, *shown, *blank, _lowest(model, tr, width, len(content.lines) > room)]
    shown_at_all = (*lines[: height - 1], lines[-1])
    return Screen(tuple(_cut(found, width) for found in shown_at_all), content, room)


def _cut(line: Line, width: int) -> Line:
    """Return a line that is no longer than the screen is wide."""
    return line if cells(line.said) <= width else Line(fit(line.said, width), line.style, line.target)


def _content(model: Model, picture: Picture, tr: Translate, width: int) -> Content:
    target = model.page.target
    if target.kind is PageKind.LIST:
        return list_content(model, picture, tr, width)
    if target.kind is PageKind.GROUPS:
        return groups_content(model, picture, tr, width)
    if target.kind is PageKind.INCIDENT:
        return incident_content(picture, tr, width)
    if target.kind is PageKind.SITE:
        return site_content(target.name, picture, tr, width)
    if target.kind is PageKind.DEVICE:
        return device_content(target.name, picture, tr, width)
    return Content((), [Line(part) for said in HELP for part in hanging(tr(said), 12, width)])


def _window(model: Model, content: Content, room: int) -> list[Line]:
    """Return the lines that there is room for, with the cursor among them."""
    at = cursor(model.page, content.rows)
    first = max(0, min(at - room // 2, len(content.lines) - room)) if len(content.lines) > room else 0
    shown = list(content.lines[first : first + room])
    if shown and content.lines[at].target is not None:
        chosen = shown[at - first]
        shown[at - first] = Line(chosen.said, f"{chosen.style} {CHOSEN}".strip(), chosen.target)
    return shown


def _banner(picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    """Yield what must not be overlooked: nobody looks, and what stands below is old."""
    if picture.trouble is not None:
        for said in hanging(tr(picture.trouble), 2, width):
            yield Line(fit(said, width), ALARMING)
    if picture.as_of is None:
        yield Line(fit(tr("nothing was polled yet"), width), ALARMING)
    elif picture.blind:
        time = clock_time(picture.as_of) + beside(picture.as_of)
        said = tr("BLIND since {time}, {span}", time=time, span=span(picture.age_s))
        below = tr("no monitor looks; what stands below was true then. Start it: jbnet monitor")
        yield Line(" " * width, ALARMING)
        yield Line(fit(" " * max(0, (width - cells(said)) // 2) + said, width), ALARMING)
        yield Line(fit(" " * max(0, (width - cells(below)) // 2) + below, width), ALARMING)
        yield Line(" " * width, ALARMING)


def _counts(picture: Picture, tr: Translate, width: int) -> Iterator[Line]:
    """Yield the state of the network in two lines."""
    summary = picture.summary
    if summary is None or picture.as_of is None:
        return
    left = tr(
        "sites {up}/{total} reachable, devices {answering}/{watched} answer",
        up=summary["sites"]["reachable"],
        total=summary["sites"]["total"],
        answering=summary["devices"]["answering"],
        watched=summary["devices"]["total"],
    )
    right = clock_time(picture.as_of) + beside(picture.as_of, day=False)
    room = width - cells(right) - 1
    yield Line(fit(left, room) + " " + right, QUIET if picture.blind else "bold")
    yield from (Line(said) for said in hanging(_tally(picture, tr), 2, width)[:2])


def _tally(picture: Picture, tr: Translate) -> str:
    entries = picture.entries
    parts = [tr("incidents open: {count}", count=len(entries))]
    counts = by_severity([e for e in entries if e.incident.maintenance is None])
    parts += [f"{tr(str(severity))} {counts[severity]}" for severity in Severity if counts[severity]]
    if calling := sum(entry.calls for entry in entries):
        parts.append(tr("nobody is on {count}", count=calling))
    for mark in ("flapping", "recovering", "maintenance", "silenced", "acknowledged"):
        if count := sum(mark in entry.marks for entry in entries):
            parts.append(f"{tr(mark)} {count}")
    return ", ".join(parts)


def _where(model: Model, picture: Picture, tr: Translate) -> Iterator[Line]:
    """Yield what is filtered, and a message."""
    if model.filter:
        found, every = len(filtered(model, picture)), len(picture.entries)
        yield Line(tr("filter: {filter} ({count} of {total})", filter=model.filter, count=found, total=every), "bold")
    if said := group_title(model, picture, tr):
        yield Line(said, "bold")
    if model.message is not None:
        yield Line(tr(model.message), "bold")


def _lowest(model: Model, tr: Translate, width: int, more: bool) -> Line:
    """Return the lowest line: what is asked, or what can be pressed."""
    if model.prompt is not None:
        said = f"{tr(QUESTIONS[model.prompt.ask], id=model.prompt.about)} {model.prompt.typed}_"
        over = cells(said) - width
        return Line(said if over <= 0 else "…" + _tail(said, width - 1), "reverse")
    keys = tr("? help  / filter  Enter open  g groups  a ack  c note  s silence  q quit")
    return Line(fit(keys + ("  ↕" if more else ""), width), QUIET)


def _tail(said: str, room: int) -> str:
    while cells(said) > room:
        said = said[1:]
    return said
