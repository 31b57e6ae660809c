"""One connection that writes one row at a time, with a deadline on every wait: connecting, sending, answering.

libpq's own waits end when TCP gives up, which is minutes with a host that died. Here the socket is polled and
closed at the deadline.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass

import psycopg
from psycopg import pq

INSERT = b"INSERT INTO client_writes (client, n) VALUES ($1, $2)"


@dataclass(frozen=True, slots=True)
class Target:
    """A database at an address."""

    database: str
    address: str
    port: int


class Refusal(Exception):
    """The write was not acknowledged; whether it was done is not known."""


class Declined(Refusal):
    """The server answered that it was not done, and goes on answering."""


class Writer:
    """Writes rows of one client to one target by one statement ($1 client, $2 number).

    Connects again after every failure, unless the server said no and goes on: what a standby refuses costs no login.
    ``leading_only``: a server that follows another is refused at login (libpq's ``target_session_attrs``).
    """

    def __init__(
        self, target: Target, client: str, user: str, passfile: str, statement: bytes = INSERT, *,
        leading_only: bool = False,
    ):  # fmt: skip
        self._statement = statement
        options = {
            "host": target.address,
            "port": target.port,
            "dbname": target.database,
            "user": user,
            "passfile": passfile,
            "application_name": "jbnet-client",
            "tcp_user_timeout": 1000,
            "sslmode": "disable",
            "gssencmode": "disable",
            "target_session_attrs": "read-write" if leading_only else "any",
        }
        self._conninfo = " ".join(f"{name}='{value}'" for name, value in options.items()).encode()
        self._client = client.encode()
        self._connection: pq.abc.PGconn | None = None

    def write(self, n: int, deadline: float) -> str:
        """Write row ``n``; returns when it was acknowledged, with the first value that the statement answers.

        ``deadline`` is on the monotonic clock. Raises Refusal, and Declined where the server said no.
        """
        try:
            return self._execute(self._connected(deadline), n, deadline)
        except Declined:
            raise
        except (Refusal, OSError, psycopg.Error) as error:
            self.close()
            said = str(error).strip().splitlines()
            raise Refusal(said[0] if said else type(error).__name__) from error

    def close(self) -> None:
        """Close the socket, whatever is under way."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.finish()

    def _connected(self, deadline: float) -> pq.abc.PGconn:
        if self._connection is not None:
            return self._connection
        connection = self._connection = pq.PGconn.connect_start(self._conninfo)
        wanted = pq.PollingStatus.WRITING
        while wanted is not pq.PollingStatus.OK:
            if wanted is pq.PollingStatus.FAILED or connection.status == pq.ConnStatus.BAD:
                raise Refusal(_said(connection))
            self._wait(connection, write=wanted is pq.PollingStatus.WRITING, deadline=deadline)
            wanted = pq.PollingStatus(connection.connect_poll())
        connection.nonblocking = 1
        return connection

    def _execute(self, connection: pq.abc.PGconn, n: int, deadline: float) -> str:
        connection.send_query_params(self._statement, [self._client, str(n).encode()])
        while connection.flush():
            self._wait(connection, write=True, deadline=deadline)
        done, answer, said = False, b"", ""
        while (result := self._result(connection, deadline)) is not None:
            done = result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
            said = bytes(result.error_message).decode(errors="replace")
            answer = (result.get_value(0, 0) or b"") if result.ntuples else b""
        if done:
            return bytes(answer).decode()
        if said and connection.status == pq.ConnStatus.OK:
            raise Declined(said.strip().splitlines()[0])
        raise Refusal(said or _said(connection))

    def _result(self, connection: pq.abc.PGconn, deadline: float) -> pq.abc.PGresult | None:
        while connection.is_busy():
            self._wait(connection, write=False, deadline=deadline)
            connection.consume_input()
        return connection.get_result()

    @staticmethod
    def _wait(connection: pq.abc.PGconn, *, write: bool, deadline: float) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(connection.socket, select.POLLOUT if write else select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            raise Refusal("no answer in time")


def _said(connection: pq.abc.PGconn) -> str:
    return bytes(connection.error_message).decode(errors="replace")
