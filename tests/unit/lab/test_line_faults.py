"""What may be wrong with a line of the lab, as words, and as what nftables is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.lab.faults import ALL, CUT, SILENT, UP, Fault, asked, read
from jbnet.lab.lines import faults_in, impaired
from jbnet.model.errors import UsageError

SHARES = st.integers(1, 1000).map(lambda tenths: tenths / 10)
BY_HAND = st.sampled_from([None, "a", "z"])


@given(BY_HAND, SHARES)
def test_every_fault_that_can_be_asked_for_has_a_word_of_its_own(one_way: str | None, loss: float) -> None:
    fault = asked(one_way=one_way, loss=loss)
    assert read(fault.word) == fault


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (asked(), "cut"),
        (asked(silent=True), "silent"),
        (asked(one_way="a"), "mute-a"),
        (asked(one_way="z"), "mute-z"),
        (asked(loss=5), "loss-5"),
        (asked(loss=0.5, one_way="z"), "loss-0.5-z"),
        (asked(loss=100), "silent"),
        (UP, "up"),
    ],
)
def test_the_words_of_faults(fault: Fault, word: str) -> None:
    assert fault.word == word
    assert read(word) == fault


@pytest.mark.parametrize("word", ["", "down", "loss-", "mute-b", "cut "])
def test_no_other_word_is_a_fault(word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read(word)


def test_an_end_that_does_not_exist_and_a_loss_of_more_than_all_are_refused() -> None:
    with pytest.raises(UsageError, match="b"):
        asked(one_way="b")
    with pytest.raises(UsageError, match="120"):
        asked(loss=120)


def test_a_line_that_lost_frames_is_healed_by_what_is_said_of_one_that_never_did() -> None:
    assert "flush chain netdev carriers lossy_c0a\n" in impaired("c0", UP)
    assert "drop" not in impaired("c0", UP)
    assert "delete" not in impaired("c0", CUT)


def test_one_direction_is_no_longer_handed_over_and_the_other_is() -> None:
    said = impaired("c0", Fault(lost_a=ALL))
    assert "delete element netdev carriers exchange { c0a }\n" in said
    assert "{ c0z }" not in said
    assert impaired("c0", SILENT).count("delete element") == 2


def test_loss_is_dropped_by_chance_before_frames_are_handed_over() -> None:
    assert "add rule netdev carriers lossy_c0z numgen random mod 1000 < 50 drop\n" in impaired("c0", Fault(lost_z=5.0))


def test_what_nftables_lists_is_read_as_the_loss_of_each_port() -> None:
    rule = {"match": {"op": "<", "left": {"numgen": {"mode": "random", "mod": 1000}}, "right": 50}}
    listed = {
        "nftables": [
            {"rule": {"chain": "ports0", "expr": [{"vmap": {}}]}},
            {"rule": {"chain": "lossy_c1a", "expr": [rule, {"drop": None}]}},
            {"map": {"name": "exchange", "elem": [["c0a", "c0z"], ["c1a", "c1z"], ["c1z", "c1a"]]}},
            {"map": {"name": "lossy", "elem": [["c1a", {"jump": {"target": "lossy_c1a"}}]]}},
        ]
    }
    assert faults_in(listed) == {"c0a": 0.0, "c1a": 5.0, "c1z": 0.0}
