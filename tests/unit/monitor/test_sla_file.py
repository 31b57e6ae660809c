"""Targets in monitors/sla.yaml: what is wrong has its place, what is right means this."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from networks import small

from jbnet.adapters.workspace import read_files
from jbnet.model.levels import Level
from jbnet.model.network import Carrier, Network
from jbnet.monitor.sla_file import load_sla
from jbnet.monitor.targets import Tier
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
CONTRACT = (
    "sla:\n  lines:\n    availability: 99.9\n    carriers: [telecom]\n    owes:\n"
    "      - {below: 99.9, times: 1}\n      - {below: 99, part: 15}\n"
)
PROMISE = CONTRACT.split("    owes")[0]


def carried() -> Network:
    network = small()
    circuits = {name: replace(c, carrier="telecom") for name, c in network.circuits.items()}
    return replace(network, circuits=circuits, carriers={"telecom": Carrier("telecom", "telecom")})


NETWORK = carried()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (CONTRACT.replace("99.9\n", "101\n"), ("JB107", "monitors/a.yaml:3:19")),
        (CONTRACT.replace("[telecom]", "[telekom]"), ("JB114", "monitors/a.yaml:4:16")),
        (PROMISE.replace("carriers: [telecom]", "services: [pensoin]"), ("JB114", "monitors/a.yaml:4:16")),
        (CONTRACT.replace("carriers: [telecom]", "circuits: [nowhere]"), ("JB114", "monitors/a.yaml:4:16")),
        (CONTRACT.replace("carriers: [telecom]", "levels: [county]"), ("JB107", "monitors/a.yaml:6:7")),
        (CONTRACT.replace("below: 99,", "below: 99.95,"), ("JB107", "monitors/a.yaml:7:17")),
        (CONTRACT.replace(", part: 15", ""), ("JB106", "monitors/a.yaml:7:9")),
        (PROMISE.replace("    carriers: [telecom]\n", ""), ("JB106", "monitors/a.yaml:2:3")),
        (
            CONTRACT + CONTRACT.removeprefix("sla:\n").replace("lines:", "more:").replace("carriers", "circuits")
            .replace("telecom", "chengdong-up1"),
            ("JB112", "monitors/a.yaml:8:3"),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_place(content: str, expected: tuple[str, str]) -> None:
    _, found = load_sla({"monitors/a.yaml": content}, NETWORK)
    assert [(finding.code, str(finding.place)) for finding in found] == [expected]


def test_a_target_that_two_files_declare_is_said_with_both_places() -> None:
    _, found = load_sla({"monitors/a.yaml": CONTRACT, "monitors/b.yaml": CONTRACT}, NETWORK)
    assert [(f.code, str(f.place), [str(r) for r in f.related]) for f in found] == [
        ("JB112", "monitors/b.yaml:2:3", ["monitors/a.yaml:2:3"])
    ]


def test_percents_are_as_they_were_written_and_not_the_float_nearest_to_them() -> None:
    (target,), found = load_sla({"monitors/a.yaml": CONTRACT}, NETWORK)
    assert not found
    assert target.wanted == Fraction(999, 1000)
    assert target.tiers == (
        Tier(Fraction(999, 1000), times=Fraction(1)),
        Tier(Fraction(99, 100), part=Fraction(15, 100)),
    )
    assert target.contract


def test_what_is_shipped_is_right_and_owes_nothing(tmp_path: Path) -> None:
    targets, found = load_sla(read_files(ROOT, ("monitors",)), load_network(ROOT, tmp_path))
    assert not found
    assert frozenset().union(*(target.levels for target in targets)) == frozenset(Level)
    assert not any(target.tiers for target in targets)
