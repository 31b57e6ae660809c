"""A closer look at PostgreSQL 15 clusters than recovery's steps take, for readiness. One command a host."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jbnet.adapters.postgres_scripts import WEAKENED
from jbnet.recovery.observed import Follower, Recorded, ServerLook, Slot, Volume
from jbnet.recovery.parity import SETTINGS
from jbnet.services.database_cluster import Cluster, Layout

ANSWER_S = 4
"""Seconds that the server has for its answers."""

LOOK = r"""
programs=$1; sockets=$2; seconds=$3; server=$4; installed=$5; newest=$6; recorded=$7; shift 7
ask() {
  local database=$1 port=$2; shift 2
  timeout -k 1 "$seconds" "$programs/psql" -XqAt -h "$sockets" -p "$port" -d "$database" "$@" 2>/dev/null
}
look() {
  local name=$1 data=$2 port=$3 what path said
  echo "database $name"
  [ -f "$data/PG_VERSION" ] && echo exists
  find /proc/[0-9]*/cwd -maxdepth 0 -lname "$data" -printf 'runs\n' -quit 2>/dev/null
  LC_ALL=C "$programs/pg_controldata" "$data" 2>/dev/null | sed -n \
   's/^Database system identifier: */system_identifier /p; s/^Data page checksum version: */checksums /p
    s/^wal_log_hints setting: */log_hints /p'
  echo "libc $(getconf GNU_LIBC_VERSION 2>/dev/null)"
  for what in data wal; do
    path=$data; [ "$what" = data ] || path=$data/pg_wal
    df -B1 --output=avail,size "$path/." 2>/dev/null | sed -n "2s/^ */$what /p"
  done
  said=$(ask "$name" "$port" -c "$server" -c "$installed" -c "$newest" -c "$recorded")
  case $?$said in
    *server\ *) echo "$said" ;;
    124*) ;;  # it is frozen: it would not answer to a second question either
    *) ask postgres "$port" -c "$server" ;;  # the cluster may hold another database
  esac
}
while [ $# -gt 0 ]; do
  exec {fd}< <(look "$1" "$2" "$3")
  all="$all $fd"
  shift 3
done
for fd in $all; do cat <&"$fd"; done
"""
"""For bash. Arguments: programs, socket directory, seconds, four queries (of the server, of the database's extensions,
of its newest row, of the keeper's newest record), then database, data directory and port of each cluster; all are
looked at side by side. What is said of one begins with ``database NAME``. A query that fails prints no line."""

SERVER_SQL = """
SELECT 'server ' || jsonb_build_object(
 'in_recovery', r.standby,
 'timeline', CASE WHEN r.standby THEN (SELECT received_tli FROM pg_stat_wal_receiver)
   ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
 'written', CASE WHEN NOT r.standby THEN pg_current_wal_lsn() - '0/0'::pg_lsn END,
 'received', CASE WHEN r.standby THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn END,
 'replayed', CASE WHEN r.standby THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END,
 'receiver', (SELECT status FROM pg_stat_wal_receiver),
 'receives_s', (SELECT extract(epoch FROM clock_timestamp() - last_msg_receipt_time) FROM pg_stat_wal_receiver),
 'replay_state', CASE WHEN r.standby THEN pg_get_wal_replay_pause_state() END,
 'last_replay_age_s', CASE WHEN r.standby
   THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END,
 'clock', extract(epoch FROM clock_timestamp()),
 'next_xid', pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
 'synchronous_to', current_setting('synchronous_standby_names'),
 'mode', nullif(current_setting('jbnet.replication', true), ''),
 'keeper', EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'jbnet-keeper'),
 'commits', current_setting('synchronous_commit'),
 'weakened', (SELECT coalesce(jsonb_agg(concat_ws('/', coalesce(datname, '*'), coalesce(rolname, '*'))), '[]')
   @weakened),
 'version', current_setting('server_version'),
 'slot_limit', (SELECT setting::bigint * 1048576 FROM pg_settings
   WHERE name = 'max_slot_wal_keep_size' AND setting::bigint >= 0),
 'settings', (SELECT jsonb_object_agg(name, setting) FROM pg_settings
   WHERE name IN (@settings)),
 'available', (SELECT coalesce(jsonb_agg(name || ' ' || version), '[]') FROM pg_available_extension_versions),
 'followers', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', application_name, 'state', state,
    'sync_state', sync_state)), '[]') FROM pg_stat_replication),
 'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', slot_name, 'active', active,
    'wal_status', wal_status, 'safe_bytes', safe_wal_size)), '[]') FROM pg_replication_slots))::text
 FROM (SELECT pg_is_in_recovery() AS standby) r
