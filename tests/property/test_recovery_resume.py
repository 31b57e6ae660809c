"""Law: killed anywhere, an execution resumes to the same end; an act whose effect holds is never done again."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recovery_world import APPROVERS, PRIMARY, STANDBY, Bench, Killed, World, bindings

from jbnet.recovery.runbook import Runbook, load_runbook

RUNBOOKS = Path(__file__).parents[2] / "dr" / "runbooks"
DATABASES = ("production", "exchange")
NAMES = ("failover", "failback", "switchover")
HANDS = pytest.mark.parametrize("hands", [1, 2])
"""One database after the other, and both at the same time."""


@cache
def runbook(name: str) -> Runbook:
    found, findings = load_runbook(name, (RUNBOOKS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert found is not None, findings
    return found


def bench(name: str, hands: int) -> Bench:
    world = World.after_failover(*DATABASES) if name == "failback" else World.before(*DATABASES)
    return Bench(world, hands=hands)


def started(name: str, hands: int = 1) -> Bench:
    found = bench(name, hands)
    found.engine().start("20261122-1", runbook(name), bindings(*DATABASES), ["zhao"], APPROVERS)
    return found


def run_through(found: Bench) -> int:
    """Run, and after each kill start a new process; return how often it was killed."""
    for kills in range(1000):
        try:
            assert found.engine().run().result == "done"
        except Killed:
            continue
        return kills
    raise AssertionError("it never ends")


@cache
def undisturbed(name: str) -> Bench:
    found = started(name)
    run_through(found)
    return found


def assert_same_end(found: Bench, name: str) -> None:
    assert found.world.end_state() == undisturbed(name).world.end_state()
    assert found.world.needless == []
    assert found.world.two_leaders == []
    assert_promotions_were_fenced(found)


def assert_promotions_were_fenced(found: Bench) -> None:
    """Design section 5, rule 3, from the journal: no promotion before a verified fence of that database."""
    verified: set[str] = set()
    for row in found.journal.rows:
        subject = str(row["subject"])
        if row["kind"] == "verified":
            verified.add(subject)
        if row["kind"] == "intent" and subject.startswith("promote["):
            database = subject.removeprefix("promote[").removesuffix("]")
            guards = ("fence", "stop-standby-site", "stop-primary-site")
            assert {f"{guard}[{database}]" for guard in guards} & verified


@pytest.mark.parametrize("name", NAMES)
def test_undisturbed_it_ends_as_intended(name: str) -> None:
    found = undisturbed(name)
    host = PRIMARY if name == "failback" else STANDBY
    assert found.world.address_at == dict.fromkeys(DATABASES, host)
    assert all(host in hosts for hosts in found.world.leads.values())
    assert_same_end(found, name)


@HANDS
@pytest.mark.parametrize("name", NAMES)
def test_killed_after_any_entry_it_resumes_to_the_same_end(name: str, hands: int) -> None:
    entries = len(undisturbed(name).journal.rows)
    for seq in range(2, entries + 1):
        found = started(name, hands)
        found.journal.kill_after = {seq}
        assert run_through(found) == 1, seq
        assert_same_end(found, name)


@HANDS
@pytest.mark.parametrize("name", NAMES)
def test_killed_after_any_act_it_resumes_to_the_same_end(name: str, hands: int) -> None:
    acts = len(undisturbed(name).world.acts)
    for number in range(1, acts + 1):
        found = started(name, hands)
        found.world.kill_at = {number}
        assert run_through(found) == 1, number
        assert_same_end(found, name)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.sampled_from([1, 2]),
    st.sets(st.integers(2, 90), max_size=25),
    st.sets(st.integers(1, 40), max_size=12),
)
def test_killed_again_and_again_it_resumes_to_the_same_end(
    name: str, hands: int, entries: set[int], acts: set[int]
) -> None:
    found = started(name, hands)
    found.journal.kill_after = set(entries)
    found.world.kill_at = set(acts)
    run_through(found)
    assert_same_end(found, name)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["promote", "move-address"]), st.sampled_from(DATABASES)), st.integers(1, 2)
    ),
    st.sets(st.integers(2, 70), max_size=6),
    st.sampled_from([1, 2]),
)
def test_attempts_that_fail_and_kills_together_lead_to_the_same_end(
    failing: dict[tuple[str, str], int], entries: set[int], hands: int
) -> None:
    found = started("failover", hands)
    found.world.failing = dict(failing)
    found.journal.kill_after = set(entries)
    run_through(found)
    assert_same_end(found, "failover")


def resumed_to_its_end(found: Bench) -> str:
    """Start it again as often as it is killed; return how it ends (empty: it does not)."""
    for _ in range(100):
        try:
            return found.engine().run().result
        except Killed:
            continue
    return ""


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(2, 40), max_size=6), st.integers(3, 9), st.sampled_from([1, 2]))
def test_a_fence_that_fails_for_good_is_taken_back_wherever_it_is_killed(
    entries: set[int], failures: int, hands: int
) -> None:
    found = started("failover", hands)
    found.world.failing = {("fence", "production"): failures}
    found.journal.kill_after = set(entries)
    assert resumed_to_its_end(found) == "undone"
    assert ("promote", "production") not in found.world.acts
    assert found.world.address_at == {"production": PRIMARY, "exchange": STANDBY}
    assert found.world.leads["production"] == {PRIMARY}
    assert found.world.fenced == {("exchange", PRIMARY)}
    assert found.world.two_leaders == []


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["stop-primary", "promote"]),
    st.sets(st.integers(2, 40), max_size=6),
    st.sets(st.integers(1, 12), max_size=4),
    st.sampled_from([1, 2]),
)
def test_a_hand_over_that_never_comes_to_its_promotion_is_taken_back_wherever_it_is_killed(
    part: str, entries: set[int], acts: set[int], hands: int
) -> None:
    found = started("switchover", hands)
    found.world.failing = {(part, "production"): 1000}
    found.journal.kill_after, found.world.kill_at = set(entries), set(acts)
    assert resumed_to_its_end(found) == "undone"
    assert found.world.leads["production"] == {PRIMARY}
    assert found.world.address_at == {"production": PRIMARY, "exchange": STANDBY}
    assert ("production", PRIMARY) not in found.world.stopped
    assert found.world.two_leaders == []


@HANDS
def test_a_hand_over_that_could_not_be_taken_back_is_when_it_fails_again_behind_a_retry(hands: int) -> None:
    found = started("switchover", hands)
    found.world.failing = {("promote", "production"): 2, ("take-back", "production"): 3}
    assert found.engine().run().result == "failed"
    engine = found.engine()
    engine.retry("zhao")
    assert engine.run().result == "undone"
    assert found.world.leads["production"] == {PRIMARY}
    assert ("production", PRIMARY) not in found.world.stopped


@HANDS
def test_a_hand_over_that_promoted_is_never_taken_back_and_goes_on_when_resumed(hands: int) -> None:
    found = started("switchover", hands)
    found.world.failing = {("move-address", "production"): 1}
    assert found.engine().run().result == "failed"
    assert found.world.leads["production"] == {STANDBY}
    engine = found.engine()
    engine.retry("zhao")
    assert engine.run().result == "done"
    assert_same_end(found, "switchover")
