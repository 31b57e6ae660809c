"""PostgreSQL for the sample business application: libpq itself, each wait with an end, sessions that are kept.

libpq comes with psql; Python's own ctypes calls it, so that a host needs no driver. The asynchronous half is used
(PostgreSQL 15 manual, chapter 34.4): with the blocking one a session to a host that died ends when TCP gives up,
minutes later.
"""

from __future__ import annotations

import ctypes
import select
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any

OK, BAD = 0, 1
FAILED, READING, _WRITING, CONNECTED = 0, 1, 2, 3
COMMAND_OK, TUPLES_OK = 1, 2
SQLSTATE = ord("C")
KEPT = 8
"""Idle sessions that are kept of a database."""
MOST_HANGING = 8
"""Sessions of a database that may wait for a commit which nobody waits for any more."""
AGAIN_S = 0.05
NOT_HERE = ("25006", "57P01", "57P02", "57P03", "53300")
"""Read-only (a standby), shutting down, starting, too many clients: what another try a moment later may not meet."""
POINTERS = ("PQconnectStart", "PQgetResult")
TEXTS = ("PQerrorMessage", "PQresultErrorMessage", "PQresultErrorField", "PQgetvalue")

Row = tuple["str | None", ...]


class Silent(Exception):
    """No answer came: whether it was done is not known."""


class Refused(Exception):
    """The server answered, and the answer is no. ``state`` is its SQLSTATE."""

    def __init__(self, said: str, state: str):
        super().__init__(said)
        self.state = state


@cache
def libpq() -> Any:
    """Load libpq. Raises Silent where there is none."""
    try:
        found = ctypes.CDLL("libpq.so.5")
    except OSError as error:
        raise Silent("libpq.so.5 cannot be loaded: apt-get install libpq5") from error
    for name in POINTERS:
        getattr(found, name).restype = ctypes.c_void_p
    for name in TEXTS:
        getattr(found, name).restype = ctypes.c_char_p
    return found


