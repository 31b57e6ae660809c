"""A terminal on a router: types a line, reads until the prompt, and knows a question from an answer.

netmiko logs in and opens the channel. Reading is done here, because what netmiko offers for these systems either
believes the first thing that looks like a prompt or waits a fixed time (0.2 s a login, measured): an answer begins
behind the echo of the very line that was typed, so that nothing left over from before is taken for it, and ends at a
prompt with the device's own name that nothing follows.
"""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Sequence
from typing import Any

import paramiko

from jbnet.adapters.commandline.dialect import Dialect, Reply
from jbnet.adapters.commandline.transcript import Transcript
from jbnet.adapters.netmiko_login import netmiko_session
from jbnet.adapters.ssh_channel import CHUNK, TooMuch, endless
from jbnet.adapters.ssh_login import Login, explain
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.text import text
from jbnet.platforms.masking import masked

SETTLE_S = 0.01
"""How long a prompt must stay the last thing said before a long answer is believed to be over."""
GREETING_S = 0.03
"""The same at the door, where a banner may look like a prompt."""
FEW_LINES = 3
"""A shorter answer is believed to be over at its prompt."""
_QUESTION = re.compile(
    r"(?:\[confirm\]|\[Y/N(?::[YN])?\]|\[Y\(yes\)/N\(no\)/C\(cancel\)\]|\(y/n\)(?:\[[yn]\])?)\s*:?\s*$", re.IGNORECASE
)
_PLACE = re.compile(r"\^\s*")


