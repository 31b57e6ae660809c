"""Many questions at once, each with an end to its wait: what fails is a value, and holds nobody else up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.recovery.observed import Unseen

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Asked(Generic[K, T]):
    """Questions under way, each in a thread that does not keep the program alive: a silent host must not."""

    def __init__(self, calls: Mapping[K, Callable[[], T]], seconds: float):
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._found: dict[K, T | Unseen] = {}
        self._workers = {
            key: threading.Thread(target=self._work, args=(key, call), daemon=True) for key, call in calls.items()
        }
        for worker in self._workers.values():
            worker.start()

    @property
    def going_on(self) -> bool:
        """Say whether one of them has not come back yet."""
        return any(worker.is_alive() for worker in self._workers.values())

    def answers(self) -> dict[K, T | Unseen]:
        """Return what each gave, or why it gave nothing. One that is late is left behind, and not heard any more."""
        for worker in self._workers.values():
            worker.join(max(0.0, self._end - time.monotonic()))
        late = Unseen(text("no answer within {seconds:g} s", seconds=self._seconds))
        return {key: self._found.get(key, late) for key in self._workers}

    def _work(self, key: K, call: Callable[[], T]) -> None:
        try:
            self._found[key] = call()
        except JbnetError as error:
            self._found[key] = Unseen(error.text)
        except Exception as error:  # noqa: BLE001  one defect of ours must not hide what all the others found
            told = text("internal error: {kind}: {error}", kind=type(error).__name__, error=error)
            self._found[key] = Unseen(told)
