"""One watched thing, debounced."""

from __future__ import annotations

from datetime import timedelta

from simnet import START

from jbnet.monitor.watch import NEW, Condition, Watch, observe

LATER = START + timedelta(seconds=1)
UP = observe(NEW, Condition.UP, START, 2)


def test_good_news_counts_at_once() -> None:
    assert UP.up
    assert UP.ever_up
    assert UP.since == START


def test_one_contrary_look_is_only_a_doubt() -> None:
    doubted = observe(UP, Condition.DOWN, LATER, 2)
    assert doubted.up
    assert doubted.doubtful
    assert observe(doubted, Condition.UP, LATER, 2) == UP


def test_two_contrary_looks_are_believed_from_the_first_of_them_on() -> None:
    down = observe(observe(UP, Condition.DOWN, LATER, 2), Condition.DOWN, LATER + timedelta(seconds=1), 2)
    assert down == Watch(Condition.DOWN, LATER, ever_up=True)


def test_not_knowing_changes_nothing() -> None:
    assert observe(UP, Condition.UNKNOWN, LATER, 2) is UP
    assert observe(NEW, Condition.UNKNOWN, LATER, 2).condition is Condition.UNKNOWN


def test_what_was_never_seen_working_is_remembered_as_such() -> None:
    assert not observe(NEW, Condition.DOWN, START, 1).ever_up


def test_an_unchanged_watch_stays_the_same_object_so_that_nothing_is_written() -> None:
    assert observe(UP, Condition.UP, LATER, 2) is UP