class Terminal:
    """One session. Every wait ends: at its deadline the session is closed."""

    def __init__(self, login: Login, dialect: Dialect) -> None:
        self.login, self.dialect = login, dialect
        self._netmiko: Any = None
        self._names: set[str] = set()
        self.view = ""
        """Where the last prompt stood: what follows the device's name in it, ``<`` in the user view."""

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        end = time.monotonic() + self.login.open_timeout
        self._netmiko = netmiko_session(self.login, "terminal_server", prepare=False)
        try:
            self._names = {self._greeted(end), *self.dialect.defaults}
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.close()
            raise explain(
                self.login.device, self.login.user, self.login.known_hosts, error, self.login.open_timeout
            ) from error
        with contextlib.suppress(CommandFailed):  # paging that stays on is paged through
            self.type(self.dialect.unpaged, timeout=max(1.0, end - time.monotonic()))

    def _greeted(self, end: float) -> str:
        """Wait for the first prompt and return the device's name; questions at the door are answered with no."""
        channel, transcript = self._channel(), Transcript()
        while True:
            transcript.take(self._receive(channel, end))
            last = transcript.last.strip()
            if channel.recv_ready():
                continue
            if re.search(r"to continue, N to exit", last, re.IGNORECASE):
                self._send(channel, "")
            elif _QUESTION.search(last):
                self._send(channel, "n")
            elif found := self.dialect.greeting.fullmatch(last):
                time.sleep(GREETING_S)
                if not channel.recv_ready():
                    return found.group(1)

    def close(self) -> None:
        """Log out; never raises and never waits for the far side."""
        connection, self._netmiko = self._netmiko, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.paramiko_cleanup()

    @property
    def is_open(self) -> bool:
        """Say whether there is a session, without asking the far side."""
        return self._netmiko is not None

    def alive(self) -> bool:
        """Say whether the session is up, by asking the far side."""
        if self._netmiko is None:
            return False
        try:
            self.type("", timeout=5.0)
        except (Unreachable, CommandFailed):
            return False
        return True

    def ask(self, line: str, *replies: Reply, timeout: float = 60.0, whole: str = "") -> str:
        """Type a line and return the answer. Raises CommandFailed where the device refuses it.

        ``whole``: the last line of a complete answer, where it is known. Raises Unreachable when the session breaks
        or the time is over: whether the line took effect is then unknown.
        """
        said = self.type(line, *replies, timeout=timeout, whole=whole)
        if self.dialect.error.search(said):
            raise CommandFailed(
                "{device} refuses `{command}`: {said}",
                device=self.login.device, command=self._shown(line), said=self._shown(essence(said)),
            )  # fmt: skip
        return said

    def type(self, line: str, *replies: Reply, timeout: float = 60.0, whole: str = "") -> str:
        """Type a line and return the answer, whatever it is. Raises CommandFailed at a question nobody expects."""
        if not line.isprintable():
            raise CommandFailed(
                "{device}: a line with control characters is not typed: {line}",
                device=self.login.device, line=self._shown(ascii(line)),
            )  # fmt: skip
        if line.startswith(self.dialect.renames):
            self._names.add(line.split()[1])
        try:
            return self._typed(line, replies, time.monotonic() + timeout, whole)
        except (OSError, EOFError, paramiko.SSHException) as error:
            self.close()
            raise self._lost(line, error, timeout) from error

    def _shown(self, said: str) -> str:
        """Return what may be told: without secrets."""
        return masked(self.dialect.platform, said)

    def _lost(self, line: str, error: Exception, timeout: float) -> Unreachable:
        command = self._shown(line)[:60]
        if isinstance(error, TooMuch):
            return endless(self.login.device, command)
        if isinstance(error, TimeoutError):
            return Unreachable(
                "{host}: `{command}` did not end within {seconds:.1f} s, or the connection broke",
                host=self.login.device, command=command, seconds=timeout,
            )  # fmt: skip
        return Unreachable(
            "{host}: the connection broke during `{command}`: {error}",
            host=self.login.device, command=command, error=str(error) or type(error).__name__,
        )  # fmt: skip

    def _typed(self, line: str, replies: Sequence[Reply], end: float, whole: str) -> str:
        channel = self._channel()
        self._send(channel, line)
        answer, unexpected = "", ""
        while True:
            said, question = self._read(channel, line if not answer else "", end, whole)
            answer += said
            if not question:
                break
            reply = next((r.answer for r in replies if re.search(r.question, answer, re.IGNORECASE)), None)
            if reply is None:
                unexpected, reply = unexpected or question, "n"
            answer += "\n"
            self._send(channel, reply)
        if unexpected:
            raise CommandFailed(
                "{device} asks at `{command}` what nobody expected: {question}; the answer was no",
                device=self.login.device, command=self._shown(line), question=unexpected,
                hint=text("type the command on {device} by hand and see what it is about", device=self.login.device),
            )  # fmt: skip
        return answer

    def _send(self, channel: paramiko.Channel, line: str) -> None:
        channel.sendall((line + "\r").encode())

    def _read(self, channel: paramiko.Channel, echo: str, end: float, whole: str) -> tuple[str, str]:
        """Return what was said behind the echo, and the question at its end ('': it ended with the prompt)."""
        transcript = Transcript(echo, self.dialect.error)
        while True:
            transcript.take(self._receive(channel, end))
            if transcript.is_paged:
                transcript.drop()
                channel.sendall(b" ")
            if not transcript.has_begun:
                continue
            last = transcript.last
            if _QUESTION.search(last):
                return f"{transcript.body}\n{last}", last.strip()
            view = self._view_of(last)
            if view is not None and self._is_over(channel, transcript, whole):
                self.view = view
                return transcript.body, ""

    def _is_over(self, channel: paramiko.Channel, transcript: Transcript, whole: str) -> bool:
        """A prompt may also be a line of the answer: then more follows, or the known last line is missing."""
        if whole and transcript.final != whole and not transcript.is_refused:
            return False
        if len(transcript.lines) > FEW_LINES and not channel.recv_ready():
            time.sleep(SETTLE_S)
        return not channel.recv_ready()

    def _view_of(self, line: str) -> str | None:
        """Return the view that a prompt names; None: the line is no prompt of this device."""
        return self.dialect.view(line.strip(), self._names)

    def _receive(self, channel: paramiko.Channel, end: float) -> bytes:
        """Return what came. Raises TimeoutError at the deadline, also where the device goes on printing; EOFError."""
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        channel.settimeout(left)
        try:
            data = channel.recv(CHUNK)
        except socket.timeout as error:  # noqa: UP041  paramiko's name for it
            raise TimeoutError from error
        if not data:
            raise EOFError
        return data

    def _channel(self) -> paramiko.Channel:
        channel = self._netmiko.remote_conn if self._netmiko is not None else None
        if channel is None:
            raise Unreachable("{host}: the session is not open", host=self.login.device)
        assert isinstance(channel, paramiko.Channel)  # noqa: S101  netmiko has no types
        return channel


def essence(said: str) -> str:
    """Return a refusal as one line, without the caret's line."""
    lines = [line.strip() for line in said.splitlines() if not _PLACE.fullmatch(line.strip())]
    return " ".join(line for line in lines if line)
