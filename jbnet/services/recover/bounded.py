"""A call with a deadline, for actions that wait on other machines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class TimedOut(Exception):
    """The call did not end in time and may still be going on. ``seconds`` is the time it was given."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(seconds)


class _Box(Generic[T]):
    value: T
    error: BaseException | None = None


def bounded(call: Callable[[], T], seconds: float) -> T:
    """Return what the call returns, or raise what it raises. Raises TimedOut.

    Every port has a deadline of its own; this is the last net under an adapter that has a defect. A call that
    timed out cannot be ended from here, so nothing may be done about its effect in this process.
    """
    box: _Box[T] = _Box()

    def work() -> None:
        try:
            box.value = call()
        except BaseException as error:  # noqa: BLE001  handed to the caller as it is
            box.error = error

    worker = threading.Thread(target=work, daemon=True, name="recovery step")
    worker.start()
    worker.join(seconds)
    if worker.is_alive():
        raise TimedOut(seconds)
    if box.error is not None:
        raise box.error
    return box.value
