"""The order in which commands about tunnels are typed, whatever the platform.

Keys and algorithms stand before the tunnel that refers to them, and go after it. An address moves between a port and
the tunnel over it: a router takes no address that another interface still has (the manuals: "overlaps", "conflicts"),
so a tunnel comes after all other interfaces, and goes before them. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from jbnet.config.tree import PORT, Path
from jbnet.platforms.registry import platform


class _Turn(IntEnum):
    """When a command is typed."""

    KEYS_COME = 0
    TUNNEL_GOES = 1
    OTHERS = 2
    TUNNEL_COMES = 3
    KEYS_GO = 4


def in_order(platform_name: str, commands: Iterable[Path]) -> tuple[Path, ...]:
    """Return a patch's commands in the order in which they can be typed; what is about no tunnel stays as it was."""
    known = _known(platform_name)
    return tuple(commands) if known is None else tuple(sorted(map(known.typed, commands), key=known.turn))


@dataclass(frozen=True)
class _Known:
    """What a platform's commands about tunnels look like."""

    undo: str
    sections: tuple[re.Pattern[str], ...]
    tunnel: re.Pattern[str]
    lines: tuple[str, ...]

    def typed(self, command: Path) -> Path:
        """Return the command as it is typed: a tunnel is taken away by its name, whatever it is shown with."""
        head = command[0].removeprefix(self.undo)
        found = self.tunnel.match(head)
        return (self.undo + found.group().rstrip(),) if found and head != command[0] else command

    def turn(self, command: Path) -> tuple[_Turn, int]:
        """Return what to sort a command by."""
        head = command[0].removeprefix(self.undo)
        goes = head != command[0]
        number = next((n for n, pattern in enumerate(self.sections) if pattern.match(head)), None)
        if number is not None:
            return (_Turn.KEYS_GO, -number) if goes else (_Turn.KEYS_COME, number)
        if self.tunnel.match(head):
            ends = goes or command[-1].startswith(self.undo)
            return (_Turn.TUNNEL_GOES, 0) if ends else (_Turn.TUNNEL_COMES, self._place(command[-1]))
        return _Turn.OTHERS, 0

    def _place(self, line: str) -> int:
        return next((n for n, beginning in enumerate(self.lines) if line.startswith(beginning)), len(self.lines))


@cache
def _known(platform_name: str) -> _Known | None:
    found = platform(platform_name)
    if found.encryption is None or found.encryption.tunnel is None:
        return None
    sections = tuple(re.compile(_pattern(heading)) for heading in found.encryption.sections)
    tunnel = re.compile(_pattern(PORT + found.encryption.tunnel.split()[0]))
    return _Known(f"{found.negation} ", sections, tunnel, found.encryption.lines)


def _pattern(heading: str) -> str:
    said = re.escape(heading).replace(r"\{name\}", r"\S+").replace(r"\{number\}", r"\d+")
    return rf"{said}(?: |$)"
