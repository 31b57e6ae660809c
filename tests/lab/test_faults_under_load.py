"""Faults under load: what jbnet reports lost is what clients know they lost, and never do both sites take writes.

``FAULTS`` (such as ``killed,planned``) chooses among the kinds of fault_list.py, and ``SEEDS`` (such as ``1-20``, or
``3,7``) the throws of the dice. One lab serves all; each ends where the next begins, with the declared primaries
leading. Databases declared ``sync`` (production) lose nothing acknowledged; of the others the reported list is held
against the clients' own record, transaction by transaction.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from fault_drill import Fault, Outcome, judged, printed
from fault_list import chosen
from load_drill import lay_ledger
from recovery_drill import Drill

from jbnet.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

LOSING = 0.75
"""The share of kills that must lose something, or the test is not a test."""

CASES = list(chosen())


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Drill:
    """The session's lab, deployed, with the databases up and a ledger in each."""
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    lay_ledger(found)
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Outcome]]:
    """The lines of all faults; printed at the end, however that came about."""
    lines: list[Outcome] = []
    yield lines
    kept = Path(os.environ.get("TABLE") or tmp_path_factory.mktemp("table") / "faults-under-load.jsonl")
    kept.write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines))
    print(f"\n{printed(lines)}\n{kept}")


@pytest.mark.parametrize(("fault", "seed"), CASES, ids=[f"{fault.name} {seed}" for fault, seed in CASES])
def test_what_is_reported_lost_is_what_clients_know_they_lost(
    drill: Drill, table: list[Outcome], tmp_path: Path, fault: Fault, seed: int
) -> None:
    outcome = judged(drill, fault, seed, tmp_path)
    table.append(outcome)
    print(f"\n{printed([outcome])}\n{outcome.seconds} s")
    assert outcome.two_writers_ms == 0


def test_most_kills_did_lose_something(table: list[Outcome]) -> None:
    killed = [outcome for outcome in table if outcome.fault == "killed"]
    losing = [outcome.seed for outcome in killed if sum(outcome.lost.values())]
    assert len(losing) >= LOSING * len(killed), f"only {losing} lost something: the dice are too kind"
