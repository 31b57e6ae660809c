"""Many at once, each with a deadline."""

from __future__ import annotations

import threading

from jbnet.model.errors import Unreachable
from jbnet.services.pool import Held, each


class Line:
    """A session that keeps its user waiting until it is closed."""

    def __init__(self) -> None:
        self.gone = threading.Event()

    def close(self) -> None:
        self.gone.set()


def test_results_come_in_the_order_of_the_names_and_failures_are_values() -> None:
    def work(name: str, _held: Held) -> str:
        if name == "b":
            raise ValueError(name)
        return name.upper()

    found = each(["c", "b", "a"], work, workers=2, deadline_s=60)
    assert list(found) == ["c", "b", "a"]
    assert (found["c"], found["a"]) == ("C", "A")
    assert isinstance(found["b"], ValueError)


def test_one_that_hangs_is_closed_at_its_deadline_and_the_others_are_done() -> None:
    lines = {name: Line() for name in ("hung", "one", "two")}

    def work(name: str, held: Held) -> str:
        with held.session(lines[name]) as line:
            if name == "hung":
                line.gone.wait()
        return name

    found = each(["hung", "one", "two"], work, workers=1, deadline_s=0.2)
    assert isinstance(found["hung"], Unreachable)
    assert (found["one"], found["two"]) == ("one", "two")
    assert lines["hung"].gone.is_set()


def test_never_more_work_at_once_than_workers() -> None:
    running, most, guard = 0, 0, threading.Lock()
    barrier = threading.Barrier(3)

    def work(_name: str, _held: Held) -> None:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        barrier.wait(timeout=30)
        with guard:
            running -= 1

    each([str(n) for n in range(6)], work, workers=3, deadline_s=60)
    assert most == 3


def test_once_stopped_nothing_new_is_started() -> None:
    stop = threading.Event()

    def work(name: str, _held: Held) -> str:
        stop.set()
        return name

    assert each(["a", "b", "c"], work, workers=1, deadline_s=60, stop=stop) == {"a": "a"}
