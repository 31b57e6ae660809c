"""Room for blocks: what of some prefixes is taken, and the lowest free block of a length. Pure arithmetic.

Everything here is sorted once and searched by bisection, so that a network of n sites is allocated in n log n.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Network

Range = tuple[int, int]
"""First and last address."""


def range_of(prefix: IPv4Network) -> Range:
    """Return the first and the last address of a prefix as numbers."""
    start = int(prefix.network_address)
    return start, start + (1 << (32 - prefix.prefixlen)) - 1


def holds(outer: IPv4Network, inner: IPv4Network) -> bool:
    """Say whether a prefix is another or lies in it: ``inner.subnet_of(outer)``, without an object on the way."""
    differing = int(inner.network_address) ^ int(outer.network_address)
    return outer.prefixlen <= inner.prefixlen and differing >> (32 - outer.prefixlen) == 0


def overlap(one: IPv4Network, other: IPv4Network) -> bool:
    """Say whether two prefixes have an address in common."""
    return holds(one, other) or holds(other, one)


class Taken:
    """Prefixes in use, nested ones among them; a CIDR prefix contains another or is apart from it (RFC 4632)."""

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        self._ranges = sorted({range_of(prefix) for prefix in prefixes}, key=lambda r: (r[0], -r[1]))

    def within(self, pool: IPv4Network, *, strictly: bool = False) -> Iterator[Range]:
        """Yield the outermost ranges inside ``pool``, in order; what is nested in them is skipped.

        ``strictly``: the pool is a block itself, which does not fill itself.
        """
        start, end = range_of(pool)
        index = bisect_left(self._ranges, (start, -1))
        while index < len(self._ranges) and self._ranges[index][0] <= end:
            low, high = self._ranges[index]
            if high > end or (strictly and (low, high) == (start, end)):
                index += 1
                continue
            yield low, high
            index = bisect_right(self._ranges, (high, 1 << 32), lo=index + 1)


class Outermost:
    """Prefixes of which none lies in another, for the question whether one of them holds a prefix."""

    def __init__(self, prefixes: Iterable[IPv4Network]) -> None:
        self._ranges: list[Range] = []
        for low, high in sorted({range_of(prefix) for prefix in prefixes}, key=lambda r: (r[0], -r[1])):
            if not self._ranges or low > self._ranges[-1][1]:
                self._ranges.append((low, high))

    def hold(self, prefix: IPv4Network) -> bool:
        """Say whether a prefix is one of them or lies in one."""
        low, high = range_of(prefix)
        index = bisect_right(self._ranges, (low, 1 << 32)) - 1
        return index >= 0 and high <= self._ranges[index][1]


class Room:
    """The free room of one or more prefixes, tried in their order."""

    def __init__(self, pools: Sequence[IPv4Network], taken: Iterable[Range]) -> None:
        self._pools = [range_of(pool) for pool in pools]
        merged = _merged(taken)
        self._lows = [low for low, _ in merged]
        self._highs = [high for _, high in merged]
        self._full: dict[tuple[int, int], int] = {}
        """(pool, length) to the address below which no block of that length is free."""

    def take(self, length: int) -> IPv4Network | None:
        """Return the lowest free block of that length in the first pool that has one, and take it; or None."""
        size = 1 << (32 - length)
        for index, (start, end) in enumerate(self._pools):
            found = self._free_from(max(start, self._full.get((index, length), 0)), end, size)
            self._full[index, length] = end + 1 if found is None else found + size
            if found is not None:
                self._insert(found, found + size - 1)
                return IPv4Network((found, length))
        return None

    def free(self, length: int) -> int:
        """Return how many more blocks of that length fit."""
        size, count = 1 << (32 - length), 0
        for start, end in self._pools:
            position = start
            for low, high in [*self._between(start, end), (end + 1, end)]:
                first = -(-position // size) * size
                count += max(0, (low - first) // size)
                position = max(position, high + 1)
        return count

    def is_free(self, prefix: IPv4Network) -> bool:
        """Say whether all of a prefix is free here."""
        low, high = range_of(prefix)
        inside = any(start <= low and high <= end for start, end in self._pools)
        return inside and not any(start <= high for start, _ in self._between(low, high))

    def _between(self, start: int, end: int) -> Iterator[Range]:
        index = bisect_left(self._highs, start)
        while index < len(self._lows) and self._lows[index] <= end:
            yield self._lows[index], self._highs[index]
            index += 1

    def _free_from(self, start: int, end: int, size: int) -> int | None:
        candidate = -(-start // size) * size
        for low, high in self._between(candidate, end):
            if low >= candidate + size:
                break
            candidate = -(-(high + 1) // size) * size
        return candidate if candidate + size - 1 <= end else None

    def _insert(self, low: int, high: int) -> None:
        index = bisect_left(self._lows, low)
        if index and self._highs[index - 1] == low - 1:
            self._highs[index - 1] = high
        else:
            self._lows.insert(index, low)
            self._highs.insert(index, high)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Return ranges sorted, overlapping and adjacent ones as one."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], high)
        else:
            merged.append((low, high))
    return merged
