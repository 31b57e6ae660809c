"""The collector is slowed for the time of polling, and as it was afterwards, however that ended."""

from __future__ import annotations

import gc

import pytest

from jbnet.services.watch.collected import YOUNG, seldom_collected


def test_the_collector_looks_seldom_while_one_polls_and_is_as_it_was_afterwards() -> None:
    before = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold() == (YOUNG, *before[1:])
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_it_is_as_it_was_after_an_error_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyboardInterrupt), seldom_collected():
        raise KeyboardInterrupt
    assert gc.get_threshold() == before


def test_what_was_made_meanwhile_and_refers_to_itself_is_freed_in_the_end() -> None:
    with seldom_collected():
        ring: list[object] = []
        ring.append(ring)
        found = id(ring)
        del ring
        gc.collect()
        assert not any(id(one) == found for one in gc.get_objects())
