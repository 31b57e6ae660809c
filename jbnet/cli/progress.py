"""How far long work is, on stderr: one line that is written over on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jbnet.cli.context import Context
    from jbnet.ports import Progress

SILENCE_S, SECOND_S = 10.0, 1.0
"""How long nothing is said where no terminal is, and where one is."""
FEW = 3
"""Devices that are named while they are waited for."""


@contextmanager
def steps(context: Context, whole: int) -> Iterator[Callable[[str], None]]:
    """Give a function that is told each step before it begins; the line is wiped out in the end."""
    done, shown = 0, context.err.is_terminal

    def begin(step: str) -> None:
        nonlocal done
        done += 1
        if shown:
            sys.stderr.write(f"\r\x1b[K{done}/{whole} {step} ...")
            sys.stderr.flush()

    try:
        yield begin
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class Counting:
    """Tells how many of many devices answered, and at the end for whom it waits.

    On a terminal one line is written over; elsewhere there is a line at the beginning and one every ten seconds.
    ``devices`` are their names, or how many there are. It falls silent with the first result that is printed.
    """

    def __init__(self, context: Context, devices: Iterable[str] | int):
        self._context = context
        self._names = {} if isinstance(devices, int) else dict.fromkeys(devices)
        self._whole = devices if isinstance(devices, int) else len(self._names)
        self._lock = threading.Lock()
        self._answered: set[str] = set()
        self._over = threading.Event()
        self._began = time.monotonic()
        context.end_progress()  # of what was counted before
        context.before_results = self.close
        if self._whole:
            self._begin()

    def report(self, progress: Progress) -> None:
        """Take one step, of whatever kind; a device counts once. Called from several threads."""
        with self._lock:
            if not self._names or progress.subject in self._names:
                self._answered.add(progress.subject)
            if not self._over.is_set() and self._context.err.is_terminal:
                self._write(f"\r\x1b[K{self._said()}")
            if len(self._answered) >= self._whole:
                self._end()

    def close(self) -> None:
        """Say no more."""
        with self._lock:
            self._end()

    def _begin(self) -> None:
        if not self._context.err.is_terminal:
            self._context.note("asking devices: {count} ...", count=self._whole)
        threading.Thread(target=self._tick, name="progress", daemon=True).start()

    def _tick(self) -> None:
        shown = self._context.err.is_terminal
        while not self._over.wait(SECOND_S if shown else SILENCE_S):
            with self._lock:
                if not self._over.is_set():
                    self._write(f"\r\x1b[K{self._said()}" if shown else f"{self._said()}\n")

    def _end(self) -> None:
        if not self._over.is_set():
            self._over.set()
            if self._context.err.is_terminal:
                self._write("\r\x1b[K")

    def _said(self) -> str:
        left = [name for name in self._names if name not in self._answered]
        seconds = round(time.monotonic() - self._began)
        counts = {"done": len(self._answered), "whole": self._whole, "seconds": seconds}
        if 0 < len(left) <= FEW:
            return self._context.tr("devices that answered: {done} of {whole}, after {seconds} s; waiting for: {left}",
                                    **counts, left=", ".join(left))  # fmt: skip
        return self._context.tr("devices that answered: {done} of {whole}, after {seconds} s", **counts)

    def _write(self, said: str) -> None:
        self._context.err.file.write(said)
        self._context.err.file.flush()
