"""Those who are at the same thing: others wait until nobody is, and no longer than they were told."""

from __future__ import annotations

import threading

from jbnet.services.recover.crowd import Crowd


def test_nobody_waits_where_nobody_is() -> None:
    assert Crowd().dispersed(0.0)


def test_a_wait_ends_when_the_last_one_leaves() -> None:
    crowd, leave, found = Crowd(), threading.Event(), list[bool]()

    def be_there() -> None:
        with crowd.one():
            entered.set()
            leave.wait(30)

    entered = threading.Event()
    there = threading.Thread(target=be_there)
    there.start()
    entered.wait(30)
    waiting = threading.Thread(target=lambda: found.append(crowd.dispersed(30)))
    waiting.start()
    leave.set()
    for thread in (there, waiting):
        thread.join(30)
    assert found == [True]


def test_one_who_stays_is_not_waited_for_longer_than_said() -> None:
    crowd = Crowd()
    with crowd.one():
        assert not crowd.dispersed(0.0)
