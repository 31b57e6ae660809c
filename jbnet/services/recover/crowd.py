"""Who is at the same thing at the same time, and a wait until nobody is any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Crowd:
    """Those who are at one thing. For any number of threads.

    Hand-overs of several databases share processors and disks: none begins its gap while another still connects, and
    none tidies up while another is in its gap.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._here = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Be one of them during the ``with``."""
        with self._changed:
            self._here += 1
        try:
            yield
        finally:
            with self._changed:
                self._here -= 1
                self._changed.notify_all()

    def dispersed(self, seconds: float) -> bool:
        """Wait until nobody is at it, at most so long; say whether nobody is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._here == 0, seconds)
