"""``monitors/notify.yaml``: contacts, channels and routes. Text comes in, findings come out; no secret is asked for."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, time, timedelta, timezone
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Place
from jbnet.monitor.alarms import Severity
from jbnet.monitor.notices import Contact, Escalation, Quiet, Route, Telling

FILE = "monitors/notify.yaml"
Seconds = Annotated[float, Field(gt=0, le=600)]
SeverityName = Literal["critical", "major", "minor", "warning"]
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class _AppriseDecl(_Strict):
    url: Annotated[str, Field(min_length=1)]
    secrets: dict[str, str] = Field(default_factory=dict)


class _CommandDecl(_Strict):
    argv: Annotated[list[str], Field(min_length=1)]
    timeout_s: Seconds = 20.0


class _WebhookDecl(_Strict):
    url: Annotated[str, Field(pattern=r"^https?://[!-.0-~]+(/[!-~]*)?$")]  # RFC 3986: ASCII without spaces
    timeout_s: Seconds = 10.0
    token_secret: str | None = None


class _ChannelDecl(_Strict):
    apprise: _AppriseDecl | None = None
    command: _CommandDecl | None = None
    alertmanager: _WebhookDecl | None = None


class _QuietDecl(_Strict):
    begin: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")
    still: list[SeverityName] = ["critical"]


class _ContactDecl(_Strict):
    channels: Annotated[list[str], Field(min_length=1)]
    lang: Literal["en", "zh"] = "en"
    quiet: _QuietDecl | None = None


class _EscalationDecl(_Strict):
    after_min: Annotated[float, Field(gt=0, le=10080)]
    tell: Annotated[list[str], Field(min_length=1)]


class _RouteDecl(_Strict):
    tell: Annotated[list[str], Field(min_length=1)]
    severity: list[SeverityName] = Field(default_factory=list)
    selector: str = ""
    services: list[str] = Field(default_factory=list)
    escalate: list[_EscalationDecl] = Field(default_factory=list)
    go_on: bool = False


class NotifyFile(_Strict):
    """What may be written in monitors/notify.yaml."""

    utc_offset: Annotated[str, Field(pattern=r"^[+-]([01]\d):[0-5]\d$")] | None = None
    """Of files from before the network's ``time_zone`` counted; it counts where that is not declared."""
    wait_s: Annotated[float, Field(ge=0, le=3600)] = 10.0
    every_s: Annotated[float, Field(ge=0, le=86400)] = 60.0
    most: Annotated[int, Field(ge=1, le=100)] = 10
    give_up_h: Annotated[float, Field(gt=0, le=720)] = 24.0
    channels: dict[str, _ChannelDecl] = Field(default_factory=dict)
    contacts: dict[str, _ContactDecl] = Field(default_factory=dict)
    routes: list[_RouteDecl] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """A URL of apprise with ``{placeholder}`` for secrets, and the secrets' names by placeholder."""

    url: str
    secrets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CommandChannel:
    """A program that takes the message as JSON on stdin."""

    argv: tuple[str, ...]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """What takes Alertmanager's webhook; ``token_secret``: name of a bearer token."""

    url: str
    timeout_s: float
    token_secret: str | None


Channel = AppriseChannel | CommandChannel | WebhookChannel


