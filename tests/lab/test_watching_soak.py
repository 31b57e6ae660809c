"""Cuts and heals at random on the live backbone: nothing is left open, and the history is what was done.

``SOAK_S`` seconds (1800), by the dice of ``SOAK_SEED``.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

import pytest
from cut_journal import differences, disturb
from eventually import eventually
from test_watching import backbone
from watched import Scenario, Watched, Way, every_single_failure

from jbnet.adapters.store_view import SqliteStoreView

pytestmark = [pytest.mark.lab, pytest.mark.timeout(0)]

SOAK_S = float(os.environ.get("SOAK_S", "1800"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))
CALM_S = 1800.0
"""What came and went often stays open until its penalty is forgiven (``flapping`` of the policy)."""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    yield from backbone(tmp_path_factory.mktemp("soak"))


def test_after_random_cuts_and_heals_nothing_is_open_and_the_history_is_what_was_done(watched: Watched) -> None:
    lines = every_single_failure(watched.network, [Way.DOWN, Way.SILENT, Way.FROM_A, Way.FROM_Z])
    routers = [d.name for d in watched.network.devices.values() if d.uplink is not None and d.loopback is not None]
    power = (Scenario(f"power of {name}", (), frozenset(), name) for name in routers)
    journal = disturb(watched, list(chain(lines, power)), SOAK_S, random.Random(SEED))
    for entry in journal.entries:
        print(f"{entry.begins:%H:%M:%S} {entry.ends:%H:%M:%S} {entry.scenario.name}", flush=True)
    assert eventually(watched.all_well, CALM_S), watched.open
    view = SqliteStoreView(watched.lab.paths.state / "monitor.db")
    try:
        incidents = view.incidents(only_open=False)
        day = timedelta(days=1)
        spells = view.spells(journal.entries[0].begins - day, journal.entries[-1].begins + day)
    finally:
        view.close()
    found = differences(journal, incidents, spells, watched)
    assert not found, "\n".join(found)
    again = subprocess.run(watched.argv("replay"), capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout + again.stderr
