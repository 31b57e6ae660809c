"""Databases: a row written and read back, and whether what is sent in is there. Implements ServiceProbe.

Both log in as the clients' account, which may read and insert and no more.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from psycopg import sql

from jbnet.adapters.postgres_write import ClientWrites, connect, in_one_line
from jbnet.adapters.probes.wire import failed, worked
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.monitor.probing import Target
from jbnet.monitor.probing_results import Probed

HEARTBEAT = "jbnet-heartbeat"
"""The client under whose name the rows are written."""
AGAIN_S = 0.1
"""Seconds between two looks for the row at the standby."""


class HeartbeatProbe:
    """Writes a row where the database leads, and waits for it where it replicates.

    ``failsafe`` returns why a database goes on without its lease, empty where it does not, None where nobody said.
    """

    def __init__(self, network: Network, secret: Secret, failsafe: Callable[[str], str | None] = lambda _: None):
        self._failsafe = failsafe
        self._writes = ClientWrites(network, secret, HEARTBEAT)

    def probe(self, target: Target) -> Probed:
        """Try it once; the row is waited for as long as one try may last."""
        timeout = target.probe.timeout_s
        answer = self._writes.write(target.part, target.address, timeout)
        if not answer["ok"]:
            return failed(target, answer["error"])
        seconds = float(str(answer["seconds"]))
        found: dict[str, float] = {}
        behind = self._behind(target, int(str(answer["n"]))) if target.standby else None
        if behind is not None:
            found["behind"] = behind
        record = self._writes.recorded(target.part, target.address, timeout) if target.waits else None
        if record is not None:
            found["alone"] = float(not record[0])
        without = self._failsafe(target.part)
        if without is not None:
            found["failsafe"] = float(bool(without))
        alone = record[1] if record and not record[0] else ""
        return worked(target, seconds, "; ".join(filter(None, (alone, without))), **found)

    def _behind(self, target: Target, written: int) -> float | None:
        """Return by how many seconds the standby is behind; None: it cannot be asked, or never had a row."""
        timeout, began = target.probe.timeout_s, time.monotonic()
        while True:
            newest = self._writes.newest(target.part, target.standby, timeout)
            if newest is None:
                return None
            if newest >= written:
                return round(time.monotonic() - began, 3)
            if time.monotonic() - began >= timeout:
                return round((time.time_ns() - newest) / 1e9, 3)
            time.sleep(AGAIN_S)


class UploadProbe:
    """Reads when each part was last sent in. The names of table and columns are declared, and quoted."""

    def __init__(self, secret: Secret):
        self._secret = secret

    def probe(self, target: Target) -> Probed:
        """Try it once."""
        probe, began = target.probe, time.monotonic()
        part, sent = sql.Identifier(probe.part), sql.Identifier(probe.time)
        query = sql.SQL(
            "SELECT {part}::text, extract(epoch FROM clock_timestamp() - max({sent}))::float8 FROM {table} GROUP BY 1"
        ).format(part=part, sent=sent, table=sql.Identifier(probe.table))
        try:
            with connect(target.port, target.part, target.address, self._secret, probe.timeout_s) as connection:
                rows = dict(connection.execute(query).fetchall())
        except psycopg.Error as error:
            return failed(target, in_one_line(error))
        ages = {name: age for name, age in rows.items() if age is not None}
        age = min(ages.values(), default=probe.late_s)
        missing = tuple(name for name in probe.expected if ages.get(name, probe.late_s) >= probe.late_s)
        found = worked(target, time.monotonic() - began, age=round(max(0.0, age), 3))
        return Probed(found.probe, found.device, found.part, found.values, missing)
