"""Questions at the same moment: asked once, each answered, none with what was seen before it was put."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from jbnet.adapters.gathered import Gathered
from jbnet.adapters.waiting import start
from jbnet.model.errors import Unreachable

MANY = 8
WAIT_S = 20.0


class Place:
    """Answers with how many rounds had begun when it was asked; waits for ``go`` before it answers."""

    def __init__(self) -> None:
        self.rounds: list[tuple[str, tuple[str, ...]]] = []
        self.asked, self.go = threading.Event(), threading.Event()

    def ask(self, place: str, names: tuple[str, ...]) -> Mapping[str, str]:
        self.rounds.append((place, names))
        self.asked.set()
        assert self.go.wait(WAIT_S)
        return {name: f"{name} in round {len(self.rounds)}" for name in names}


def test_all_who_ask_at_once_are_answered_by_one_question() -> None:
    place = Place()
    place.go.set()
    gathered = Gathered(place.ask, window=1.0)
    names = [f"n{number}" for number in range(MANY)]
    answers = [start(gathered.ask, "r1", name) for name in [*names, *names]]
    assert [one.result(WAIT_S) for one in answers] == [f"{name} in round 1" for name in [*names, *names]]
    ((_, asked),) = place.rounds
    assert sorted(asked) == names


def test_who_asks_while_the_question_is_under_way_gets_an_answer_of_his_own() -> None:
    place = Place()
    gathered = Gathered(place.ask, window=0.0)
    early = start(gathered.ask, "r1", "x")
    assert place.asked.wait(WAIT_S)
    place.asked.clear()
    late = start(gathered.ask, "r1", "x")
    assert place.asked.wait(WAIT_S), "the late one was told what had been asked before he came"
    place.go.set()
    assert {early.result(WAIT_S), late.result(WAIT_S)} == {"x in round 2"}
    assert place.rounds == [("r1", ("x",)), ("r1", ("x",))]


def test_places_are_asked_apart() -> None:
    place = Place()
    place.go.set()
    gathered = Gathered(place.ask, window=1.0)
    answers = [start(gathered.ask, where, "x") for where in ("r1", "r2")]
    for one in answers:
        one.result(WAIT_S)
    assert sorted(place.rounds) == [("r1", ("x",)), ("r2", ("x",))]


def test_everybody_of_a_round_hears_that_there_was_no_answer_and_the_next_is_asked_anew() -> None:
    silent = [True]

    def ask(place: str, names: tuple[str, ...]) -> Mapping[str, str]:
        if silent.pop():
            raise Unreachable("{device} does not answer", device=place)
        return dict.fromkeys(names, "here")

    gathered = Gathered(ask, window=1.0)
    answers = [start(gathered.ask, "r1", name) for name in ("x", "y")]
    for one in answers:
        with pytest.raises(Unreachable):
            one.result(WAIT_S)
    silent.append(False)
    assert gathered.ask("r1", "x") == "here"


def test_a_name_that_the_answer_leaves_out_is_unknown_and_the_others_are_answered() -> None:
    gathered = Gathered[str, str](lambda _, names: {name: name for name in names if name != "x"}, window=0.5)
    answers = [start(gathered.ask, "r1", name) for name in ("x", "y")]
    assert [one.result(WAIT_S) for one in answers] == [None, "y"]
