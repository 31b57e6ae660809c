"""One write through an address, as a client makes it: TCP, password, a row."""

from __future__ import annotations

import time
from collections.abc import Mapping

import psycopg

from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.services.database_accounts import CLIENT

NAME = "jbnet-verify"
INSERT = "INSERT INTO client_writes (client, n) VALUES (%s, %s) RETURNING host(inet_server_addr())"


class ClientWrites:
    """Implements WriteCheck. The password goes to libpq in memory, never into an argument list."""

    def __init__(self, network: Network, secret: Secret):
        self._network = network
        self._secret = secret

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        """Write a row with a number of its own; ``timeout`` bounds each wait on the network and the statement."""
        n, began = time.time_ns(), time.monotonic()
        answer: dict[str, object] = {
            "client": NAME,
            "n": n,
            "address": address,
            "ok": False,
            "server": None,
            "error": "",
        }
        try:
            with psycopg.connect(
                host=address,
                port=self._network.databases[database].port,
                dbname=database,
                user=CLIENT,
                password=self._secret.reveal(),
                connect_timeout=max(2, round(timeout)),
                tcp_user_timeout=round(timeout * 1000),
                options=f"-c statement_timeout={round(timeout * 1000)}",
                autocommit=True,
            ) as connection:
                row = connection.execute(INSERT, (NAME, n)).fetchone()
            answer |= {"ok": row is not None, "server": row[0] if row else None}
        except psycopg.Error as error:
            answer["error"] = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return answer | {"seconds": round(time.monotonic() - began, 3)}
