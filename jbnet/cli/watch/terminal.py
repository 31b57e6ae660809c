"""The terminal: the other screen, keys without Enter, and everything as it was before, however it ends.

POSIX terminals: termios for the keys, xterm's private modes 1049 (the other screen) and 25 (the cursor).
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import sys
import termios
import tty
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any

from rich.console import Console
from rich.text import Text

from jbnet.cli.watch.keys import Keys
from jbnet.cli.watch.pages import Line
from jbnet.model.printable import printable

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"
_ESCAPE_S = 0.05
"""How long the rest of a key's sequence may take."""
_MONOCHROME = ("vt1", "vt2", "vt3", "ansi-m", "xterm-mono")
_SIGNALS = (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT)


class Terminal:
    """A context manager over the terminal that stdin and stdout are. ``key`` waits; ``show`` draws what changed."""

    def __init__(self) -> None:
        self._in, self._out = sys.stdin.fileno(), sys.stdout
        self._keys, self._waiting = Keys(), list[str]()
        self._before: list[Any] = []
        self._drawn = ""
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Terminal:
        self._before = termios.tcgetattr(self._in)
        self._awake, self._wake = socket.socketpair()
        for end in (self._awake, self._wake):
            end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        handlers = (self._resized, self._put_aside, self._resized)
        self._handlers = {s: signal.signal(s, h) for s, h in zip(_SIGNALS, handlers, strict=True)}
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._awake.close()
        self._wake.close()
        self._end()

    def _begin(self) -> None:
        tty.setcbreak(self._in)
        self._drawn = ""
        self._write(_ENTER)

    def _end(self) -> None:
        with suppress(OSError):  # the terminal may be gone, and there is nothing left to put back
            self._write(_LEAVE)
        with suppress(OSError, termios.error):
            termios.tcsetattr(self._in, termios.TCSADRAIN, self._before)

    def _write(self, said: str) -> None:
        self._out.write(said)
        self._out.flush()

    def _resized(self, _number: int, _frame: FrameType | None) -> None:
        self._drawn = ""

    def _put_aside(self, _number: int, _frame: FrameType | None) -> None:
        """Give the terminal back, stop as everybody else does (Ctrl-Z), and take it again when told to go on."""
        self._end()
        os.kill(os.getpid(), signal.SIGSTOP)  # SIGTSTP's own meaning is lost where nobody minds the jobs
        self._begin()

    @property
    def size(self) -> tuple[int, int]:
        """Return the columns and lines that there are now."""
        found = (
            shutil.get_terminal_size((80, 24))
            if not os.isatty(self._out.fileno())
            else os.get_terminal_size(self._out.fileno())
        )
        return found.columns or 80, found.lines or 24

    def show(self, lines: Sequence[Line]) -> None:
        """Draw a screen; one that is there already costs nothing."""
        drawn = render(lines, self.size[0])
        if drawn != self._drawn:
            self._write(drawn)
            self._drawn = drawn

    def redraw(self) -> None:
        """Draw everything the next time."""
        self._drawn = ""
        self._write("\x1b[2J")

    def key(self, seconds: float) -> str | None:
        """Return the next key; None: none came in that time, the window changed, or the input has ended (``eof``)."""
        if not self._waiting:
            ready, _, _ = select.select([self._in, self._awake], [], [], seconds)
            if self._awake in ready:
                with suppress(BlockingIOError):
                    self._awake.recv(4096)
            if self._in in ready:
                self._waiting = self._read()
        return self._waiting.pop(0) if self._waiting else None

    def _read(self) -> list[str]:
        data = os.read(self._in, 1024)
        if not data:
            return ["eof"]
        found = self._keys.take(data)
        if not found:
            more, _, _ = select.select([self._in], [], [], _ESCAPE_S)
            found = self._keys.take(os.read(self._in, 1024)) if more else self._keys.settle()
        return found


def console(width: int, **how: Any) -> Console:
    """Return a console that draws as this terminal can: without colours where it has none or NO_COLOR is set."""
    mono = os.environ.get("TERM", "").startswith(_MONOCHROME)
    return Console(force_terminal=True, width=width, no_color=True if mono else None, highlight=False, **how)


def render(lines: Sequence[Line], width: int) -> str:
    """Return what draws these lines over what was there: no line is longer than the terminal, none is left over."""
    drawing = console(width)
    drawn = []
    for line in lines:
        said = Text(printable(line.said), style=line.style, no_wrap=True, overflow="crop", end="")
        said.truncate(width, pad="reverse" in line.style or "on red" in line.style)
        with drawing.capture() as captured:
            drawing.print(said, end="", soft_wrap=True)
        drawn.append(captured.get())
    return "\x1b[H" + "\x1b[K\r\n".join(drawn) + "\x1b[K\x1b[J"
