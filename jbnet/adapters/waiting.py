"""Asking several hosts at once, with an end to every wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from typing import ParamSpec, TypeVar

from jbnet.model.errors import JbnetError

T = TypeVar("T")
P = ParamSpec("P")


def start(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Call it in a thread that does not keep the program alive: a silent host must not."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(act(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001  handed to whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future


def heard(future: Future[T], seconds: float) -> tuple[T, str] | tuple[None, str]:
    """Return (answer, why there is none). Errors that are not jbnet's own are raised."""
    try:
        return future.result(seconds), ""
    except NotInTime:
        return None, "no answer in time"
    except JbnetError as error:
        return None, str(error)
