"""One command over an SSH connection that is up: quoting, standard input, and a deadline over all of it."""

from __future__ import annotations

import contextlib
import shlex
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import paramiko

from jbnet.model.errors import Unreachable
from jbnet.model.text import text
from jbnet.ports import Completed

CHUNK = 32768
LOOK_S = 0.5
MIB = 2**20
MOST_BYTES = 16 * MIB
"""No answer is longer: the configuration of a large provider edge has some 5 MB, those of this network less than one.
A device that prints without end would take all memory, and all other devices' time."""


class TooMuch(OSError):
    """A device printed more than any answer has."""

    def __str__(self) -> str:
        return f"more than {MOST_BYTES // MIB} MiB"


@contextlib.contextmanager
def deadline(seconds: float, cut: Callable[[], None]) -> Iterator[threading.Event]:
    """Call ``cut`` (which closes a socket) when the block takes longer than ``seconds``; the event says that it did.

    A library's own time-outs each bound one step; this bounds their sum.
    """
    fired = threading.Event()

    def expire() -> None:
        fired.set()
        with contextlib.suppress(Exception):
            cut()

    timer = threading.Timer(max(0.0, seconds), expire)
    timer.daemon = True
    timer.start()
    try:
        yield fired
    finally:
        timer.cancel()


def open_channel(transport: paramiko.Transport, timeout: float) -> paramiko.Channel:
    """Open a session channel. Raises OSError, EOFError or SSHException: nothing has been run then."""
    return transport.open_session(timeout=timeout)


def execute(
    host: str, channel: paramiko.Channel, argv: Sequence[str], *, stdin: str | None = None, timeout: float
) -> Completed:
    """Run ``argv`` on a fresh channel and return what it answered, whatever its code.

    Raises Unreachable when it has not ended within ``timeout`` seconds, when the connection breaks, or when it prints
    more than ``MOST_BYTES``: whether the command took effect is then unknown.
    """
    try:
        with contextlib.closing(channel), deadline(timeout, channel.close) as late:
            channel.settimeout(timeout)
            channel.exec_command(shlex.join(argv))
            with _fed(channel, stdin):
                out, err = _receive(channel, time.monotonic() + timeout)
                code = channel.recv_exit_status() if channel.exit_status_ready() else -1
    except TooMuch as error:
        raise endless(host, _short(argv)) from error
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise broken(host, argv, error) from error
    if late.is_set() or code == -1:
        raise Unreachable(
            "{host}: `{command}` did not end within {seconds:.1f} s, or the connection broke",
            host=host, command=_short(argv), seconds=timeout,
        )  # fmt: skip
    return Completed(tuple(argv), code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def broken(host: str, argv: Sequence[str], error: Exception) -> Unreachable:
    """Return the error for a connection that broke under a command."""
    return Unreachable(
        "{host}: the connection broke during `{command}`: {error}",
        host=host, command=_short(argv), error=str(error) or type(error).__name__,
    )  # fmt: skip


def endless(host: str, command: str) -> Unreachable:
    """Return the error for a command that printed more than any answer has."""
    return Unreachable(
        "{host}: `{command}` printed more than {limit} MiB, and its session was ended",
        host=host, command=command, limit=MOST_BYTES // MIB,
        hint=text("log in on {host} and see what prints there", host=host),
    )  # fmt: skip


def _short(argv: Sequence[str]) -> str:
    said = shlex.join(argv)
    return said if len(said) <= 60 else said[:57] + "..."


@contextlib.contextmanager
def _fed(channel: paramiko.Channel, stdin: str | None) -> Iterator[None]:
    """Feed standard input beside the block; where there is none it is closed at once, which takes no thread."""
    if not stdin:
        _send(channel, "")
        yield
        return
    sender = threading.Thread(target=_send, args=(channel, stdin), daemon=True)
    sender.start()
    yield
    sender.join(LOOK_S)


def _send(channel: paramiko.Channel, stdin: str) -> None:
    """Feed standard input beside the reading, so that neither side blocks the other; a far side may close it early."""
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        channel.sendall(stdin.encode())
        channel.shutdown_write()


def _receive(channel: paramiko.Channel, end: float) -> tuple[bytes, bytes]:
    """Read both streams until the command has ended and closed them, or the time is over. Raises TooMuch."""
    out, err = bytearray(), bytearray()
    while time.monotonic() < end:
        _bound(out, err)
        if channel.recv_stderr_ready():
            err += channel.recv_stderr(CHUNK)
            continue
        channel.settimeout(min(LOOK_S, max(0.01, end - time.monotonic())))
        try:
            data = channel.recv(CHUNK)
        except socket.timeout:  # noqa: UP041  paramiko's name for it; look at stderr, then go on
            continue
        if not data:
            break
        out += data
    while not channel.closed and (part := _rest_of_stderr(channel, end)):
        err += part
        _bound(out, err)
    while channel.recv_stderr_ready():
        err += channel.recv_stderr(CHUNK)
    _await_exit(channel, end)
    return bytes(out), bytes(err)


def _bound(*read: bytearray) -> None:
    if sum(map(len, read)) > MOST_BYTES:
        raise TooMuch


def _rest_of_stderr(channel: paramiko.Channel, end: float) -> bytes:
    if (left := end - time.monotonic()) <= 0:
        return b""  # one that goes on printing would keep us here
    channel.settimeout(left)
    try:
        return channel.recv_stderr(CHUNK)
    except OSError:
        return b""


def _await_exit(channel: paramiko.Channel, end: float) -> None:
    channel.status_event.wait(max(0.0, end - time.monotonic()))
