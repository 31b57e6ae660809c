"""Several steps at the same time: one hand for each, and none that writes once the execution has been let go."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from jbnet.ports import Journal
from jbnet.recovery.decide import Acting


class LetGo(BaseException):
    """A step came back when its execution had been let go already: what it did is looked at when that is resumed."""


class Pen:
    """The journal, for as long as the execution is held: the lease is another process's afterwards."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self._lock = threading.Lock()
        self._down = False

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry. Raises LetGo once the pen was laid down."""
        with self._lock:
            if self._down:
                raise LetGo
            return self._journal.append(kind, subject, data)

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries."""
        return self._journal.entries()

    def lay_down(self) -> None:
        """Write nothing any more; what is being written is on disk when this returns."""
        with self._lock:
            self._down = True


class Crew:
    """Acts on decisions, one at a time for each database, ``hands`` of them at once."""

    def __init__(self, hands: int, act: Callable[[Acting], None]):
        self._hands, self._act = hands, act
        self._under_way: dict[str | None, Future[None]] = {}

    def begin(self, decisions: Sequence[Acting]) -> bool:
        """Begin what there are hands for, in order; say whether anything is, or was, being done.

        A single hand has done its one thing, and raised what that raised, when this returns.
        """
        if self._hands == 1:
            for decision in decisions[:1]:
                self._act(decision)
            return bool(decisions)
        for decision in decisions:
            lane = decision.step.database
            if lane not in self._under_way and len(self._under_way) < self._hands:
                self._under_way[lane] = _started(self._act, decision)
        return bool(self._under_way)

    def wait(self) -> None:
        """Wait until something of what is under way has ended, if anything is; raise what that raised."""
        if not self._under_way:
            return
        ended, _ = wait(self._under_way.values(), return_when=FIRST_COMPLETED)
        self._under_way = {lane: future for lane, future in self._under_way.items() if future not in ended}
        for future in ended:
            future.result()


def _started(act: Callable[[Acting], None], decision: Acting) -> Future[None]:
    future: Future[None] = Future()

    def work() -> None:
        try:
            act(decision)
            future.set_result(None)
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            future.set_exception(error)

    threading.Thread(target=work, daemon=True, name=f"recovery of {decision.step.key}").start()
    return future
