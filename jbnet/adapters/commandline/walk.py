"""Typing a patch: from view to view, by what the prompt says of where one is. Knows every line that it typed.

Whether a line opens a view is the device's matter (an access list without rules does, an address does not): the
prompt tells it, and ``quit`` leads out again before the next line of another section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jbnet.config.tree import Path

QUIT = "quit"


class Walk:
    """One load, from the system view on. ``ask`` types a line and raises where it is refused; ``view`` names the view.

    ``leave`` leads out of a view. ``typed`` holds the lines in order, the one that failed included.
    """

    def __init__(self, ask: Callable[[str], object], view: Callable[[], str], leave: str = QUIT) -> None:
        self._ask, self._view, self._leave = ask, view, leave
        self.typed: list[str] = []
        self.here: Path = ()

    def go(self, commands: Iterable[Path]) -> None:
        """Type the commands, each in its section, and come back to where the walk began."""
        for path in commands:
            self._move(path[:-1])
            self._enter(path[-1])
        self._move(())

    def _move(self, section: Path) -> None:
        shared = next((i for i, pair in enumerate(zip(self.here, section, strict=False)) if pair[0] != pair[1]), None)
        depth = min(len(self.here), len(section)) if shared is None else shared
        while len(self.here) > depth:
            self._type(self._leave)
            self.here = self.here[:-1]
        for line in section[depth:]:
            self._enter(line)

    def _enter(self, line: str) -> None:
        before = self._view()
        self._type(line)
        if self._view() != before:
            self.here = (*self.here, line)

    def _type(self, line: str) -> None:
        self.typed.append(line)
        self._ask(line)
