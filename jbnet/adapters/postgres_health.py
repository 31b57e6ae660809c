"""A closer look at a PostgreSQL 15 cluster than recovery's steps take: what readiness is judged by. One command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jbnet.recovery.observed import Follower, ServerLook, Slot, Volume
from jbnet.recovery.parity import SETTINGS

ANSWER_S = 4
"""Seconds that the server has for its answers."""

LOOK = r"""
programs=$1; data=$2; sockets=$3; port=$4; database=$5
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
seconds=$6
answer() {
  said=$(timeout -k 1 "$seconds" "$programs/psql" -XqAt -h "$sockets" -p "$port" -d "$2" -c "$3" 2>/dev/null) || return
  echo "$1 $said"
}
answer server postgres "$7" || exit 0
answer installed "$database" "$8"
answer newest "$database" "$9"
exit 0
"""
"""Arguments: programs, data directory, socket directory, port, database, seconds, and three queries: of the server, of
the database's extensions, of its newest row. Each line printed begins with the word for what it says; a query that
fails prints none."""

SERVER_SQL = """
SELECT jsonb_build_object(
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
 'version', current_setting('server_version'),
 'slot_limit', (SELECT setting::bigint * 1048576 FROM pg_settings
   WHERE name = 'max_slot_wal_keep_size' AND setting::bigint >= 0),
 'settings', (SELECT jsonb_object_agg(name, setting) FROM pg_settings
   WHERE name IN (@settings)),
 'available', (SELECT coalesce(jsonb_agg(name || ' ' || version), '[]') FROM pg_available_extension_versions),
 'followers', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', application_name, 'state', state,
    'sync_state', sync_state)), '[]') FROM pg_stat_replication),
 'slots', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', slot_name, 'active', active,
    'wal_status', wal_status, 'safe_bytes', safe_wal_size)), '[]') FROM pg_replication_slots))
 FROM (SELECT pg_is_in_recovery() AS standby) r
""".replace("@settings", ", ".join(f"'{name}'" for name in SETTINGS))
INSTALLED_SQL = "SELECT jsonb_agg(extname || ' ' || extversion) FROM pg_extension"
NEWEST_SQL = "SELECT extract(epoch FROM max(written)) FROM client_writes"
RECEIVED_SQL = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn;"
"""A standby that was started and does not stream yet has what it replayed from its own log, too."""


def arguments(where: Sequence[str], database: str) -> list[str]:
    """Return the command; ``where``: programs, data directory, socket directory, port."""
    return ["sh", "-c", LOOK, "look", *where, database, str(ANSWER_S), SERVER_SQL, INSTALLED_SQL, NEWEST_SQL]


def parse_look(database: str, host: str, printed: str) -> ServerLook:
    """Build the look from what the command printed. Raises ValueError."""
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
        **_answered(row),
    )


def _volumes(words: Mapping[str, str]) -> dict[str, Volume]:
    found = {name: words[name].split() for name in ("data", "wal") if name in words}
    return {name: Volume(int(free), int(size)) for name, (free, size) in found.items()}


def _answered(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that the server itself answered, in their types; nothing where it did not."""
    if not row:
        return {}
    return row | {
        "followers": tuple(Follower(**one) for one in row["followers"]),
        "slots": tuple(Slot(**one) for one in row["slots"]),
        "available": frozenset(row["available"]),
        "settings": row["settings"] or {},
    }
