"""A day that a monitor recorded is played again from its file: the same incidents, events and lost time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from networks import small
from recorded_day import RULES, Day
from simnet import START, SimNet

from jbnet.adapters.store_view import SqliteStoreView
from jbnet.monitor.again import Replayed, differences, replay
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.policy import Policy
from jbnet.monitor.samples import Round
from jbnet.monitor.state import Event

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The day of a network, 86,400 s of it, with whatever its dice brought."""
    lived = Day(SimNet(small()), tmp_path_factory.mktemp("day") / "monitor.db", seed=5)
    lived.live()
    return lived


@pytest.fixture(scope="module")
def view(day: Day):  # type: ignore[no-untyped-def]  # a fixture that ends
    opened = SqliteStoreView(day.path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def played(day: Day, view: SqliteStoreView) -> Replayed:
    rules = RULES.with_windows(day.windows.windows())
    return replay(view.rounds(), day.net.plant, Policy(), rules)


def test_the_day_has_all_that_a_day_may_bring(day: Day, view: SqliteStoreView) -> None:
    kept = view.incidents(only_open=False)
    kinds = Counter(str(i.root_cause.kind) for i in kept)
    assert len(day.turns) > 600
    assert day.restarts > 4
    assert kinds["circuit"] > 10
    assert kinds["device"] > 10
    assert [i for i in kept if i.maintenance]
    assert (day.clock.now() - START).total_seconds() >= 86_400


def test_the_same_incidents_come_out(view: SqliteStoreView, played: Replayed) -> None:
    kept = view.incidents(only_open=False)
    assert len(kept) == len(played.incidents)
    assert list(differences(kept, played)) == []


def test_the_same_events_come_out_in_the_same_order(view: SqliteStoreView, played: Replayed) -> None:
    kept = [event for _, event in view.events(0, 1_000_000)]
    assert [plain(event) for event in kept] == [plain(event) for event in played.events]


def test_the_same_time_is_lost(view: SqliteStoreView, played: Replayed) -> None:
    kept = {spell.id: spell for spell in view.spells(datetime(1970, 1, 1, tzinfo=UTC), played.ends or START)}
    assert kept == played.spells


def test_nothing_is_left_open_when_all_is_mended(view: SqliteStoreView) -> None:
    assert [i for i in view.incidents(only_open=True) if not i.flapping] == []


def test_a_record_whose_beginning_is_gone_goes_on_with_the_incidents_that_were_open(
    day: Day, view: SqliteStoreView
) -> None:
    """Raw samples are kept for 48 hours, incidents for ever."""
    kept = view.incidents(only_open=False)
    rounds = list(view.rounds())
    again = replay(
        rounds[quiet_round(day, rounds) :], day.net.plant, Policy(), RULES.with_windows(day.windows.windows()), kept
    )
    found = [d for d in differences(kept, again) if d.part not in ("flapping", "cleared", "closed")]
    assert found == [], "penalties of flapping are not remembered, numbers, roots and sites are"


def quiet_round(day: Day, rounds: Sequence[Round]) -> int:
    """Return a round in the middle of the day in which nobody was silent."""
    whole = len(day.net.plant.watched)
    return next(n for n, r in enumerate(rounds) if n > 300 and sum(s.answered for s in r.looks[0]) == whole)


def plain(event: Event) -> tuple[object, ...]:
    return event.time, event.event, str(event.subject.kind), str(event.subject)


def test_a_record_that_was_tampered_with_comes_out_otherwise(view: SqliteStoreView, played: Replayed) -> None:
    """The comparison is no formality: one incident less in what was kept is found, and another root."""
    first, *rest = view.incidents(only_open=False)
    assert [d.part for d in differences(rest, played)] == ["incident"]
    other = replace(first, root_cause=CauseId(CauseKind.DEVICE, "nobody-r1"))
    assert [d.part for d in differences([other, *rest], played)] == ["root_cause"]
