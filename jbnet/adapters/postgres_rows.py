"""Rows of PostgreSQL 15 clusters, read over SSH as the account ``postgres``, for comparing two copies (ADR 64).

Read-only, one REPEATABLE READ transaction a look. Identifiers are quoted; what else goes into SQL are numbers, and keys
as one quoted text of JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from jbnet.adapters import postgres_rows_sql as sql
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import Completed, RemoteHosts
from jbnet.ports.rows import NotRead, Units
from jbnet.recovery.rows import Counter, Listed, Look, Moment, Range, Sum, Table, Version
from jbnet.services.database_cluster import Cluster, Layout, cluster

ACCOUNT = "postgres"
ANSWER_S = 40.0
BURSTS: Final = 120
_STATE = re.compile(r"(?:ERROR|FATAL|PANIC): +([0-9A-Z]{5}):")


class PostgresRows:
    """Implements RowSides over SSH."""

    def __init__(self, network: Network, hosts: RemoteHosts, layout: Layout | None = None):
        self._network, self._hosts, self._layout = network, hosts, layout or Layout()

    def side(self, database: str, host: str, *, leads: bool) -> PostgresSide:
        """Return the copy. Raises UsageError for names not declared."""
        return PostgresSide(cluster(self._network, database, host), self._hosts, self._layout, leads=leads)


class PostgresSide:
    """Implements RowSide."""

    def __init__(self, here: Cluster, hosts: RemoteHosts, layout: Layout, *, leads: bool):
        self.host = here.host
        self._here, self._hosts, self._layout, self._leads = here, hosts, layout, leads

    def listed(self, after: Moment | None) -> tuple[Moment, Listed]:
        """List them, from the catalogue."""
        moment, lines = self._look(after, [sql.TABLES, sql.SEQUENCES, sql.LEFT_OUT])
        tables, sequences, left_out = {}, {}, {}
        for what, said in lines:
            one = json.loads(said)
            if what == "table":
                table = Table(one["schema"], one["name"], int(one["blocks"]), tuple(one["key"] or ()))
                tables[table.title] = table
            elif what == "sequence":
                sequences[one["name"]] = Counter(one["last"], one["step"], one["cycles"])
            else:
                left_out[one["name"]] = one["why"]
        return moment, Listed(tables, sequences, left_out)

    def sums(
        self, after: Moment | None, ranges: Sequence[Range], group: int, rate_mb_s: int
    ) -> tuple[Moment, Mapping[Range, Mapping[int, Sum]]]:
        """Read the ranges one after another, with a pause behind each."""
        statements = []
        for number, one in enumerate(ranges):
            statements += [sql.sums(number, one, group), sql.pause(one.blocks() * sql.BLOCK_BYTES / (rate_mb_s << 20))]
        pauses = sum(one.blocks() for one in ranges) * sql.BLOCK_BYTES / (rate_mb_s << 20)
        moment, lines = self._look(after, statements, ANSWER_S + 2 * pauses + sql.STATEMENT_S * len(ranges))
        found: dict[Range, dict[int, Sum]] = {one: {} for one in ranges}
        for _, said in lines:
            which, block, rows, total = said.split("|")
            found[ranges[int(which)]][int(block)] = Sum(int(rows), int(total))
        return moment, found

    def rows(self, after: Moment | None, units: Units) -> tuple[Moment, Look]:
        """Read single rows, by place or by key."""
        moment, lines = self._look(after, [sql.rows(units)])
        return moment, _versions(lines)

    def burst(self, units: Units) -> Sequence[Look]:
        """Ask the same again and again, each in a transaction of its own."""
        each = ["SELECT 'again|';", sql.rows(units), sql.pause(sql.BURST_PAUSE_S)]
        done = self._psql("".join(each * BURSTS), ANSWER_S)
        looks: list[list[tuple[str, str]]] = []
        for what, said in _lines(done.stdout):
            if what == "again":
                looks.append([])
            elif what == "row":
                looks[-1].append((what, said))
        return [_versions(look) for look in looks]

    def _look(
        self, after: Moment | None, statements: Sequence[str], timeout: float = ANSWER_S
    ) -> tuple[Moment, list[tuple[str, str]]]:
        """Wait for what must be seen, then ask everything in one snapshot. What it saw lies before its position."""
        wait = "" if after is None else (sql.until_seen(after.xmax) if self._leads else sql.until_replayed(after.lsn))
        where = sql.LEADER_LSN if self._leads else sql.FOLLOWER_LSN
        said = self._psql("".join([wait, sql.BEGIN, *statements, sql.COMMIT, where]), timeout).stdout
        lines = _lines(said)
        words = dict(lines[-1:] + lines[:1])
        lines = [line for line in lines if line[0] not in ("moment", "lsn")]
        xmax, in_recovery = words["moment"].split("|")
        if (in_recovery == "f") is not self._leads:
            name = self._here.database.name
            raise NotRead(text("{database}: {host} changed its role meanwhile", database=name, host=self.host), "")
        position, segment = words["lsn"].split("|")
        return Moment(sql.record_end(int(position), int(segment)), int(xmax)), lines

    def _psql(self, script: str, timeout: float) -> Completed:
        name, layout = self._here.database.name, self._layout
        options = " ".join(f"-c {key}={value}" for key, value in sql.SETTINGS.items())
        environment = [f"PGOPTIONS={options}", "PGAPPNAME=jbnet-compare", "PGCLIENTENCODING=UTF8", "LC_ALL=C.UTF-8"]
        where = ["-h", layout.root, "-p", str(self._here.database.port), "-d", name, "-f", "-"]
        quiet = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
        limit = ["timeout", "-k", "1", str(int(timeout))]
        argv = ["env", *environment, *limit, f"{layout.programs}/psql", *quiet, *where]
        done = self._hosts.host(self.host, ACCOUNT).run(argv, stdin=script, timeout=timeout + 5)
        if done.code != 0:
            raise self._not_read(done)
        return done

    def _not_read(self, done: Completed) -> NotRead:
        state = _STATE.search(done.stderr)
        said = next((line for line in done.stderr.splitlines() if _STATE.search(line)), done.stderr.strip())
        told = text("{database} on {host}: its rows could not be read: {error}", database=self._here.database.name,
                    host=self.host, error=said[-300:] or f"exit code {done.code}")  # fmt: skip
        return NotRead(told, state[1] if state else "")


def _lines(printed: str) -> list[tuple[str, str]]:
    """Return each line's first word and the rest; lines without a word are those of what prints nothing of use."""
    parts = (line.partition("|") for line in printed.splitlines())
    return [(what, said) for what, bar, said in parts if bar and what]


def _versions(lines: Sequence[tuple[str, str]]) -> Look:
    found: dict[str, set[Version]] = {}
    for _, said in lines:
        place, maker, content, unit = said.split("|", 3)
        found.setdefault(unit, set()).add(Version(place, int(maker), int(content)))
    return {unit: frozenset(versions) for unit, versions in found.items()}
