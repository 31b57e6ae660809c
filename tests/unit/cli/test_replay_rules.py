"""A record is played again by the rules that held then, also when monitors/ says something else by now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from networks import small
from simnet import START

from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.ruled import history, ruled
from jbnet.monitor.rules import PLAIN
from jbnet.wiring.ruling import rules_then

WORK = (
    "maintenance:\n  fibre:\n    from: '2026-01-01T00:00:00+00:00'\n    to: '2027-01-01T00:00:00+00:00'\n"
    "    circuits: [chengdong-up1]\n    reason: splicing\n    who: Ma Jun\n"
)
FILE = "monitors/maintenance.yaml"


def test_each_round_gets_the_rules_of_its_time_with_all_windows_that_were_registered(tmp_path: Path) -> None:
    events = [
        ruled(START + timedelta(seconds=10), {FILE: WORK}),
        ruled(START + timedelta(seconds=20), {FILE: "maintenance: {}\n"}),
        ruled(START + timedelta(seconds=30), {FILE: WORK.replace("chengdong-up1", "gone")}),
    ]
    worked = Maintenance("change:1", Opener.CHANGE, START, START + timedelta(hours=1))
    then = rules_then(tmp_path, tmp_path, small(), history(events), PLAIN, (worked,))
    found = {
        second: [window.id for window in then(START + timedelta(seconds=second)).calendar.windows]
        for second in (0, 10, 19, 20, 30)
    }
    assert found == {
        0: ["change:1"],
        10: ["declared:fibre", "change:1"],
        19: ["declared:fibre", "change:1"],
        20: ["change:1"],
        30: ["change:1"],
    }
