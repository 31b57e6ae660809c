"""Text of others made harmless to a terminal: what would steer it, or turn the reading round, is shown as its code.

Devices, files and playbooks say what they like; a description may hold the sequence that renames the operator's window,
or one that shows the rest of a line backwards. ECMA-48 (controls of C0 and C1), Unicode UAX #9 (bidirectional marks).
"""

from __future__ import annotations

import re

STEERING = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
"""The inside of a character class: all controls but tab and line feed, line separators, and marks of direction."""
_ONE = re.compile(f"[{STEERING}]")


def printable(said: str) -> str:
    """Return a text in which everything that would steer a terminal stands as its code, as in Python."""
    return _ONE.sub(_code, said.replace("\r\n", "\n"))


def _code(found: re.Match[str]) -> str:
    number = ord(found.group())
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
