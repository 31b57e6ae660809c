# ruff: noqa: S608  names are quoted by `identifier` and keys by `literal`; all else that goes into SQL are numbers
"""The SQL by which rows of two copies are compared (PostgreSQL 15)."""

from __future__ import annotations

from typing import Final

from jbnet.ports.rows import NotRead, Units
from jbnet.recovery.rows import Range, Table

BLOCK_BYTES: Final = 8192
MOST_ROWS_A_BLOCK: Final = 291
"""MaxHeapTuplesPerPage with blocks of 8 KiB."""
STATEMENT_S: Final = 20
AWAITED_S: Final = 15
"""Seconds in which the other side's transactions must arrive; asked again thrice, by whoever compares."""
BURST_PAUSE_S: Final = 0.006
PAGE_HEADERS: Final = (24, 40)
"""Bytes of the header of a log page, and of a log file's first page (xlog_internal.h)."""

SETTINGS: Final = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_S}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "60s",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "enable_seqscan": "off",
    "search_path": "pg_catalog",
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmlbinary": "base64",
}
"""Of the session. Content is compared as its text: whatever changes texts is the same on both sides. ``lock_timeout``:
others would queue behind us. ``enable_seqscan``: only the blocks that are meant are read."""

BEGIN: Final = """BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT 'moment', pg_snapshot_xmax(pg_current_snapshot()), pg_is_in_recovery();
"""
COMMIT: Final = "COMMIT;\n"
_SEGMENT: Final = "(SELECT setting FROM pg_settings WHERE name = 'wal_segment_size')"
LEADER_LSN: Final = f"SELECT 'lsn', pg_current_wal_insert_lsn() - '0/0'::pg_lsn, {_SEGMENT};\n"
"""Asked behind the snapshot: every commit that it sees was written into the log before."""
FOLLOWER_LSN: Final = f"SELECT 'lsn', pg_last_wal_replay_lsn() - '0/0'::pg_lsn, {_SEGMENT};\n"


def record_end(lsn: int, segment: int) -> int:
    """Return where the last record ends, given where the next one will begin.

    At the beginning of a page the two differ by the page's header; nobody ever replays as far as the latter while
    nothing more is written.
    """
    within = lsn % BLOCK_BYTES
    header = PAGE_HEADERS[1] if lsn % segment < BLOCK_BYTES else PAGE_HEADERS[0]
    return lsn - within if within == header else lsn


def until_replayed(lsn: int) -> str:
    """Return what waits on a follower until it has replayed that far."""
    return _until(f"coalesce(pg_last_wal_replay_lsn() >= '0/0'::pg_lsn + {lsn}::numeric, true)")


def until_seen(xmax: int) -> str:
    """Return what waits on a leader until every transaction below that number has ended there.

    A commit that waits for its standby is seen there before it is seen here. Where nobody writes, the number may never
    be reached: a copy that once led by itself gave out numbers of its own. Then nobody holds one, and that will do.
    """
    nobody = "NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted)"
    return _until(f"pg_snapshot_xmin(pg_current_snapshot()) >= '{xmax}'::xid8 OR {nobody}")


def _until(condition: str) -> str:
    return f"""DO $$ DECLARE late timestamptz := clock_timestamp() + interval '{AWAITED_S} s'; seen boolean; BEGIN
 LOOP SELECT {condition} INTO seen; EXIT WHEN seen;
  IF clock_timestamp() > late THEN RAISE EXCEPTION 'not within {AWAITED_S} s' USING ERRCODE = '{NotRead.LATE}'; END IF;
  PERFORM pg_sleep(0.01);
 END LOOP; END $$;
"""


def pause(seconds: float) -> str:
    """Return what lets time pass."""
    return f"SELECT pg_sleep({seconds:.3f});\n"


