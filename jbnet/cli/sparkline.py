"""Small graphs in one line of text: a column a value, as high as it is; a blank where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], width: int, *, top: float | None = None) -> str:
    """Return the last values as a graph of at most ``width`` columns. ``top`` is the full height (default: the most).

    Where there are more values than columns, a column shows the largest of its share: a peak is never lost.
    """
    columns = _columns(values, width)
    known = [value for value in columns if value is not None]
    full = max(top or 0.0, max(known, default=0.0))
    return "".join(" " if v is None else BLOCKS[_height(v, full, len(BLOCKS))] for v in columns)


def _height(value: float, full: float, steps: int) -> int:
    return min(steps - 1, int(max(0.0, value) / full * steps)) if full > 0 else 0


def _columns(values: Sequence[float | None], width: int) -> list[float | None]:
    share = -(-len(values) // width) if width > 0 else 0
    if share <= 1:
        return list(values)
    first = len(values) % share
    cut = ([values[:first]] if first else []) + [values[i : i + share] for i in range(first, len(values), share)]
    return [max((v for v in part if v is not None), default=None) for part in cut]
