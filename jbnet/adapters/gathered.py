"""Questions to one place that come at the same moment are asked as one: each command costs processor time.

Databases are recovered side by side, and all of them ask the same routers the same thing within a few milliseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

PLACE = TypeVar("PLACE", bound=Hashable)
ANSWER = TypeVar("ANSWER")

WINDOW_S = 0.02
"""Seconds for which the first one waits for others: less than a question takes."""


class Gathered(Generic[PLACE, ANSWER]):
    """Asks a place about names: all that were given within ``window`` seconds at once.

    An answer is never older than its question: who comes when the asking has begun is asked for anew.
    """

    def __init__(self, ask: Callable[[PLACE, tuple[str, ...]], Mapping[str, ANSWER]], window: float = WINDOW_S):
        self._ask = ask
        self._window = window
        self._open: dict[PLACE, _Round[ANSWER]] = {}
        self._lock = threading.Lock()

    def ask(self, place: PLACE, name: str) -> ANSWER | None:
        """Return the answer to one name; None: it answered, and not to that.

        Raises what asking raises; everybody of a round meets the same.
        """
        with self._lock:
            first = place not in self._open
            mine = self._open.setdefault(place, _Round())
            mine.names.append(name)
        if first:
            self._carry_out(place, mine)
        return mine.answers.result().get(name)

    def _carry_out(self, place: PLACE, mine: _Round[ANSWER]) -> None:
        time.sleep(self._window)
        with self._lock:
            del self._open[place]
        try:
            mine.answers.set_result(self._ask(place, tuple(dict.fromkeys(mine.names))))
        except BaseException as error:  # noqa: BLE001  handed to all who wait for it
            mine.answers.set_exception(error)


class _Round(Generic[ANSWER]):
    """Those who are asked about together."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.answers: Future[Mapping[str, ANSWER]] = Future()
