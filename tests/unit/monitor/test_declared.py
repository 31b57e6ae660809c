"""Thresholds, hours and maintenance in monitors/*.yaml: what is wrong has its place, what is right means this."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from networks import small

from jbnet.adapters.workspace import read_files
from jbnet.model.management import Management, TimeZone
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.declared import load_rules
from jbnet.monitor.hours import Hours
from jbnet.monitor.maintenance import Opener
from jbnet.monitor.rules import Rules
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
NETWORK = small()
LIMIT = (
    "thresholds:\n  busy:\n    measure: utilisation-in\n    raise_at: 0.9\n    clear_at: 0.7\n"
    "    roles: [county-router]\n"
)
WORK = (
    "maintenance:\n  fibre:\n    from: '2026-12-01T22:00:00+08:00'\n    to: '2026-12-02T04:00:00+08:00'\n"
    "    select: device:core-r1\n    circuits: [ministry-up2]\n    reason: splicing\n    who: Ma Jun\n"
)
HOURS = (
    "hours:\n  dark_when_closed: [township]\n  holidays: ['2026-10-01/2026-10-07']\n"
    '  workdays: {"2026-10-10": We}\n  exceptions:\n'
    '    - {select: "site:chengdong-t1", days: "2026-11-23", hours: "off"}\n'
)


def findings(content: str) -> list[tuple[str, str]]:
    _, found = load_rules({"monitors/a.yaml": content}, NETWORK)
    return [(finding.code, str(finding.place)) for finding in found]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LIMIT.replace("utilisation-in", "usage"), ("JB107", "monitors/a.yaml:3:14")),
        (LIMIT.replace("utilisation-in", "'gauge:'"), ("JB107", "monitors/a.yaml:3:14")),
        (LIMIT.replace("county-router", "county-ruter"), ("JB114", "monitors/a.yaml:6:13")),
        (LIMIT.replace("0.7", "0.9"), ("JB107", "monitors/a.yaml:5:15")),
        (LIMIT.replace("roles: [county-router]", "circuits: [nowhere]"), ("JB114", "monitors/a.yaml:6:16")),
        (LIMIT.replace("utilisation-in", "rtt") + "    circuits: [core-pair1]\n", ("JB107", "monitors/a.yaml:7:15")),
        (LIMIT.replace("    roles: [county-router]\n", ""), ("JB106", "monitors/a.yaml:2:3")),
        (LIMIT + "    severity: bad\n", ("JB107", "monitors/a.yaml:7:15")),
        (WORK.replace("2026-12-02", "2026-11-02"), ("JB107", "monitors/a.yaml:4:9")),
        (WORK.replace("22:00:00+08:00", "22:00:00"), ("JB107", "monitors/a.yaml:3:11")),
        (WORK.replace("device:core-r1", "device:core-r9"), ("JB114", "monitors/a.yaml:5:13")),
        (WORK.replace("ministry-up2", "ministry-up9"), ("JB114", "monitors/a.yaml:6:16")),
        (WORK.replace("    who: Ma Jun\n", ""), ("JB106", "monitors/a.yaml:2:3")),
        (
            WORK.replace("    select: device:core-r1\n    circuits: [ministry-up2]\n", ""),
            ("JB106", "monitors/a.yaml:2:3"),
        ),
        (HOURS.replace("township", "village"), ("JB107", "monitors/a.yaml:2:22")),
        (HOURS.replace("2026-10-07", "2026-10-37"), ("JB107", "monitors/a.yaml:3:14")),
        (HOURS.replace("2026-10-07", "2026-09-07"), ("JB107", "monitors/a.yaml:3:14")),
        (HOURS.replace('"off"', '"9 to 5"'), ("JB284", "monitors/a.yaml:6:64")),
        (HOURS.replace("site:chengdong-t1", "site:nowhere"), ("JB114", "monitors/a.yaml:6:16")),
        ("flapping: {suppress_at: -1}\n", ("JB107", "monitors/a.yaml:1:25")),
    ],
)
def test_what_is_wrong_is_found_with_its_place(content: str, expected: tuple[str, str]) -> None:
    assert expected in findings(content)


@pytest.mark.parametrize("content", [LIMIT, WORK, HOURS, "flapping: {suppress_at: 0}\n"])
def test_what_is_right_has_no_findings(content: str) -> None:
    assert findings(content) == []


def test_a_threshold_or_a_window_declared_in_two_files_names_both_places() -> None:
    for content, line in ((LIMIT, "2:3"), (WORK, "2:3")):
        _, found = load_rules({"monitors/a.yaml": content, "monitors/b.yaml": content}, NETWORK)
        assert [(f.code, str(f.place), [str(r) for r in f.related]) for f in found] == [
            ("JB112", f"monitors/b.yaml:{line}", [f"monitors/a.yaml:{line}"])
        ]


def test_a_window_names_the_devices_of_its_selector_and_its_circuits() -> None:
    rules, _ = load_rules({"monitors/a.yaml": WORK}, NETWORK)
    (window,) = rules.calendar.windows
    assert (window.id, window.opener) == ("declared:fibre", Opener.DECLARED)
    assert window.begins == datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert window.devices == {"core-r1"}
    assert window.circuits == {"ministry-up2"}


def test_only_places_of_the_named_levels_that_have_hours_may_be_dark() -> None:
    hours = {"chengdong-t1": "Mo-Fr 09:00-17:00", "chengdong": "Mo-Fr 09:00-17:00"}
    sites = {n: replace(s, opening_hours=hours.get(n)) for n, s in NETWORK.sites.items()}
    management = Management(time_zone=TimeZone("BJT", 480))
    rules, found = load_rules({"monitors/a.yaml": HOURS}, replace(NETWORK, sites=sites, management=management))
    assert not found
    calendar = rules.calendar.hours
    assert set(calendar.weeks) == {"chengdong-t1"}
    assert date(2026, 10, 3) in calendar.holidays
    assert calendar.workdays == {date(2026, 10, 10): 2}
    assert [e.sites for e in calendar.exemptions] == [{"chengdong-t1"}]


def test_hours_that_count_need_a_time_zone_and_what_never_closes_does_not() -> None:
    sites = {n: replace(s, opening_hours="Mo-Fr 09:00-17:00") for n, s in NETWORK.sites.items()}
    for management in (None, Management()):
        network = replace(NETWORK, sites=sites, management=management)
        _, found = load_rules({"monitors/a.yaml": HOURS}, network)
        assert [(f.code, f.severity, str(f.place)) for f in found] == [("JB152", "warning", "monitors/a.yaml:2:21")]
        assert load_rules({"monitors/a.yaml": HOURS.replace("[township]", "[]")}, network)[1] == ()


def test_in_a_lab_nothing_closes_and_local_time_stays_that_of_the_network() -> None:
    sites = {n: replace(s, opening_hours="Mo-Fr 09:00-17:00") for n, s in NETWORK.sites.items()}
    management = Management(time_zone=TimeZone("BJT", 480))
    rules, _ = load_rules({"monitors/a.yaml": HOURS + WORK}, replace(NETWORK, sites=sites, management=management))
    assert rules.calendar.hours.weeks
    calendar = rules.in_lab().calendar
    assert calendar.hours == Hours(offset_min=480)
    assert calendar.windows == rules.calendar.windows


def test_in_a_lab_nobody_is_judged_by_the_processor_that_all_share() -> None:
    busy = LIMIT.replace("utilisation-in", '"gauge:cpu"', 1)
    for content, kept in ((LIMIT, 1), (busy, 0)):
        rules, findings = load_rules({"monitors/a.yaml": content}, NETWORK)
        assert not findings
        assert len(rules.thresholds) == 1
        assert len(rules.in_lab().thresholds) == kept


def test_the_part_of_a_network_that_a_lab_has_is_held_to_what_it_has() -> None:
    content = LIMIT.replace("roles: [county-router]", "circuits: [core-pair1, ministry-up1]")
    rules, _ = load_rules({"monitors/a.yaml": content}, NETWORK)
    part = replace(NETWORK, circuits={"core-pair1": NETWORK.circuits["core-pair1"]})
    assert [limit.circuits for limit in rules.within(part).thresholds] == [{"core-pair1"}]


def test_nothing_declared_means_that_nothing_closes_and_nothing_has_a_limit() -> None:
    assert load_rules({}, NETWORK) == (Rules(Calendar()), ())


def test_the_shipped_files_are_right_and_let_townships_be_dark_at_night() -> None:
    network = load_network(ROOT, ROOT / ".no-such-state", whole=True)
    mine = {f: c for f, c in read_files(ROOT, ("monitors",)).items() if not f.endswith("notify.yaml")}
    rules, found = load_rules(mine, network)
    assert not found
    assert {network.sites[site].level for site in rules.calendar.hours.weeks} <= {"township", "community"}
    assert len(rules.calendar.hours.weeks) > 100
    assert rules.calendar.hours.offset_min == 480, "they open and close by Beijing time"
    assert {limit.measure for limit in rules.thresholds} >= {"utilisation-in", "utilisation-out", "errors", "rtt"}
