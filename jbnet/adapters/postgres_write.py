"""One write through an address, as a client makes it: TCP, password, a row. And the row looked for elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import psycopg

from jbnet.model.errors import Unreachable
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.recovery.observed import ServiceLook
from jbnet.services.database_accounts import CLIENT

NAME = "jbnet-verify"
INSERT = "INSERT INTO client_writes (client, n) VALUES (%s, %s) RETURNING host(inet_server_addr())"
IDENTITY = "SELECT system_identifier, pg_is_in_recovery() FROM pg_control_system()"
RECORDED = (
    "SELECT waits, lsn::text, to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM jbnet_waits"
    " ORDER BY n DESC LIMIT 1"
)
NEWEST = "SELECT coalesce(max(n), 0) FROM client_writes WHERE client = %s"


def connect(
    port: int, database: str, address: str, secret: Secret, timeout: float
) -> psycopg.Connection[tuple[Any, ...]]:
    """Log in as the clients do; ``timeout`` (seconds) bounds each wait on the network and each statement.

    The password goes to libpq in memory, never into an argument list. Raises psycopg.Error.
    """
    return psycopg.connect(
        host=address,
        port=port,
        dbname=database,
        user=CLIENT,
        password=secret.reveal(),
        connect_timeout=max(2, round(timeout)),
        tcp_user_timeout=round(timeout * 1000),
        options=f"-c statement_timeout={round(timeout * 1000)}",
        autocommit=True,
    )


def in_one_line(error: psycopg.Error) -> str:
    """Return the first line of what PostgreSQL said."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


class ClientWrites:
    """Implements WriteCheck and ServiceLooks. ``name`` is the client under which rows are written."""

    def __init__(self, network: Network, secret: Secret, name: str = NAME):
        self._network = network
        self._secret = secret
        self._name = name

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        """Write a row with a number of its own; ``timeout`` bounds each wait on the network and the statement."""
        n, began = time.time_ns(), time.monotonic()
        answer: dict[str, object] = {
            "client": self._name,
            "n": n,
            "address": address,
            "ok": False,
            "server": None,
            "error": "",
        }
        try:
            with self._connect(database, address, timeout) as connection:
                row = connection.execute(INSERT, (self._name, n)).fetchone()
            answer |= {"ok": row is not None, "server": row[0] if row else None}
        except psycopg.Error as error:
            answer["error"] = in_one_line(error)
        return answer | {"seconds": round(time.monotonic() - began, 3)}

    def newest(self, database: str, address: str, timeout: float) -> int | None:
        """Return the number of the newest row of this client at an address (0: none); None: it cannot be asked."""
        try:
            with self._connect(database, address, timeout) as connection:
                row = connection.execute(NEWEST, (self._name,)).fetchone()
        except psycopg.Error:
            return None
        return int(row[0]) if row else None

    def recorded(self, database: str, address: str, timeout: float) -> tuple[bool, str] | None:
        """Return whether commits wait for the standby, by the keeper's record, and since where and when.

        None: there is no record, or it cannot be asked.
        """
        try:
            with self._connect(database, address, timeout) as connection:
                row = connection.execute(RECORDED).fetchone()
        except psycopg.Error:
            return None
        return (bool(row[0]), f"{row[1]} {row[2]} UTC") if row else None

    def identity(self, database: str, address: str, timeout: float) -> ServiceLook:
        """Ask for its system identifier, which no two clusters share, and whether it takes writes."""
        try:
            with self._connect(database, address, timeout) as connection:
                row = connection.execute(IDENTITY).fetchone()
        except psycopg.Error as error:
            raise Unreachable("{reason}", reason=in_one_line(error)) from error
        return ServiceLook(str(row[0]) if row else None, in_recovery=bool(row and row[1]))

    def _connect(self, database: str, address: str, timeout: float) -> psycopg.Connection[tuple[Any, ...]]:
        return connect(self._network.databases[database].port, database, address, self._secret, timeout)
