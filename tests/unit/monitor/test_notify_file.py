"""monitors/notify.yaml: every problem with its line, and no secret in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, time, timedelta, timezone

import pytest

from jbnet.monitor.alarms import Severity
from jbnet.monitor.notices import Escalation, Quiet
from jbnet.monitor.notify_file import AppriseChannel, CommandChannel, Known, WebhookChannel, load_notify

BEIJING = timezone(timedelta(hours=8), "BJT")
KNOWN = Known(["pension"], lambda selector: None if selector == "under:chengdong" else "there is no site", BEIJING)
GOOD = """
every_s: 120
channels:
  robot: {apprise: {url: "wecombot://{key}", secrets: {key: wecom-noc}}}
  sms: {command: {argv: [/usr/local/bin/sms, --to, noc], timeout_s: 5}}
  hub: {alertmanager: {url: "https://hub.example/hook", token_secret: hub-token}}
contacts:
  noc: {channels: [robot, hub], lang: zh}
  lead: {channels: [sms], quiet: {from: "22:00", to: "07:00", still: [critical, major]}}
routes:
  - {severity: [critical], selector: "under:chengdong", services: [pension], tell: [noc], go_on: true,
     escalate: [{after_min: 15, tell: [lead]}]}
  - tell: [noc]
"""


def test_what_is_declared_is_what_is_told_by() -> None:
    notify, findings = load_notify(GOOD, KNOWN)
    assert findings == ()
    assert notify.channels["robot"] == AppriseChannel("wecombot://{key}", {"key": "wecom-noc"})
    assert notify.channels["sms"] == CommandChannel(("/usr/local/bin/sms", "--to", "noc"), 5)
    assert notify.channels["hub"] == WebhookChannel("https://hub.example/hook", 10, "hub-token")
    telling = notify.telling
    assert telling.zone is BEIJING
    assert telling.contacts["lead"].quiet == Quiet(time(22), time(7), frozenset((Severity.CRITICAL, Severity.MAJOR)))
    first, second = telling.routes
    assert first.escalate == (Escalation(timedelta(minutes=15), ("lead",)),)
    assert (first.go_on, second.go_on) == (True, False)


def test_without_the_file_nobody_is_told() -> None:
    notify, findings = load_notify(None, KNOWN)
    assert (notify.telling.routes, notify.channels, findings) == ((), {}, ())


@pytest.mark.parametrize(
    ("before", "after", "code", "said"),
    [
        ("channels: [robot, hub]", "channels: [robbot, hub]", "JB114", "there is no channel robbot; known is robot"),
        ("- tell: [noc]", "- tell: [nox]", "JB114", "there is no contact nox; known is noc"),
        ("services: [pension]", "services: [pensoin]", "JB114", "there is no service pensoin; known is pension"),
        ("under:chengdong", "under:nowhere", "JB114", "under:nowhere: there is no site"),
        ("secrets: {key: wecom-noc}", "secrets: {kee: wecom-noc}", "JB114", "{kee}"),
        ("wecombot://{key}", "wecombot:{key}", "JB107", "no URL of apprise"),
        ("wecombot://{key}", "mailto://noc:hunter2@example.org/{key}", "JB107", "a password stands in the URL"),
        ("https://hub.example", "https://noc:hunter2@hub.example", "JB107", "a password stands in the URL"),
        ("https://hub.example/hook", "ftp://hub.example/hook", "JB107", "url must be"),
        ("https://hub.example/hook", "https://hub.example/告警", "JB107", "url must be"),
        ("timeout_s: 5}", "timeout_s: 5}, apprise: {url: 'json://x'}", "JB107", "of 2 kinds"),
        ('"22:00"', '"25:00"', "JB107", "from must be"),
        ("[critical, major]", "[critical, huge]", "JB107", "one of critical, major, minor, warning"),
        ("every_s: 120", "evry_s: 120", "JB105", "did you mean every_s?"),
        ("after_min: 15", "after_min: soon", "JB107", "a number"),
    ],
)
def test_every_problem_is_said_with_its_line(before: str, after: str, code: str, said: str) -> None:
    assert before in GOOD
    written = GOOD.replace(before, after)
    notify, findings = load_notify(written, KNOWN)
    assert [finding.code for finding in findings] == [code] * len(findings)
    assert any(said in finding.message for finding in findings), [finding.message for finding in findings]
    assert not any("hunter2" in finding.message for finding in findings)
    place = findings[0].place
    assert place is not None
    lines = written.splitlines()
    changed = {n for n, (a, b) in enumerate(zip(GOOD.splitlines(), lines, strict=True), start=1) if a != b}
    assert {finding.place.line for finding in findings if finding.place} <= changed
    assert notify.channels == {}


def test_an_old_files_offset_is_read_and_check_says_where_the_time_zone_belongs() -> None:
    old = f'utc_offset: "+06:30"{GOOD}'
    notify, findings = load_notify(old, KNOWN)
    assert [(f.code, f.severity, f.place and f.place.line) for f in findings] == [("JB154", "warning", 1)]
    assert notify.telling.zone is BEIJING, "the network's counts where it has one"
    notify, findings = load_notify(old, replace(KNOWN, zone=UTC))
    assert [finding.code for finding in findings] == ["JB154"]
    assert notify.telling.zone.utcoffset(None) == timedelta(hours=6, minutes=30), "as before"


def test_quiet_hours_without_any_time_zone_are_said_to_be_of_utc() -> None:
    notify, findings = load_notify(GOOD, replace(KNOWN, zone=UTC))
    assert [finding.code for finding in findings] == ["JB154"]
    assert notify.telling.zone is UTC
    assert notify.telling.contacts
