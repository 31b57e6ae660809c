"""Permissions beside what services need: what their ends come to, and the days on which they are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from jbnet.inventory.declaration import declare
from jbnet.inventory.explain import permission_facts
from jbnet.inventory.loader import load
from jbnet.inventory.report import Report
from jbnet.inventory.rules.permissions import SOON, ended
from jbnet.model.network import Network

ENDS = date(2027, 3, 31)
BUSINESS = """
vrfs: {{pension: {{rd: "64512:101", vlan: 101}}}}
agencies:
  pension: {{name_zh: 养老, vrf: pension, slot: 1, levels: [prefecture, county], line: {{carrier: telecom}}}}
extranet:
  tax: {{name_zh: 税务, levels: [prefecture], vlan: 202, line: {{carrier: telecom}}}}
permissions:
  audit: {{{said}, until: "2027-03-31", reason: letter 17}}
"""
PARTNERS = 'partners: {"9901/tax": 10.7.0.0/30, "9902/tax": 10.7.0.4/30}\n'
WEST = """prefectures:
  west:
    parent: example
    code: "9902"
    name_zh: 西州
    extranet: {tax: {prefixes: [172.31.0.0/24]}}
    counties:
      lake: {code: "990201", name_zh: 湖县}
"""


def files_of(small_files: dict[str, str], said: str) -> dict[str, str]:
    return {
        **small_files,
        "inventory/business.yaml": BUSINESS.format(said=said),
        "inventory/sites/west.yaml": WEST,
        "topology/addresses.yaml": small_files["topology/addresses.yaml"] + "extranet: {pool: 10.7.0.0/24, link: 30}\n",
        "topology/allocations.yaml": small_files["topology/allocations.yaml"] + PARTNERS,
    }


def network_of(small_files: dict[str, str], said: str) -> Network:
    loaded = load(files_of(small_files, said))
    assert loaded.network is not None, loaded.findings
    return loaded.network


@pytest.mark.parametrize(
    ("end", "prefixes"),
    [
        ("tax-west", ["10.7.0.4/30", "172.31.0.0/24"]),
        ("tax", ["10.7.0.0/30", "10.7.0.4/30", "172.31.0.0/24"]),
        ("lake-pension", ["10.16.129.0/27"]),
        ("east-dc-db1", ["10.1.192.2/32"]),
        ("insurance", ["10.1.192.2/32", "10.2.192.2/32"]),
        ("10.2.0.0/16", ["10.2.0.0/16"]),
        ("10.2.0.9", ["10.2.0.9/32"]),
    ],
)
def test_an_end_is_somebody_by_name_or_a_prefix(small_files: dict[str, str], end: str, prefixes: list[str]) -> None:
    permission = network_of(small_files, f"from: tax-east, to: {end}").permissions["audit"]
    assert [str(prefix) for prefix in permission.sources] == ["10.7.0.0/30"]
    assert [str(prefix) for prefix in permission.targets] == prefixes


@pytest.mark.parametrize(
    ("said", "protocol", "port"),
    [
        ("to: insurance", "tcp", 8080),
        ("to: insurance, port: 22", "tcp", 22),
        ("to: insurance, protocol: icmp", "icmp", None),
        ("to: east-dc-db1", "tcp", None),
        ("to: east-dc-db1, protocol: udp, port: 514", "udp", 514),
    ],
)
def test_an_application_is_reached_on_its_port(
    small_files: dict[str, str], said: str, protocol: str, port: int | None
) -> None:
    permission = network_of(small_files, f"from: tax-east, {said}").permissions["audit"]
    assert (permission.protocol, permission.port) == (protocol, port)


@pytest.mark.parametrize(
    ("today", "codes"),
    [
        (ENDS - SOON - timedelta(1), []),
        (ENDS - SOON, ["JB414"]),
        (ENDS, ["JB414"]),
        (ENDS + timedelta(1), ["JB413"]),
    ],
)
def test_a_permission_is_told_before_its_last_day_and_is_an_error_after_it(
    small_files: dict[str, str], today: date, codes: list[str]
) -> None:
    network = network_of(small_files, "from: tax-east, to: insurance")
    findings = list(ended(network, today))
    assert [finding.code for finding in findings] == codes
    assert all(str(finding.place) == "inventory/business.yaml:8:3" for finding in findings)


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        (
            "from: tax, to: insurance",
            [
                ("from", "tax", "written for it"),
                ("from (tax-east)", "10.7.0.0/30", "kind of partner tax"),
                ("from (tax-west)", "10.7.0.4/30, 172.31.0.0/24", "kind of partner tax"),
                ("to", "insurance", "written for it"),
                ("to (east-dc-db1)", "10.1.192.2/32", "application insurance"),
                ("to (west-dc-db1)", "10.2.192.2/32", "application insurance"),
                ("protocol", "tcp", "default"),
                ("port", "8080", "application insurance"),
            ],
        ),
        (
            "from: lake-pension, to: 10.2.0.0/16, protocol: udp, port: 514",
            [
                ("from", "lake-pension", "written for it"),
                ("from (lake-pension)", "10.16.129.0/27", "premises"),
                ("to", "10.2.0.0/16", "written for it"),
                ("protocol", "udp", "written for it"),
                ("port", "514", "written for it"),
            ],
        ),
    ],
)
def test_each_value_of_a_permission_is_explained_and_whom_its_ends_mean(
    small_files: dict[str, str], said: str, facts: list[tuple[str, str, str]]
) -> None:
    declared, network = declare(files_of(small_files, said), Report()), network_of(small_files, said)
    permission = network.permissions["audit"]
    found = list(permission_facts(declared, network, permission))
    last = [("until", "2027-03-31", "written for it"), ("reason", "letter 17", "written for it")]
    assert [(fact.key, fact.value, str(fact.source)) for fact in found] == [*facts, *last]
    assert all((fact.place is None) == (str(fact.source) == "default") for fact in found)
    ends = {"from": permission.sources, "to": permission.targets}
    for end, prefixes in ends.items():
        told = [fact.value for fact in found if fact.key.startswith(f"{end} (")]
        assert told in ([], [", ".join(map(str, prefixes))]) or ", ".join(told) == ", ".join(map(str, prefixes))
