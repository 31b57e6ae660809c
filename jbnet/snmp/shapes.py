"""Shapes of answers: what follows from which variables there are, and not from their values, is found out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from jbnet.snmp.types import Oid, VarBind

_MOST_KNOWN = 64
"""Things that are kept of one shape; past that they are found out anew."""


class Shape:
    """What answers with the same variables, in the same order and of the same types, have in common.

    It is one object for all of them; ``known`` has what was found out that follows from it alone.
    """

    __slots__ = ("__weakref__", "known", "names")

    def __init__(self, names: Sequence[Oid]):
        self.names = tuple(names)
        self.known: dict[Hashable, Any] = {}

    def learn(self, key: Hashable, found: Any) -> None:
        """Keep something that was found out."""
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        self.known[key] = found


class Shaped(tuple[VarBind, ...]):
    """Variables whose shape is known: those of an answer that is like an earlier one."""

    shape: Shape


_shaped: Callable[[Iterable[VarBind]], Shaped] = partial(tuple.__new__, Shaped)
_shapes: WeakValueDictionary[tuple[tuple[Oid, ...], tuple[int, ...]], Shape] = WeakValueDictionary()


def shaped(varbinds: Iterable[VarBind], shape: Shape) -> Shaped:
    """Return variables with their shape."""
    made = _shaped(varbinds)
    made.shape = shape
    return made


def shape_of(names: tuple[Oid, ...], tags: tuple[int, ...]) -> Shape:
    """Return the one shape of these: a value that grows by a byte makes another layout, and no other shape."""
    found = _shapes.get((names, tags))
    if found is None:
        found = _shapes[names, tags] = Shape(names)
    return found


class Walked(NamedTuple):
    """A walk that one answer ended: what of the answer is its result, and how many rows it has."""

    pick: Callable[[Shaped], Iterable[VarBind]]
    shape: Shape
    rows: int

    @classmethod
    def of(cls, answer: Shaped, result: Sequence[VarBind], rows: int) -> Walked | None:
        """Return the walk whose one answer gave a result, None where the result is not of the answer alone."""
        places = {id(varbind): at for at, varbind in enumerate(answer)}
        picked = [places.get(id(varbind), -1) for varbind in result]
        if len(picked) < 2 or -1 in picked:  # of one thing an itemgetter makes no tuple
            return None
        return cls(itemgetter(*picked), Shape([varbind.oid for varbind in result]), rows)


def joined(results: Sequence[Sequence[VarBind]]) -> tuple[VarBind, ...]:
    """Return several results as one, shaped where all of them are."""
    if len(results) == 1 and isinstance(results[0], Shaped):
        return results[0]
    shapes = tuple([found.shape for found in results if isinstance(found, Shaped)])
    if not shapes or len(shapes) < len(results):
        return tuple(chain.from_iterable(results))
    whole = shapes[0].known.get(shapes)
    if whole is None:
        whole = Shape(tuple(chain.from_iterable(shape.names for shape in shapes)))
        shapes[0].learn(shapes, whole)
    return shaped(chain.from_iterable(results), whole)
