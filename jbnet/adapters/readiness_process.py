"""Looks at readiness by a process of its own: it takes nothing from the rounds of whoever asks, and can be ended.

One line asks, one line of JSON answers. The process lives on between two looks, so that its logins do; it ends with
whoever asks, because then nothing can be read from its standard input any more.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence

from jbnet.model.errors import TargetError
from jbnet.model.text import Text
from jbnet.monitor.codec_words import unpack_words
from jbnet.monitor.probing_results import unpack_probed
from jbnet.ports.readiness import ReadinessLook

ASK = b"look\n"
_TAIL = 300
"""Characters of its last words that are said when it ends unasked."""


class LookProcess:
    """Implements ReadinessLooks. ``argv``: the program, found anew for each process. Inert until the first look."""

    def __init__(self, argv: Sequence[str]):
        self._argv = list(argv)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asks: socket.socket | None = None
        self._last_words = tempfile.TemporaryFile("a+b")  # noqa: SIM115  as long as this lives
        self._closed = False

    def look(self, timeout: float) -> ReadinessLook:
        """Look once. Raises TargetError; then the process is gone, and the next look begins another."""
        end = time.monotonic() + timeout
        try:
            process = self._running()
            self._ask(process)
            line = self._line(process, end, timeout)
        except BaseException:
            self._end()
            raise
        return _read(line)

    def close(self) -> None:
        """End the process, and begin no other."""
        with self._lock:
            self._closed = True
            process = self._process
        if process is not None:
            self._kill(process)  # and no more: who reads its answer would wait for ever on a pipe that was closed

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise TargetError("looking has ended")
            if self._process is None:
                self._last_words.truncate(0)
                self._asks, theirs = socket.socketpair()
                try:
                    with theirs:
                        self._process = subprocess.Popen(
                            self._argv, stdin=theirs.fileno(), stdout=subprocess.PIPE, stderr=self._last_words,
                            start_new_session=True,
                        )  # fmt: skip
                except OSError as error:
                    raise TargetError(
                        "{program} cannot be started: {error}", program=self._argv[0], error=error
                    ) from error
            return self._process

    def _ask(self, process: subprocess.Popen[bytes]) -> None:
        """Ask. To write to a pipe whose reader has died would end us: commands leave SIGPIPE as the system has it."""
        assert self._asks is not None  # noqa: S101  as it was opened
        try:
            self._asks.sendall(ASK, socket.MSG_NOSIGNAL)
        except OSError as error:
            raise self._ended(process) from error

    def _line(self, process: subprocess.Popen[bytes], end: float, timeout: float) -> bytes:
        """Return its answer: a whole line, however late its parts come."""
        assert process.stdout is not None  # noqa: S101  as it was opened
        found, pipe = b"", process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise TargetError("it did not end within {seconds:g} s", seconds=timeout)
                part = os.read(pipe, 1 << 16)
                if not part:
                    raise self._ended(process)
                found += part
        return found

    def _ended(self, process: subprocess.Popen[bytes]) -> TargetError:
        """Return the error of a process that ended unasked, with its last words."""
        self._kill(process)
        with contextlib.suppress(OSError, ValueError):
            self._last_words.seek(0)
            words = self._last_words.read().decode(errors="replace").strip()[-_TAIL:].splitlines()
            if words:
                return TargetError("it ended by itself ({code}): {words}", code=process.returncode, words=words[-1])
        return TargetError("it ended by itself ({code})", code=process.returncode)

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            asks, self._asks = self._asks, None
        if asks is not None:
            asks.close()
        if process is not None:
            self._kill(process)
            if process.stdout is not None:
                process.stdout.close()

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """End it and whatever it began: they are a session of their own."""
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(line: bytes) -> ReadinessLook:
    """Return what the process answered. Raises TargetError with why there was no look."""
    try:
        answer = json.loads(line)
        if "why" in answer:
            why = unpack_words(answer["why"])
            raise TargetError("{reason}", reason=why)
        unkept = unpack_words(answer["unkept"]) if answer["unkept"] is not None else None
        found = tuple(unpack_probed(one) for one in answer["found"])
    except (ValueError, KeyError, TypeError) as error:
        raise TargetError("its answer cannot be read: {error}", error=error) from error
    return ReadinessLook(found, unkept if isinstance(unkept, Text) or unkept is None else Text(unkept))