@dataclass(frozen=True, slots=True)
class Notify:
    """All that the file says."""

    telling: Telling = field(default_factory=Telling)
    channels: Mapping[str, Channel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the file may refer to. ``judge``: says what is wrong with a selector, or None.

    ``zone``: the network's local time; UTC itself where none is declared.
    """

    services: Collection[str]
    judge: Callable[[str], str | None]
    zone: timezone = UTC


def load_notify(content: str | None, known: Known) -> tuple[Notify, tuple[Finding, ...]]:
    """Return what the file says, and every problem with its place; no file: nobody is told.

    With an error among the findings the rest is not to be used.
    """
    if content is None:
        return Notify(), ()
    report = Report()
    source = read(FILE, content, report)
    found = validate(source, NotifyFile, report, set()) if source is not None else None
    if source is None or found is None:
        return Notify(), report.sorted()
    judge = _Judge(source, report, known)
    judge.channels(found)
    judge.contacts(found)
    judge.routes(found)
    judge.hours(found)
    if report.has_errors:
        return Notify(), report.sorted()
    return Notify(_telling(found, known.zone), {n: _channel(d) for n, d in found.channels.items()}), report.sorted()


class _Judge:
    """Reports what refers to nothing, and secrets that are written down."""

    def __init__(self, source: Source, report: Report, known: Known):
        self._source, self._report, self._known = source, report, known

    def channels(self, found: NotifyFile) -> None:
        """A channel is of one kind; a URL holds no secret and names those that it needs."""
        for name, decl in found.channels.items():
            kinds = [kind for kind in type(decl).model_fields if getattr(decl, kind) is not None]
            if len(kinds) != 1:
                self._report.add("JB107", "the channel {name} is of {count} kinds; expected one of {kinds}",
                                 self._source.key_place(("channels", name)), name=name, count=len(kinds),
                                 kinds=", ".join(type(decl).model_fields))  # fmt: skip
            if decl.apprise is not None:
                self._url(name, decl.apprise, self._source.place(("channels", name, "apprise", "url")))
            if decl.alertmanager is not None:
                place = self._source.place(("channels", name, "alertmanager", "url"))
                self._no_password(name, decl.alertmanager.url, place)

    def _url(self, name: str, decl: _AppriseDecl, place: Place) -> None:
        self._no_password(name, decl.url, place)
        wanted = placeholders(decl.url)
        if wanted is None or "://" not in decl.url:
            self._report.add("JB107", "{name}: this is no URL of apprise, KIND://..., with {placeholder} for secrets",
                             place, name=name, placeholder="{name}")  # fmt: skip
            return
        for missing in sorted(wanted.symmetric_difference(decl.secrets)):
            self._report.add("JB114", "{name}: {placeholder} stands in the URL or below secrets, and not in both",
                             place, name=name, placeholder=f"{{{missing}}}")  # fmt: skip

    def _no_password(self, name: str, url: str, place: Place) -> None:
        """Report a password in a URL; its text is not repeated."""
        user = _userinfo(url)
        if ":" in user and not re.fullmatch(r"[^:]*:\{\w+\}", user):
            self._report.add("JB107", "{name}: a password stands in the URL; keep it as a secret and name it here",
                             place, name=name)  # fmt: skip

    def contacts(self, found: NotifyFile) -> None:
        """A contact's channels are declared."""
        for name, decl in found.contacts.items():
            for number, channel in enumerate(decl.channels):
                self._declared("channel", channel, found.channels, ("contacts", name, "channels", number))

    def routes(self, found: NotifyFile) -> None:
        """A route's contacts and services are declared, its selector can be read."""
        for number, decl in enumerate(found.routes):
            path: Path = ("routes", number)
            for index, contact in enumerate(decl.tell):
                self._declared("contact", contact, found.contacts, (*path, "tell", index))
            for index, service in enumerate(decl.services):
                self._declared("service", service, self._known.services, (*path, "services", index))
            for step, escalation in enumerate(decl.escalate):
                for index, contact in enumerate(escalation.tell):
                    self._declared("contact", contact, found.contacts, (*path, "escalate", step, "tell", index))
            wrong = self._known.judge(decl.selector) if decl.selector else None
            if wrong is not None:
                self._report.add("JB114", "{selector}: {problem}", self._source.place((*path, "selector")),
                                 selector=decl.selector, problem=wrong)  # fmt: skip

    def hours(self, found: NotifyFile) -> None:
        """Hours are of the time zone that the network declares, in one place."""
        quiet = next((name for name, decl in found.contacts.items() if decl.quiet is not None), None)
        if found.utc_offset is not None:
            place = self._source.key_place(("utc_offset",))
            if self._known.zone is UTC:
                template = "utc_offset {offset} counts for these hours alone: the network has no time zone"
            else:
                template = "utc_offset {offset} does not count any more: hours are of the network's time zone, {zone}"
            zone = self._known.zone.tzname(None)
            self._report.add("JB154", template, place, offset=found.utc_offset, zone=zone)
        elif quiet is not None and self._known.zone is UTC:
            template = "{name} has quiet hours and there is no time zone: they are of UTC"
            self._report.add("JB154", template, self._source.place(("contacts", quiet, "quiet")), name=quiet)

    def _declared(self, kind: str, name: str, known: Collection[str], path: Path) -> None:
        if name not in known:
            near = self._report.nearest(name, known) or ", ".join(sorted(known)[:12]) or "-"
            self._report.add("JB114", "there is no {kind} {name}; known is {near}", self._source.place(path), kind=kind,
                             name=name, near=near)  # fmt: skip


def placeholders(url: str) -> set[str] | None:
    """Return the names in braces of a URL; None where the braces cannot be read."""
    try:
        found = {name for _, name, spec, conversion in string.Formatter().parse(url) if name is not None}
    except ValueError:
        return None
    return found if all(name.isidentifier() for name in found) else None


def _userinfo(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[0]
    except ValueError:
        return ""


def _channel(decl: _ChannelDecl) -> Channel:
    if decl.apprise is not None:
        return AppriseChannel(decl.apprise.url, dict(decl.apprise.secrets))
    if decl.command is not None:
        return CommandChannel(tuple(decl.command.argv), decl.command.timeout_s)
    if decl.alertmanager is not None:
        return WebhookChannel(decl.alertmanager.url, decl.alertmanager.timeout_s, decl.alertmanager.token_secret)
    raise ValueError("a channel without a kind was reported before")


def _zone(found: NotifyFile, declared: timezone) -> timezone:
    """Return of which time zone the hours are: the network's; of an old file where none is declared the file's own."""
    if declared is not UTC or found.utc_offset is None:
        return declared
    sign = -1 if found.utc_offset.startswith("-") else 1
    return timezone(sign * timedelta(hours=int(found.utc_offset[1:3]), minutes=int(found.utc_offset[4:])))


def _telling(found: NotifyFile, declared: timezone) -> Telling:
    return Telling(
        contacts={name: _contact(name, decl) for name, decl in found.contacts.items()},
        routes=tuple(_route(decl) for decl in found.routes),
        zone=_zone(found, declared),
        wait=timedelta(seconds=found.wait_s),
        every=timedelta(seconds=found.every_s),
        most=found.most,
        give_up=timedelta(hours=found.give_up_h),
    )


def _contact(name: str, decl: _ContactDecl) -> Contact:
    quiet = None
    if decl.quiet is not None:
        still = frozenset(Severity(one) for one in decl.quiet.still)
        quiet = Quiet(time.fromisoformat(decl.quiet.begin), time.fromisoformat(decl.quiet.end), still)
    return Contact(name, tuple(dict.fromkeys(decl.channels)), decl.lang, quiet)


def _route(decl: _RouteDecl) -> Route:
    return Route(
        tell=tuple(decl.tell),
        severities=frozenset(Severity(one) for one in decl.severity),
        selector=decl.selector,
        services=frozenset(decl.services),
        escalate=tuple(Escalation(timedelta(minutes=e.after_min), tuple(e.tell)) for e in decl.escalate),
        go_on=decl.go_on,
    )
