"""The collector is as it was afterwards, whatever happens."""

from __future__ import annotations

import gc

import pytest

from jbnet.wiring.collector import uncollected


def test_the_collector_rests_inside_and_comes_back() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_comes_back_after_an_error() -> None:
    with pytest.raises(ValueError, match="wrong"), uncollected():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_stays_for_good_is_not_looked_at_again() -> None:
    before = gc.get_freeze_count()
    try:
        with uncollected(for_good=True):
            kept = [[number] for number in range(1000)]
        assert gc.isenabled()
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        gc.unfreeze()
