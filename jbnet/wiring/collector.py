"""Building a network without the garbage collector looking over it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(*, for_good: bool = False) -> Iterator[None]:
    """Run a block without passes of the cyclic collector.

    A network is tens of thousands of frozen objects that all stay: each pass walks them again and frees nothing.
    That was a sixth of the time of a check. What is counted by references is freed as always.

    ``for_good``: no later pass looks at what is there by then either, for a process that ends when it has told what it
    found. The first pass behind the block, and those of the interpreter's end, were a fifth of the time of a check.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if for_good:
                gc.freeze()
            gc.enable()