_USERS: Final = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
_LARGE: Final = "n.nspname = 'pg_catalog' AND c.relname IN ('pg_largeobject', 'pg_largeobject_metadata')"
TABLES: Final = f"""SELECT 'table', json_build_object('schema', n.nspname, 'name', c.relname,
 'blocks', coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::int,
 'key', (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_index i JOIN pg_attribute a
   ON a.attrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
   WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid
   HAVING bool_and(a.atttypid IN (SELECT t.oid FROM pg_type t WHERE t.typnamespace = 'pg_catalog'::regnamespace))))
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p' AND c.relispopulated AND m.amname = 'heap'
  AND (({_USERS}) OR ({_LARGE}));
"""
"""A key of types that other schemas bring along is none here: no operator but PostgreSQL's own is called."""
SEQUENCES: Final = """SELECT 'sequence', json_build_object('name', n.nspname || '.' || c.relname,
 'last', pg_sequence_last_value(c.oid), 'step', s.seqincrement, 'cycles', s.seqcycle)
 FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relpersistence = 'p';
"""
LEFT_OUT: Final = f"""SELECT 'left', json_build_object('name', n.nspname || '.' || c.relname, 'why',
 CASE WHEN c.relkind = 'f' THEN 'foreign' WHEN c.relpersistence = 'u' THEN 'unlogged'
  WHEN NOT c.relispopulated THEN 'not populated' ELSE 'access' END)
 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am m ON m.oid = c.relam
 WHERE {_USERS} AND c.relpersistence <> 't' AND (c.relkind = 'f' OR (c.relkind IN ('r', 'm')
  AND (c.relpersistence = 'u' OR NOT c.relispopulated OR m.amname <> 'heap')));
"""


def identifier(name: str) -> str:
    """Quote a name (PostgreSQL 15, 4.1.1)."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Quote a text, with ``standard_conforming_strings`` on (4.1.2.1)."""
    return "'" + value.replace("'", "''") + "'"


def _named(table: Table) -> str:
    return f"{identifier(table.schema)}.{identifier(table.name)}"


_BLOCK: Final = "(jbnet_row.ctid::text::point)[0]::bigint"
_TEXT: Final = "(jbnet_row.*)::text"


def sums(number: int, one: Range, group: int) -> str:
    """Return what sums up a range's rows; the sum does not depend on any order, nor on a collation."""
    end = "" if one.end is None else f" AND jbnet_row.ctid < '({one.end},0)'::tid"
    version = f"jbnet_row.ctid::text || ' ' || jbnet_row.xmin::text || ' ' || {_TEXT}"
    return f"""SELECT 'sum', {number}, {_BLOCK} / {group}, count(*), sum(hashtextextended({version}, 0))
 FROM ONLY {_named(one.table)} AS jbnet_row WHERE jbnet_row.ctid >= '({one.first},0)'::tid{end} GROUP BY 3;
"""


def rows(units: Units) -> str:
    """Return what gives single rows: place, transaction, hash of the content, unit."""
    table = units.table
    version = f"'row', jbnet_row.ctid, jbnet_row.xmin, hashtextextended({_TEXT}, 0)"
    parts = ", ".join(f"{literal(name)}, jbnet_row.{identifier(name)}" for name in table.key)
    unit = f"jsonb_build_object({parts})" if table.key else _BLOCK
    if units.keys:
        wanted = literal("[" + ",".join(units.keys) + "]")
        same = " AND ".join(f"jbnet_row.{identifier(n)} = jbnet_key.{identifier(n)}" for n in table.key)
        source = f"json_populate_recordset(NULL::{_named(table)}, {wanted}) AS jbnet_key JOIN ONLY {_named(table)}"
        return f"SELECT {version}, {unit} FROM {source} AS jbnet_row ON {same};\n"
    blocks = ", ".join(str(block) for block in units.blocks)
    places = f"""SELECT format('(%s,%s)', block, item)::tid FROM unnest(ARRAY[{blocks}]::bigint[]) AS block,
 generate_series(1, {MOST_ROWS_A_BLOCK}) AS item"""
    return f"SELECT {version}, {unit} FROM ONLY {_named(table)} AS jbnet_row WHERE ctid = ANY (ARRAY({places}));\n"
