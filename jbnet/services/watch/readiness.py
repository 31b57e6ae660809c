"""Looking at the readiness for recovery beside the rounds, in a thread of its own that waits for a process of its own.

No round waits for it. A look that fails, or does not end, is a result too: nobody knows how ready one is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.ready_results import no_look
from jbnet.ports import Clock
from jbnet.ports.readiness import ReadinessLooks

LOOK_S = 40.0
"""Seconds for a look: its own waits are bounded by half of that, and a process is started for the first one."""


class ReadinessWatch:
    """Inert until ``start``; ``take`` may be called by another thread. ``every_s``: from one look's begin to the next.

    ``say`` is told when looks begin to be missing from the history.
    """

    def __init__(
        self, looks: ReadinessLooks, every_s: float, clock: Clock, say: Callable[[Text], None] = lambda _: None
    ):
        self._looks, self._every, self._clock, self._say = looks, every_s, clock, say
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._waiting: tuple[Probed, ...] = ()
        self._thread: threading.Thread | None = None
        self._quiet_until = 0.0
        self._kept = True

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)
        self._thread.start()

    def take(self) -> tuple[Probed, ...]:
        """Return the newest look, once; nothing where there was none since."""
        if not self._waiting:
            return ()
        with self._lock:
            taken, self._waiting = self._waiting, ()
        return taken

    def beats(self) -> Mapping[str, float]:
        """Return until when its thread may be quiet, in monotonic seconds; nothing before it was started."""
        return {"readiness": self._quiet_until} if self._quiet_until else {}

    def close(self) -> None:
        """End, with the look that is under way."""
        self._stop.set()
        self._looks.close()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            began = self._clock.monotonic()
            self._quiet_until = began + max(self._every, LOOK_S)
            found = self.look()
            if not self._stop.is_set():
                with self._lock:
                    self._waiting = found
            self._stop.wait(max(0.0, began + self._every - self._clock.monotonic()))

    def look(self) -> tuple[Probed, ...]:
        """Look once; return what is to be recorded of it, whatever it met."""
        try:
            found = self._looks.look(LOOK_S)
        except JbnetError as error:
            return no_look(error.text)
        except Exception as error:  # noqa: BLE001  a defect of ours must be an alarm, not a thread that is gone
            return no_look(text("internal error: {kind}: {error}", kind=type(error).__name__, error=error))
        if found.unkept is not None and self._kept:
            self._say(text("the history of checks is not kept: {reason}", reason=found.unkept))
        self._kept = found.unkept is None
        return found.found
