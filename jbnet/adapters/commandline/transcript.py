"""What a terminal says behind the echo of a typed line, taken in piece by piece.

Whatever a device prints, nothing is looked at twice but the line that is not over yet, and that one only while it may
still be a prompt: time grows with what was printed, not with its square.
"""

from __future__ import annotations

import codecs
import re

from jbnet.adapters.ssh_channel import MOST_BYTES, TooMuch

LONGEST_PROMPT = 1024
"""Characters. VRP's names have at most 246, and views a few dozen; what is longer is no prompt and no question."""
_ESCAPES = re.compile(r"\x1b\[\d+D +\x1b\[\d+D|\x1b\[[0-9;]*[A-Za-z]|\x00|\x07|\r")
_MORE = re.compile(r"-+ ?More ?-+", re.IGNORECASE)


class Transcript:
    """The lines behind an echo. ``echo`` '': behind the first line break; None: all of it.

    ``refusal`` finds the sign of a refusal in one line; ``is_refused`` says whether any had it.
    """

    def __init__(self, echo: str | None = None, refusal: re.Pattern[str] | None = None) -> None:
        self.lines: list[str] = []
        self.final = ""
        """The last line that says anything, without blanks around it."""
        self.is_refused = False
        self.has_begun = echo is None
        self._echo, self._refusal = echo, refusal
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parts: list[str] = []
        self._open = self._taken = 0

    def take(self, data: bytes) -> None:
        """Take in what came. Raises TooMuch where it is more than any answer has."""
        self._taken += len(data)
        if self._taken > MOST_BYTES:
            raise TooMuch
        first, *others = self._decoder.decode(data).split("\n")
        self._add(first)
        for piece in others:
            self._end()
            self._add(piece)

    def _add(self, piece: str) -> None:
        self._parts.append(piece)
        self._open += len(piece)

    def _end(self) -> None:
        """Take the open line as a whole one."""
        line = _ESCAPES.sub("", "".join(self._parts))
        self.drop()
        if self.has_begun:
            self._keep(line)
        elif self._echo == "":
            self.has_begun = True
            self._keep(line)
        else:
            self.has_begun = line.endswith(str(self._echo))

    def _keep(self, line: str) -> None:
        if self._echo == "" and not self.lines and not line:
            return
        self.lines.append(line)
        self.final = line.strip() or self.final
        self.is_refused = self.is_refused or bool(self._refusal and self._refusal.search(line))

    def drop(self) -> None:
        """Forget the line that is not over."""
        self._parts, self._open = [], 0

    @property
    def last(self) -> str:
        """The line that is not over yet; empty where it is too long for a prompt."""
        return _ESCAPES.sub("", "".join(self._parts)) if self._open <= LONGEST_PROMPT else ""

    @property
    def is_paged(self) -> bool:
        """Say whether the device waits for a key before it shows more."""
        return _MORE.fullmatch(self.last.strip()) is not None

    @property
    def body(self) -> str:
        """The lines that are over."""
        return "\n".join(self.lines)
