"""monitors/*.yaml: what is wrong in it is found with its place; what the repository ships is right."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import small

from jbnet.adapters.workspace import read_files
from jbnet.monitor.checks import Asking, Reads, load_checks
from jbnet.monitor.policy import Policy
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
ROLES = small().roles


def findings(content: str) -> list[tuple[str, str]]:
    _, found = load_checks({"monitors/a.yaml": content}, ROLES)
    return [(finding.code, str(finding.place)) for finding in found]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("checks:\n  x:\n    reads: systm\n    roles: [core]\n", ("JB107", "monitors/a.yaml:3:12")),
        ("checks:\n  x:\n    reads: bgp\n    roles: [corre]\n", ("JB114", "monitors/a.yaml:4:13")),
        ("checks:\n  x:\n    reads: bgp\n    roles: [core]\n    evry_s: 1\n", ("JB105", "monitors/a.yaml:5:5")),
        ("policy:\n  hold_s: -1\n", ("JB107", "monitors/a.yaml:2:11")),
        ("policy:\n  confirm_looks: many\n", ("JB107", "monitors/a.yaml:2:18")),
        ("snmp: {priv: ROT13}\n", ("JB107", "monitors/a.yaml:1:14")),
        ("checks: [\n", ("JB101", "monitors/a.yaml:2:1")),
    ],
)
def test_what_is_wrong_is_found_with_its_place(content: str, expected: tuple[str, str]) -> None:
    assert expected in findings(content)


def test_a_check_declared_in_two_files_names_both_places() -> None:
    one = "checks: {x: {reads: bgp, roles: [core]}}\n"
    _, found = load_checks({"monitors/a.yaml": one, "monitors/b.yaml": one}, ROLES)
    assert [(f.code, str(f.place), [str(r) for r in f.related]) for f in found] == [
        ("JB112", "monitors/b.yaml:1:10", ["monitors/a.yaml:1:10"])
    ]


def test_nothing_said_means_the_defaults() -> None:
    checks, found = load_checks({}, ROLES)
    assert not found
    assert (checks.policy, checks.asking) == (Policy(), Asking())


def test_the_shipped_checks_are_right_and_leave_no_watched_device_out() -> None:
    network = load_network(ROOT, ROOT / ".no-such-state", whole=True)
    checks, found = load_checks(read_files(ROOT, ("monitors",)), network.roles)
    assert not found
    for device in network.devices.values():
        if network.roles[device.role].monitored:
            assert {Reads.SYSTEM, Reads.INTERFACES} <= checks.for_device(device)
