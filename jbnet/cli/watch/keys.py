"""What a terminal sends when keys are pressed, as names of keys. Pure: bytes in, keys and what is left out.

Sequences of ECMA-48 terminals, in normal and in application mode (xterm, VT220, the Linux console).
"""

from __future__ import annotations

import codecs

NAMED = {
    "\x1b[A": "up", "\x1bOA": "up", "\x1b[B": "down", "\x1bOB": "down",
    "\x1b[C": "right", "\x1bOC": "right", "\x1b[D": "left", "\x1bOD": "left",
    "\x1b[5~": "pgup", "\x1b[6~": "pgdn",
    "\x1b[H": "home", "\x1bOH": "home", "\x1b[1~": "home", "\x1b[7~": "home",
    "\x1b[F": "end", "\x1bOF": "end", "\x1b[4~": "end", "\x1b[8~": "end",
    "\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace",
    "\x15": "clear", "\x0c": "redraw", "\x04": "eof",
}  # fmt: skip
"""By sequence. Ctrl-U clears a line, Ctrl-L draws the screen again, Ctrl-D is the end of input."""
ESCAPE = "esc"
_BEGIN = ("\x1b[", "\x1bO")


class Keys:
    """Takes bytes as they come and gives keys: names above, or the character that was typed."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._left = ""

    def take(self, data: bytes) -> list[str]:
        """Return the keys that are complete. A lone escape waits: more of a sequence may follow."""
        self._left += self._decoder.decode(data)
        found = []
        while self._left:
            length, key = _first(self._left)
            if not length:
                break
            self._left = self._left[length:]
            if key:
                found.append(key)
        return found

    def settle(self) -> list[str]:
        """Return the escape that waited when nothing followed: somebody pressed that key."""
        waiting, self._left = self._left, ""
        return [ESCAPE] if waiting else []


def _first(said: str) -> tuple[int, str]:
    """Return the length and the name of the first key; length 0: it is not complete; no name: none that is known."""
    if said[0] != "\x1b":
        return 1, NAMED.get(said[0], said[0] if said[0].isprintable() else "")
    if len(said) == 1 or said in _BEGIN:
        return 0, ""
    if said[:2] not in _BEGIN:
        return 1, ESCAPE
    for end in range(3, len(said) + 1):
        if "@" <= said[end - 1] <= "~":
            return end, NAMED.get(said[:end], "")
    return 0, ""
