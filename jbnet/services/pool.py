"""Many devices at once, each with a deadline: one that hangs stops nobody else.

A worker is a daemon thread. At its deadline the sockets that it holds are closed, so that it ends; should even
that hang, it is left behind, its slot is given to the next device and what it still says is not heard.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from jbnet.model.errors import Unreachable
from jbnet.model.text import text

T = TypeVar("T")
S = TypeVar("S", bound="Closable")


class Closable(Protocol):
    """Something that is closed when its user ran out of time."""

    def close(self) -> None:
        """End it; never raises."""


class Held:
    """The sessions that a worker holds. ``abandoned``: nobody waits for the worker any more."""

    def __init__(self) -> None:
        self._sessions: list[Closable] = []
        self.abandoned = threading.Event()

    @contextmanager
    def session(self, session: S) -> Iterator[S]:
        """Hold a session; it is closed at the end, or at the worker's deadline."""
        self._sessions.append(session)
        try:
            yield session
        finally:
            self._sessions.remove(session)
            session.close()

    def abandon(self) -> None:
        """Close everything, beside the caller: closing may hang too."""
        self.abandoned.set()
        for session in list(self._sessions):
            threading.Thread(target=session.close, daemon=True).start()


@dataclass
class _Job(Generic[T]):
    name: str
    ends: float
    held: Held = field(default_factory=Held)
    outcome: list[T | BaseException] = field(default_factory=list)


def each(
    names: Sequence[str],
    work: Callable[[str, Held], T],
    *,
    workers: int,
    deadline_s: float,
    stop: threading.Event | None = None,
) -> dict[str, T | Exception]:
    """Do the work for every name; return what it gave, or the exception that it raised, in the order of names.

    A worker past ``deadline_s`` seconds gives Unreachable. With ``stop``, Ctrl-C sets it instead of being raised:
    once it is set no further work is started, and what runs is waited for; a second Ctrl-C is raised.
    """
    pool = _Pool(work, deadline_s)
    left = list(names)
    while left or pool.running:
        try:
            while left and len(pool.running) < workers and not (stop and stop.is_set()):
                pool.start(left.pop(0))
            if not pool.running:
                break
            pool.collect()
        except KeyboardInterrupt:
            if stop is None or stop.is_set():
                raise
            stop.set()
    return {name: pool.results[name] for name in names if name in pool.results}


class _Pool(Generic[T]):
    def __init__(self, work: Callable[[str, Held], T], deadline_s: float):
        self.work, self.deadline_s = work, deadline_s
        self.running: dict[str, _Job[T]] = {}
        self.results: dict[str, T | Exception] = {}
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()

    def start(self, name: str) -> None:
        job: _Job[T] = _Job(name, time.monotonic() + self.deadline_s)
        self.running[name] = job
        threading.Thread(target=self._run, args=(job,), name=f"deploy {name}", daemon=True).start()

    def _run(self, job: _Job[T]) -> None:
        try:
            job.outcome.append(self.work(job.name, job.held))
        except BaseException as error:  # noqa: BLE001  one device's failure, of whatever kind, is a value here
            job.outcome.append(error)
        self._done.put(job.name)

    def collect(self) -> None:
        """Wait for a result, or for the next deadline. A result outlives a Ctrl-C that comes while it is fetched."""
        if not self._sweep():
            nearest = min(job.ends for job in self.running.values())
            try:
                self._done.get(timeout=max(0.0, nearest - time.monotonic()))
            except queue.Empty:
                self._give_up()

    def _sweep(self) -> bool:
        """Take in what is done; say whether there was any."""
        done = [job for job in self.running.values() if job.outcome]
        for job in done:
            result = job.outcome[0]
            if isinstance(result, BaseException) and not isinstance(result, Exception):
                raise result
            del self.running[job.name]
            self.results[job.name] = result
        return bool(done)

    def _give_up(self) -> None:
        now = time.monotonic()
        for job in [job for job in self.running.values() if job.ends <= now]:
            job.held.abandon()
            del self.running[job.name]
            self.results[job.name] = Unreachable(
                "{device} did not answer within {seconds} s",
                device=job.name,
                seconds=round(self.deadline_s),
                hint=text("look whether it hangs; the others were not held up"),
            )