class Session:
    """One connection. ``deadline`` is on the monotonic clock everywhere; past it, and after Silent, it is of no use."""

    def __init__(self, conninfo: str, deadline: float):
        self._pq = libpq()
        self._connection = ctypes.c_void_p(self._pq.PQconnectStart(conninfo.encode()))
        try:
            self._connect(deadline)
        except Silent:
            self.close()
            raise

    def close(self) -> None:
        """End it, whatever is under way."""
        self._pq.PQfinish(self._connection)

    def hangs(self) -> bool:
        """Say whether what was asked is still under way there."""
        if self._pq.PQstatus(self._connection) == BAD:  # it has no socket any more
            return False
        poll = select.poll()
        poll.register(self._pq.PQsocket(self._connection), select.POLLIN)
        if poll.poll(0):
            self._pq.PQconsumeInput(self._connection)
        return bool(self._pq.PQstatus(self._connection) != BAD and self._pq.PQisBusy(self._connection))

    def ask(self, query: str, values: tuple[str | None, ...], deadline: float) -> list[Row]:
        """Return the rows of one statement, which is a transaction of its own. Raises Silent and Refused."""
        given = (ctypes.c_char_p * len(values))(*(None if v is None else v.encode() for v in values))
        sent = self._pq.PQsendQueryParams(self._connection, query.encode(), len(values), None, given, None, None, 0)
        if not sent:
            raise Silent(self._said())
        while self._pq.PQflush(self._connection):
            self._wait(deadline, writing=True)
        rows, refusal = [], None
        while (result := self._result(deadline)) is not None:
            try:
                rows = self._rows(result)
            except Refused as error:
                refusal = error
            finally:
                self._pq.PQclear(result)
        if self._pq.PQstatus(self._connection) == BAD:  # "terminating connection" is no answer to what was asked
            raise Silent(str(refusal or self._said()))
        if refusal is not None:
            raise refusal
        return rows

    def _connect(self, deadline: float) -> None:
        wanted = _WRITING
        while wanted != CONNECTED:
            if wanted == FAILED or self._pq.PQstatus(self._connection) == BAD:
                raise Silent(self._said())
            self._wait(deadline, writing=wanted != READING)
            wanted = self._pq.PQconnectPoll(self._connection)
        self._pq.PQsetnonblocking(self._connection, 1)

    def _result(self, deadline: float) -> ctypes.c_void_p | None:
        while self._pq.PQisBusy(self._connection):
            self._wait(deadline, writing=False)
            self._pq.PQconsumeInput(self._connection)
        found = self._pq.PQgetResult(self._connection)
        return None if found is None else ctypes.c_void_p(found)

    def _rows(self, result: ctypes.c_void_p) -> list[Row]:
        if self._pq.PQresultStatus(result) not in (COMMAND_OK, TUPLES_OK):
            state = self._pq.PQresultErrorField(result, SQLSTATE) or b""
            raise Refused(first_line(self._pq.PQresultErrorMessage(result)), state.decode())
        rows, columns = self._pq.PQntuples(result), self._pq.PQnfields(result)
        return [tuple(self._value(result, row, column) for column in range(columns)) for row in range(rows)]

    def _value(self, result: ctypes.c_void_p, row: int, column: int) -> str | None:
        if self._pq.PQgetisnull(result, row, column):
            return None
        value = self._pq.PQgetvalue(result, row, column)
        return bytes(value).decode()

    def _wait(self, deadline: float, *, writing: bool) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(self._pq.PQsocket(self._connection), select.POLLOUT if writing else select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            raise Silent("no answer in time")

    def _said(self) -> str:
        return first_line(self._pq.PQerrorMessage(self._connection)) or "the session ended"


def first_line(said: bytes | None) -> str:
    """Return the first line of what libpq says."""
    return next(iter((said or b"").decode(errors="replace").strip().splitlines()), "")


class Database:
    """A database at its service address: whoever leads answers. Safe for several threads.

    A commit that waits for a standby which is away is left to wait: ended, it would be done and be seen, and the
    standby would not have it. While several hang nothing more is asked: they would take all of the server's room.
    """

    def __init__(self, name: str, conninfo: str):
        self.name = name
        self._conninfo = conninfo
        self._idle: list[Session] = []
        self._hanging: list[Session] = []
        self._lock = threading.Lock()

    def ask(self, query: str, *values: str | None, seconds: float = 3.0) -> list[Row]:
        """Ask once. A kept session that had ended meanwhile counts as no answer. Raises Silent and Refused."""
        deadline = time.monotonic() + seconds
        self._look_after_hanging()
        session = self._taken() or Session(self._conninfo, deadline)
        try:
            rows = session.ask(query, values, deadline)
        except Refused as error:
            if error.state in NOT_HERE:
                session.close()
            else:
                self._put_back(session)
            raise
        except Silent:
            self._leave(session)
            self._forget()
            raise
        self._put_back(session)
        return rows

    def ask_until(self, query: str, *values: str | None, seconds: float = 3.0) -> list[Row]:
        """Ask until an answer comes: for what may be done twice. Raises Silent with the last reason, and Refused."""
        return until(lambda left: self.ask(query, *values, seconds=left), seconds)

    def _taken(self) -> Session | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _put_back(self, session: Session) -> None:
        with self._lock:
            if len(self._idle) < KEPT:
                self._idle.append(session)
                return
        session.close()

    def _leave(self, session: Session) -> None:
        if not session.hangs():
            session.close()
            return
        with self._lock:
            self._hanging.append(session)

    def _look_after_hanging(self) -> None:
        """Close those that came to an end. Raises Silent where too many have not."""
        with self._lock:
            mine, self._hanging = self._hanging, []
        still = [session for session in mine if session.hangs()]
        for session in mine:
            if session not in still:
                session.close()
        with self._lock:
            self._hanging += still
            count = len(self._hanging)
        if count >= MOST_HANGING:
            raise Silent(f"{count} sessions wait for an answer of {self.name}: do its commits stand still?")

    def _forget(self) -> None:
        """Close all idle sessions: where one ended the others led to the same server."""
        with self._lock:
            ended, self._idle = self._idle, []
        for session in ended:
            session.close()


def until(work: Callable[[float], list[Row]], seconds: float) -> list[Row]:
    """Do it until it is answered; ``work`` takes the seconds that are left."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work(deadline - time.monotonic())
        except (Silent, Refused) as error:
            if isinstance(error, Refused) and error.state not in NOT_HERE:
                raise
            if time.monotonic() + AGAIN_S >= deadline:
                raise Silent(str(error)) from error
            time.sleep(AGAIN_S)
