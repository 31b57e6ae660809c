"""Python's cyclic collector in a process that polls: it looks at what a round made, seldom, and at nothing older."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 10_000
"""Objects made before the collector looks: at its usual 700 it comes by every 28 answers, a third of what an answer
costs, and finds nothing: what a round makes is freed by its references."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Poll in the ``with``: what is there before it, the network above all, is not walked again and again."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
