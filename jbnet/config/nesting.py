"""Which lines a line of a configuration stands under, by how far each is indented. Pure."""

from __future__ import annotations

from jbnet.config.tree import Path


class Nesting:
    """Takes the lines of a configuration one by one and gives each with those above it.

    ``flush``: what follows a separator counts as not indented, whatever stands before it: VRP 5 and Comware print
    plain lines with a blank in front.
    """

    def __init__(self, *, flush: bool = True):
        self._flush, self._is_fresh = flush, True
        self._base = 0
        self._depths: list[int] = []
        self._above: list[str] = []

    def separate(self) -> None:
        """Note a separator: the next line begins a section."""
        self._is_fresh = True

    def path(self, line: str) -> Path:
        """Return the line with those that it stands under, without blanks around them."""
        depth = len(line) - len(line.lstrip(" "))
        if self._is_fresh:
            self._base = depth if self._flush else 0
            self._depths, self._above, self._is_fresh = [], [], False
        depth = max(0, depth - self._base)
        while self._depths and self._depths[-1] >= depth:
            self._depths.pop()
            self._above.pop()
        self._depths.append(depth)
        self._above.append(line.strip())
        return tuple(self._above)
