"""Laws of readiness: an unknown or worse observation never makes an answer better, and unknown is never green."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from readiness_world import TWO, database, follower, leader, well

from jbnet.model.business import Replication
from jbnet.model.text import text
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, Unseen
from jbnet.recovery.parity import about_parity
from jbnet.recovery.readiness import Can, Check, Level, Question, Result, answer, outcome
from jbnet.recovery.readiness_servers import about_servers

FOUND = text("-")
RESULTS = st.lists(
    st.builds(
        Result,
        st.sampled_from(Check), st.just("-"), st.sampled_from(Level), st.just(FOUND), st.just(FOUND),
        looked=st.booleans(), question=st.sampled_from([None, *Question]),
    ),
    max_size=30,
)  # fmt: skip
OUTCOMES = ("ready", "unseen", "not ready")


def rank(can: Can) -> int:
    return list(Can).index(can)


@given(RESULTS, RESULTS, st.sampled_from(Question))
def test_more_results_never_make_an_answer_better(some: list[Result], more: list[Result], question: Question) -> None:
    assert rank(answer(question, some + more)[0]) >= rank(answer(question, some)[0])
    assert OUTCOMES.index(outcome(some + more)) >= OUTCOMES.index(outcome(some))


@given(RESULTS.filter(bool), st.data(), st.sampled_from(Question))
def test_a_result_made_worse_never_makes_an_answer_better(
    some: list[Result], data: st.DataObject, question: Question
) -> None:
    at = data.draw(st.integers(0, len(some) - 1))
    worse = data.draw(st.sampled_from([level for level in Level if level.rank >= some[at].level.rank]))
    changed = [*some[:at], replace(some[at], level=worse, looked=False), *some[at + 1 :]]
    assert rank(answer(question, changed)[0]) >= rank(answer(question, some)[0])
    assert OUTCOMES.index(outcome(changed)) >= OUTCOMES.index(outcome(some))


SECONDS = st.one_of(st.none(), st.floats(0, 1e6))
NAMES = (
    "timeline", "written", "received", "replayed", "receiver", "last_replay_age_s", "newest_row", "synchronous_to",
    "system_identifier", "version", "installed", "available", "checksums", "log_hints", "in_recovery",
)  # fmt: skip


def levels(look: DatabaseLook) -> list[Level]:
    return [result.level for result in (*about_servers(look), *about_parity(look, Limits()))]


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)), st.integers(0, 10_000), st.booleans())
def test_hiding_what_was_seen_makes_nothing_green_that_was_not(
    first: set[str], second: set[str], received: int, swapped: bool
) -> None:
    given_database = database(replication=Replication.ASYNC, rpo_s=60)
    look = well(given_database, standby=follower(received=received), received_after={TWO: received})
    hidden = replace(
        look,
        primary=replace(leader(), **dict.fromkeys(first)),  # type: ignore[arg-type]  # None is unknown in any of them
        standby=replace(follower(received=received), **dict.fromkeys(second)),  # type: ignore[arg-type]  # as above
        received_after={TWO: None} if swapped else look.received_after,
    )
    for before, after in zip(levels(look), levels(hidden), strict=True):
        assert after is not Level.GREEN or before is Level.GREEN


@given(st.sampled_from(["primary", "standby"]))
def test_with_a_host_unseen_no_check_of_it_alone_is_green(side: str) -> None:
    unseen: dict[str, Any] = {"primary": Unseen(FOUND), "standby": Unseen(FOUND)}
    assert set(levels(well(**unseen))) == {Level.UNKNOWN}
    one = well(**{side: unseen[side]})
    assert Level.RED not in levels(one)


@given(st.integers(0, 10_000), SECONDS, SECONDS, st.integers(0, 5000), st.floats(0, 1e5), st.floats(0, 1e5))
def test_more_lag_is_never_judged_better(
    received: int, age: float | None, heartbeat: float | None, bytes_more: int, age_more: float, beat_more: float
) -> None:
    def judged(got: int, old: float | None, beat: float | None) -> Level:
        newest = None if beat is None else (leader().newest_row or 0) - beat
        late = follower(received=got, last_replay_age_s=old, newest_row=newest)
        free = leader(synchronous_to="", followers=())
        look = well(
            database(replication=Replication.ASYNC, rpo_s=60), primary=free, standby=late, received_after={TWO: got}
        )
        return next(result.level for result in about_servers(look) if result.check is Check.LAG)

    worse = judged(
        received - bytes_more,
        None if age is None else age + age_more,
        None if heartbeat is None else heartbeat + beat_more,
    )
    assert worse.rank >= judged(received, age, heartbeat).rank
