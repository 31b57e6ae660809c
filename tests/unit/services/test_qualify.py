"""A platform qualified on a router in memory: every promise holds, a broken one is named, nothing is left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_bench import CliBench, cli_bench
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8

from jbnet.services.qualify import Outcome, Qualification

READING = 10
TRIALS = 3


@dataclass
class RouterClock:
    """The router's own time: who sleeps lets it pass there."""

    router: Router

    def now(self) -> datetime:
        return self.router.now.replace(tzinfo=UTC)

    def monotonic(self) -> float:
        return self.router.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.router.wait(seconds)


def qualified(bench: CliBench, *, trial: bool) -> tuple[Outcome, ...]:
    heard: list[Outcome] = []
    outcomes = Qualification(bench.session, RouterClock(bench.router), heard.append).run(trial=trial)
    assert tuple(heard) == outcomes
    return outcomes


@pytest.mark.parametrize("kind", [Vrp8, Vrp5, Comware])
def test_every_promise_holds_and_nothing_is_left_behind(kind: type[Router], tmp_path: Path) -> None:
    with cli_bench(kind, tmp_path) as bench:
        with bench.opened() as session:
            session.load_merge_candidate(config="ip route-static 198.51.100.0 255.255.255.0 NULL0")
            session.commit_config("saved, so that a restart may be a timer")
        before = bench.running()
        outcomes = qualified(bench, trial=True)
        assert [(one.step.template, one.said) for one in outcomes if not one.ok] == []
        assert len(outcomes) == READING + TRIALS
        assert bench.running() == before


@pytest.mark.parametrize("kind", [Vrp8, Vrp5, Comware])
def test_reading_changes_nothing_and_needs_no_trial(kind: type[Router], tmp_path: Path) -> None:
    with cli_bench(kind, tmp_path) as bench:
        before = bench.running()
        assert len(qualified(bench, trial=False)) == READING
        assert bench.running() == before


def test_after_a_step_that_failed_nothing_is_changed(tmp_path: Path) -> None:
    with cli_bench(Vrp8, tmp_path) as bench:
        bench.router.faults.drop = "display arp"
        outcomes = qualified(bench, trial=True)
        assert "a-Password-1" not in "".join(one.said for one in outcomes)
        assert [one.step.render({}) for one in outcomes if not one.ok] == ["read: ARP"]
        assert len(outcomes) == READING


def test_after_a_trial_that_failed_no_further_one_is_tried(tmp_path: Path) -> None:
    with cli_bench(Vrp8, tmp_path) as bench:
        before = bench.running()
        bench.router.faults.refuse_commit = "192.0.2.1"
        outcomes = qualified(bench, trial=True)
        assert [one.ok for one in outcomes[READING:]] == [False]
        assert bench.running() == before