""".replace("@settings", ", ".join(f"'{name}'" for name in SETTINGS)).replace("@weakened", WEAKENED)
INSTALLED_SQL = "SELECT 'installed ' || jsonb_agg(extname || ' ' || extversion)::text FROM pg_extension"
NEWEST_SQL = "SELECT 'newest ' || extract(epoch FROM max(written)) FROM client_writes"
RECORDED_SQL = """SELECT 'recorded ' || json_build_object('waits', waits, 'lsn', lsn - '0/0'::pg_lsn,
 'since', extract(epoch FROM since))::text FROM jbnet_waits ORDER BY n DESC LIMIT 1"""
RECEIVED_SQL = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn;"
"""A standby that was started and does not stream yet has what it replayed from its own log, too."""


RECEIVED = r"""
programs=$1; sockets=$2; seconds=$3; query=$4; shift 4
while [ $# -gt 0 ]; do
  exec {fd}< <(timeout -k 1 "$seconds" "$programs/psql" -XqAt -h "$sockets" -p "$2" -d postgres -c "$query" 2>/dev/null)
  all="$all $1:$fd"
  shift 2
done
for one in $all; do echo "${one%:*} $(cat <&"${one##*:}")"; done
"""
"""For bash. Arguments: programs, socket directory, seconds, query, then database and port of each cluster."""


def look_arguments(layout: Layout, clusters: Sequence[Cluster]) -> list[str]:
    """Return the command that looks at clusters of one host."""
    queries = (SERVER_SQL, INSTALLED_SQL, NEWEST_SQL, RECORDED_SQL)
    each = [word for c in clusters for word in (c.database.name, layout.data(c.database.name), str(c.database.port))]
    return ["bash", "-c", LOOK, "look", layout.programs, layout.root, str(ANSWER_S), *queries, *each]


def received_arguments(layout: Layout, clusters: Sequence[Cluster]) -> list[str]:
    """Return the command that asks clusters of one host how far they have received the log."""
    each = [word for c in clusters for word in (c.database.name, str(c.database.port))]
    return ["bash", "-c", RECEIVED, "received", layout.programs, layout.root, str(ANSWER_S), RECEIVED_SQL, *each]


def parse_looks(host: str, printed: str) -> dict[str, ServerLook]:
    """Build the looks from what the command printed. Raises ValueError."""
    parts = [part.partition("\n") for part in ("\n" + printed).split("\ndatabase ")[1:]]
    return {name: _parse_look(name, host, said) for name, _, said in parts}


def parse_received(printed: str) -> dict[str, int | None]:
    """Read the second command's lines, ``NAME LSN`` or ``NAME`` alone. Raises ValueError."""
    found = (line.partition(" ")[::2] for line in printed.splitlines())
    return {name: int(lsn) if lsn.strip() else None for name, lsn in found}


def _parse_look(database: str, host: str, printed: str) -> ServerLook:
    words = dict(line.partition(" ")[::2] for line in printed.splitlines())
    row: dict[str, Any] = json.loads(words["server"]) if "server" in words else {}
    return ServerLook(
        database,
        host,
        exists="exists" in words,
        runs="runs" in words,
        answers=bool(row),
        system_identifier=words.get("system_identifier"),
        checksums=int(words["checksums"]) > 0 if "checksums" in words else None,
        log_hints=words["log_hints"] == "on" if "log_hints" in words else None,
        libc=words.get("libc") or None,
        volumes=_volumes(words),
        installed=frozenset(json.loads(words["installed"])) if "installed" in words else None,
        newest_row=float(words["newest"]) if words.get("newest") else None,
        recorded=parse_recorded(words["recorded"]) if words.get("recorded") else None,
        **_answered(row),
    )


def parse_recorded(said: str) -> Recorded:
    """Read what ``RECORDED_SQL`` gave, without its first word. Raises ValueError."""
    row = json.loads(said)
    return Recorded(bool(row["waits"]), int(row["lsn"]), float(row["since"]))


def _volumes(words: Mapping[str, str]) -> dict[str, Volume]:
    found = {name: words[name].split() for name in ("data", "wal") if name in words}
    return {name: Volume(int(free), int(size)) for name, (free, size) in found.items()}


def _answered(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the server itself answered, in their types; nothing where it did not."""
    if not row:
        return {}
    return row | {
        "weakened": tuple(row["weakened"]),
        "followers": tuple(Follower(**one) for one in row["followers"]),
        "slots": tuple(Slot(**one) for one in row["slots"]),
        "available": frozenset(row["available"]),
        "settings": row["settings"] or {},
    }
