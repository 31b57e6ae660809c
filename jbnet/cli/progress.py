"""How far long work is, on stderr: one line that is written over, on a terminal only."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jbnet.cli.context import Context
    from jbnet.ports import Progress


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
    """Counts what was reported against the whole."""

    def __init__(self, context: Context, whole: int):
        self._context, self._whole = context, whole
        self._lock = threading.Lock()
        self._done = 0

    def report(self, progress: Progress) -> None:
        """Take one step; called from several threads."""
        del progress
        with self._lock:
            self._done += 1
            if self._context.err.is_terminal:
                end = "\n" if self._done == self._whole else ""
                said = self._context.tr("devices that answered: {done} of {whole}", done=self._done, whole=self._whole)
                sys.stderr.write(f"\r{said}{end}")
                sys.stderr.flush()
