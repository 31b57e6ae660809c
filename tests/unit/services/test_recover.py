"""The engine: who may approve, what happens when a step fails, and that nothing goes on behind a time-out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from recovery_world import APPROVERS, PRIMARY, STANDBY, Bench, Killed, World, WorldAction, bindings

from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import text
from jbnet.ports import StepAction, StepOutcome
from jbnet.recovery.approval import Approver, judge, prepare
from jbnet.recovery.audit import audit
from jbnet.recovery.decide import Done, Renew, WaitApproval, next_steps
from jbnet.recovery.expand import expand
from jbnet.recovery.runbook import Runbook, load_runbook
from jbnet.recovery.step_params import ON_RECORD
from jbnet.recovery.unlisted import on_record

RUNBOOKS = Path(__file__).parents[3] / "dr" / "runbooks"
DATABASES = ("production", "exchange")


def runbook(change: Callable[[str], str] = lambda content: content) -> Runbook:
    content = change((RUNBOOKS / "failover.yaml").read_text(encoding="utf-8"))
    found, findings = load_runbook("failover", content)
    assert found is not None, findings
    return found


def started(book: Runbook | None = None, by: str = "zhao", hands: int = 1) -> Bench:
    bench = Bench(World.before(*DATABASES), hands=hands)
    bench.engine().start("20261122-1", book or runbook(), bindings(*DATABASES), [by], APPROVERS)
    return bench


def sound(bench: Bench) -> list[str]:
    people = {name: Approver(name, key) for name, key in APPROVERS.items()}
    found = audit(
        bench.journal.entries(),
        lambda request, approval: judge(request, approval, people.get(approval.person), genuine=True),
        "journal",
    )
    return [finding.message for finding in found]


class Stop(Exception):
    """Ends a wait for approvals in a test."""


def wait_for_approval(bench: Bench) -> WaitApproval:
    """Run until nothing more comes in, and return what the engine waits for."""

    bench.clock.at_sleep = Stop
    with pytest.raises(Stop):
        bench.engine().run()
    bench.clock.at_sleep = None
    (decision,) = next_steps(runbook(), bench.journal.entries(), bench.clock.now())
    assert isinstance(decision, WaitApproval)
    return decision


def test_it_ends_done_with_a_sound_journal_and_the_figures_were_shown() -> None:
    bench = started()
    assert bench.engine().run().ok
    assert sound(bench) == []
    assert set(bench.people.published[0].figures) == {"assess[production]", "assess[exchange]"}
    assert bench.journal.kinds("20261122-1") == ["execution", "resumed", "finished"][::2]


def test_nothing_is_touched_while_an_approval_is_missing() -> None:
    bench = started()
    bench.people.willing = ["li-na"]
    waiting = wait_for_approval(bench)
    assert (waiting.missing, waiting.given) == (1, ("li-na",))
    assert {action for action, _ in bench.world.acts} == {"assess"}
    bench.people.willing = ["wang-wei"]
    assert bench.engine().run().ok


def test_the_same_person_twice_is_one_person() -> None:
    bench = started()
    bench.people.willing = ["li-na", "li-na"]
    assert wait_for_approval(bench).given == ("li-na",)


def test_who_starts_it_cannot_approve_it() -> None:
    bench = Bench(World.before(*DATABASES))
    three = {**APPROVERS, "zhao": "SHA256:zhao"}
    bench.engine().start("20261122-1", runbook(), bindings(*DATABASES), ["li-na", "root"], three)
    assert wait_for_approval(bench).given == ("wang-wei",)
    assert [progress.subject for progress in bench.log.of("dr.approval.refused")] == ["li-na"]


def test_it_is_not_even_started_when_too_few_could_approve_it() -> None:
    with pytest.raises(Refused, match="2 people must approve; those who can: wang-wei"):
        started(by="li-na")


def test_an_approval_of_other_figures_or_by_a_stranger_does_not_count_and_says_why() -> None:
    bench = started()
    bench.people.willing = []
    request = wait_for_approval(bench).request
    old = replace(request, figures={"assess[production]": {"lag": 0}})
    forged = prepare(request, "wang-wei", bench.clock.now())
    stranger = prepare(request, "mallory", bench.clock.now())
    bench.people.extra = [replace(prepare(old, "li-na", bench.clock.now()), signature="aa"), forged, stranger]
    assert wait_for_approval(bench).given == ()
    said = [str(progress.data["text"]) for progress in bench.log.of("dr.approval.refused")]
    assert said == [
        "li-na approved other figures than those shown now",
        "the signature is not by the key of wang-wei, or not over this request",
        "mallory is not among those who may approve",
    ]


def test_figures_that_grew_too_old_are_taken_again_and_approved_again() -> None:
    bench = started()
    bench.people.willing = ["li-na"]
    wait_for_approval(bench)
    bench.clock.sleep(1801)
    bench.people.willing = list(APPROVERS)
    assert bench.engine().run().ok
    assert len(bench.people.published) == 2
    assert bench.world.acts.count(("assess", "production")) == 2
    assert sound(bench) == []


def test_approved_and_then_left_for_a_day_it_asks_again_before_promoting() -> None:
    bench = started()
    bench.world.kill_at = {3}  # after the first fence
    with pytest.raises(Killed):
        bench.engine().run()
    bench.clock.sleep(86400)
    assert bench.engine().run().ok
    assert len(bench.people.published) == 2


def test_nothing_is_tried_again_on_old_figures_while_others_are_asked_for() -> None:
    bench, rehearsed = started(), started()
    for one in (bench, rehearsed):
        one.world.failing = {("fence", "production"): 1}
    rehearsed.engine().run()
    bench.journal.kill_after = {seq for seq, row in enumerate(rehearsed.journal.rows, 1) if row["kind"] == "failed"}
    with pytest.raises(Killed):
        bench.engine().run()
    bench.world.life.begin_anew()
    bench.journal.append("resumed", "20261122-1", {})
    bench.clock.sleep(86400)
    decisions = next_steps(runbook(), bench.journal.entries(), bench.clock.now())
    assert [(type(one), one.step.key) for one in decisions if not isinstance(one, Done)] == [(Renew, "approve")]


def test_after_another_process_took_over_the_fence_is_seen_again_before_promoting() -> None:
    bench = started()
    undisturbed = started()
    undisturbed.engine().run()
    rows = undisturbed.journal.rows
    bench.journal.kill_after = {
        number
        for number, row in enumerate(rows, 1)
        if (row["kind"], row["subject"]) == ("verified", "fence[production]")
    }
    with pytest.raises(Killed):
        bench.engine().run()
    bench.world.fenced.clear()
    assert bench.engine().run().ok
    assert bench.world.fenced == {(name, "xining-dc-db1") for name in DATABASES}
    assert bench.world.two_leaders == []


def test_a_step_that_fails_is_tried_as_often_as_the_runbook_says_then_stops_and_can_be_resumed() -> None:
    bench = started()
    bench.world.failing = {("promote", "production"): 3}
    ending = bench.engine().run()
    assert (ending.result, ending.step, str(ending.error)) == ("failed", "promote[production]", "promote failed")
    engine = bench.engine()
    assert engine.stopped
    engine.retry("zhao")
    assert engine.run().ok
    assert sound(bench) == []


@pytest.mark.parametrize("failing", DATABASES)
@pytest.mark.parametrize("hands", [1, 2])
def test_a_fence_that_fails_for_good_is_taken_back_and_the_other_databases_move(failing: str, hands: int) -> None:
    bench = started(hands=hands)
    bench.world.failing = {("fence", failing): 9}
    ending = bench.engine().run()
    other = next(name for name in DATABASES if name != failing)
    assert (ending.result, ending.step, ending.moved) == ("undone", f"fence[{failing}]", (other,))
    assert bench.world.address_at == {failing: PRIMARY, other: STANDBY}
    assert bench.world.leads[failing] == {PRIMARY}
    assert bench.world.fenced == {(other, PRIMARY)}
    assert bench.engine().run().result == "undone"


def test_a_database_at_which_a_step_failed_waits_for_a_person_and_the_others_are_recovered_to_their_end() -> None:
    bench = started(hands=2)
    bench.world.failing = {("promote", "production"): 9}
    ending = bench.engine().run()
    assert (ending.result, ending.step, ending.moved) == ("failed", "promote[production]", ("exchange",))
    assert bench.world.address_at == {"production": PRIMARY, "exchange": STANDBY}
    bench.world.failing = {}
    engine = bench.engine()
    engine.retry("zhao")
    assert engine.run().ok
    assert sound(bench) == []


@dataclass
class Meeting(WorldAction):
    """A fence that waits until all databases are being fenced."""

    barrier: threading.Barrier

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        self.barrier.wait(30)
        return super().do(params)


def test_databases_are_recovered_side_by_side() -> None:
    bench = started(hands=len(DATABASES))
    barrier = threading.Barrier(len(DATABASES))
    actions = bench.world.actions() | {"fence": Meeting(bench.world, "fence", barrier)}
    assert bench.engine(actions).run().ok
    assert sound(bench) == []


def test_after_an_interrupt_nothing_is_written_any_more() -> None:
    bench = started(hands=2)
    release, interrupted = threading.Event(), threading.Event()

    class Interrupting(WorldAction):
        def do(self, params: Mapping[str, object]) -> StepOutcome:
            if params["database"] == "production":
                interrupted.set()
                raise KeyboardInterrupt
            release.wait(30)
            return super().do(params)

    with pytest.raises(KeyboardInterrupt):
        bench.engine(bench.world.actions() | {"fence": Interrupting(bench.world, "fence")}).run()
    rows = len(bench.journal.rows)
    release.set()
    for thread in threading.enumerate():
        if thread.name.startswith("recovery"):
            thread.join(30)
    assert len(bench.journal.rows) == rows
    assert bench.journal.rows[-1]["kind"] == "interrupted"
    assert bench.engine().run().ok
    assert bench.world.needless == []


def ask_at_the_end(content: str) -> str:
    head, name, tail = content.partition("  - name: verify-writes\n")
    return f"{head}{name}    on_fail: ask\n{tail}"


def test_a_step_a_person_may_skip_is_skipped_only_when_asked() -> None:
    bench = started(runbook(ask_at_the_end))
    bench.world.failing = {("verify-writes", "production"): 9}
    assert bench.engine().run().result == "ask"
    bench.engine().skip("zhao")
    assert bench.engine().run().ok


def test_a_step_that_no_person_may_skip_is_not() -> None:
    bench = started()
    bench.world.failing = {("promote", "production"): 9}
    bench.engine().run()
    with pytest.raises(Refused, match=r"promote\[production\] must not be skipped"):
        bench.engine().skip("zhao")


def test_an_execution_given_up_has_ended() -> None:
    bench = started()
    bench.world.failing = {("promote", "production"): 9}
    bench.engine().run()
    bench.engine().abandon("zhao")
    assert bench.engine().run().result == "abandoned"
    with pytest.raises(UsageError, match="has ended already"):
        bench.engine().abandon("zhao")


@dataclass
class Hanging(WorldAction):
    """An action that does not come back in time, although its effect comes about later."""

    release: threading.Event

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        self.release.wait()
        return super().do(params)


def test_behind_a_time_out_nothing_is_tried_or_undone_until_a_person_resumes() -> None:
    book = runbook(lambda content: content.replace("timeout: 120", "timeout: 1"))
    bench = started(book)
    release = threading.Event()
    actions = bench.world.actions() | {"fence": Hanging(bench.world, "fence", release)}
    ending = bench.engine(actions).run()
    assert (ending.result, str(ending.error)) == ("failed", "no answer within 1.0 s")
    assert bench.journal.kinds("fence[production]") == ["intent", "failed"]
    release.set()
    while ("fence", "production") not in bench.world.acts:
        pass
    engine = bench.engine()
    engine.retry("zhao")
    assert engine.run().ok
    assert bench.world.needless == []


class Unverified(WorldAction):
    """A fence that says it was put up, and cannot be seen afterwards."""

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(False, text("nobody answers"))


def test_a_fence_that_cannot_be_proved_never_leads_to_a_promotion() -> None:
    bench = started()
    actions = bench.world.actions() | {"fence": Unverified(bench.world, "fence")}
    assert bench.engine(actions).run().result == "undone"
    assert not any(action == "promote" for action, _ in bench.world.acts)


def test_a_journal_in_which_the_fence_was_skipped_is_refused() -> None:
    bench = started()
    bench.world.kill_at = {3}
    with pytest.raises(Killed):
        bench.engine().run()
    bench.world.life.begin_anew()
    bench.journal.append("skip", "fence[production]", {"by": "mallory"})
    with pytest.raises(Refused, match="not proved to be fenced"):
        bench.engine().run()


def test_a_journal_whose_runbook_was_exchanged_is_refused() -> None:
    bench = started()
    header = dict(bench.journal.rows[0]["data"])  # type: ignore[call-overload]  # a row's data is a mapping
    bench.journal.rows[0]["data"] = {**header, "runbook": {**header["runbook"], "title": "other"}}
    with pytest.raises(Refused, match="runbook in the journal of 20261122-1 is damaged"):
        bench.engine().run()


def test_the_audit_names_a_promotion_without_fence_and_a_grant_without_people() -> None:
    bench = started()
    assert bench.engine().run().ok
    bench.journal.rows = [
        row for row in bench.journal.rows if row["kind"] != "approval" and row["subject"] != "fence[exchange]"
    ]
    said = sound(bench)
    assert "promote[exchange] was begun before the fence of exchange was verified" in said
    assert "approve was granted by 0 people; expected 2" in said


def test_an_action_nobody_provides_is_said_before_anything_is_written() -> None:
    bench = Bench(World.before(*DATABASES))
    actions = {name: action for name, action in bench.world.actions().items() if name != "unfence"}
    with pytest.raises(UsageError, match="nothing here can do unfence"):
        bench.engine(actions).start("20261122-1", runbook(), bindings("production"), ["zhao"], APPROVERS)
    assert bench.journal.rows == []


def test_an_interrupt_is_written_down_and_leaves_it_resumable() -> None:
    bench = started()

    class Interrupting(WorldAction):
        def do(self, params: Mapping[str, object]) -> StepOutcome:
            raise KeyboardInterrupt

    actions = bench.world.actions() | {"promote": Interrupting(bench.world, "promote")}
    with pytest.raises(KeyboardInterrupt):
        bench.engine(actions).run()
    assert bench.journal.rows[-1]["kind"] == "interrupted"
    assert bench.engine().run().ok
    assert bench.world.needless == []


def planned() -> Bench:
    """A planned move that ended well."""
    found, _ = load_runbook("switchover", (RUNBOOKS / "switchover.yaml").read_text(encoding="utf-8"))
    assert found is not None
    bench = started(found)
    assert bench.engine().run().ok
    return bench


def test_a_hand_over_on_record_has_its_proof() -> None:
    bench = planned()
    assert sound(bench) == []
    result = next(r for r in bench.journal.rows if r["kind"] == "result" and r["subject"] == "hand-over[production]")
    result["data"] = {"text": "done", "evidence": {"fence": {"proved": False}}, "probed": False}
    assert sound(bench) == [f"hand-over[production] promoted, and no proof that {PRIMARY} was stopped is on record"]


def rejoining() -> tuple[Bench, dict[str, StepAction], list[Mapping[str, object]]]:
    """A standby is to follow again, and what it alone has cannot be listed; what its rebuild was told is kept."""
    found, _ = load_runbook("rejoin", (RUNBOOKS / "rejoin.yaml").read_text(encoding="utf-8"))
    assert found is not None
    world = World.before("production")
    world.failing["list-lost", "production"] = 9
    bench, told = Bench(world), list[Mapping[str, object]]()
    bench.engine().start("20261122-1", found, bindings("production"), ["zhao"], APPROVERS)
    actions = world.actions()

    class Told(WorldAction):
        def do(self, params: Mapping[str, object]) -> StepOutcome:
            told.append(params)
            return super().do(params)

    actions["rebuild-standby"] = Told(world, "rebuild-standby")
    assert bench.engine(actions).run().result == "ask"
    return bench, actions, told


def test_what_was_not_listed_is_not_skipped_until_somebody_says_that_it_may_be_lost() -> None:
    bench, actions, told = rejoining()
    with pytest.raises(Refused, match="must not be skipped unsaid"):
        bench.engine(actions).skip("zhao")
    assert "skip" not in [row["kind"] for row in bench.journal.rows]
    bench.engine(actions).skip("zhao", accept_loss=True)
    assert bench.engine(actions).run().ok
    assert [params[ON_RECORD] for params in told] == [True]
    assert sound(bench) == []
    (said,) = [row["data"] for row in bench.journal.rows if row["kind"] == "skip"]
    assert isinstance(said, dict)
    assert (said["accepted"], said["text"]) == (True, "zhao: what is not listed may be lost")


def test_what_was_listed_is_on_record_for_the_rebuild_and_what_was_tried_again_is_not() -> None:
    bench, actions, told = rejoining()
    bench.world.failing.clear()
    bench.engine(actions).retry("zhao")
    assert bench.engine(actions).run().ok
    assert [params[ON_RECORD] for params in told] == [True]


def test_a_rebuild_without_a_list_is_told_so_and_again_when_it_is_accepted() -> None:
    found, _ = load_runbook("rejoin", (RUNBOOKS / "rejoin.yaml").read_text(encoding="utf-8"))
    assert found is not None
    bench = Bench(World.before("production"))
    bench.engine().start("20261122-1", found, bindings("production"), ["zhao"], APPROVERS)
    step = next(i for i in expand(found, bindings("production")) if i.action == "rebuild-standby")
    assert not on_record(bench.journal.entries(), step)
    bench.journal.append("retry", step.key, {"by": "zhao", "accepted": True})
    assert on_record(bench.journal.entries(), step)


def test_accepting_a_loss_where_no_step_is_about_one_is_wrong_use() -> None:
    bench = started(runbook(ask_at_the_end))
    bench.world.failing["verify-writes", "production"] = 9
    bench.engine().run()
    with pytest.raises(UsageError, match="--accept-loss"):
        bench.engine().skip("zhao", accept_loss=True)
