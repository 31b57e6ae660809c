"""The shell and SQL that jbnet runs on a database host, as the account ``postgres``. Values come as arguments."""

from __future__ import annotations

_HEAD = r"""
head() {
[ -f "$data/PG_VERSION" ] && echo exists
[ -f "$data/standby.signal" ] && echo demoted
find /proc/[0-9]*/cwd -maxdepth 0 -lname "$data" -printf 'process %h\n' 2>/dev/null
LC_ALL=C "$programs/pg_controldata" "$data" 2>/dev/null | sed -n \
 's/^Database cluster state: */state /p; s/^Latest checkpoint location: */checkpoint /p
  s/^Database system identifier: */system_identifier /p'
ls "$data/pg_wal" 2>/dev/null | grep -xE '[0-9A-F]{24}' | sort | tail -n 1 | sed -E 's/^(.{8}).*/timeline \1/'
echo answer
}
"""
"""What is seen of a cluster without asking its server. Processes are found by their working directory, which is the
data directory for every process of a cluster, orphans included. The timeline is that of the newest log file: pg_control
is late after a promotion."""

LOOK = (
    r"""
programs=$1; data=$2; sockets=$3; port=$4
"""
    + _HEAD
    + r"""
head
exec timeout -k 1 4 "$programs/psql" -XqAt -v ON_ERROR_STOP=1 -h "$sockets" -p "$port" -d postgres -f - 2>/dev/null
"""
)
"""Arguments: programs, data directory, socket directory, port. SQL on standard input."""

WEAKENED = """FROM pg_db_role_setting LEFT JOIN pg_database d ON d.oid = setdatabase
   LEFT JOIN pg_roles r ON r.oid = setrole
   WHERE setconfig && ARRAY['synchronous_commit=off', 'synchronous_commit=local', 'synchronous_commit=remote_write']"""
"""The databases and roles whose commits do not wait, whatever the server is set to."""

STATE_SQL = """
SELECT json_build_object(
 'in_recovery', pg_is_in_recovery(),
 'timeline', CASE WHEN pg_is_in_recovery()
   THEN (SELECT received_tli FROM pg_stat_wal_receiver)
   ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
 'written', CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() - '0/0'::pg_lsn END,
 'received', pg_last_wal_receive_lsn() - '0/0'::pg_lsn,
 'replayed', pg_last_wal_replay_lsn() - '0/0'::pg_lsn,
 'receiver', (SELECT status FROM pg_stat_wal_receiver),
 'last_message_age_s', (SELECT extract(epoch FROM clock_timestamp() - last_msg_receipt_time) FROM pg_stat_wal_receiver),
 'replay_age_s', CASE WHEN pg_is_in_recovery()
   THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END,
 'synchronous_to', current_setting('synchronous_standby_names'),
 'full_commits', current_setting('synchronous_commit') IN ('on', 'remote_apply') AND NOT EXISTS (SELECT @weakened),
 'followers', (SELECT coalesce(json_agg(json_build_object('name', application_name, 'state', state,
    'sync_state', sync_state, 'sent', sent_lsn - '0/0'::pg_lsn, 'flushed', flush_lsn - '0/0'::pg_lsn,
    'replayed', replay_lsn - '0/0'::pg_lsn)), '[]'::json) FROM pg_stat_replication),
 'slots', (SELECT coalesce(json_agg(json_build_object('name', slot_name, 'active', active,
    'wal_status', wal_status)), '[]'::json) FROM pg_replication_slots));
""".replace("@weakened", WEAKENED)

PRESENT_SQL = r"""
SELECT n FROM client_writes WHERE client = :'client';
SELECT format('SELECT digits FROM jbnet_app.payments, substr(number, %s) AS digits'
  ' WHERE starts_with(number, %L) AND digits ~ %L', length(:'client') + 2, :'client' || '/', '^[0-9]{1,18}$')
  WHERE to_regclass('jbnet_app.payments') IS NOT NULL \gexec
"""
"""psql's: what a client wrote, and what it paid where the sample application has registered anything."""
NEWEST_ROW_SQL = "SELECT extract(epoch FROM clock_timestamp() - max(written)) FROM client_writes;"

_STALE = r"""
processes() { find /proc/[0-9]*/cwd -maxdepth 0 -lname "$data" -printf '%h\n' 2>/dev/null | sed 's,/proc/,,'; }
clear_stale() { [ -n "$(processes)" ] || rm -f "$data/postmaster.pid" "$sockets/.s.PGSQL.$port.lock"; }
"""
"""After a power failure the lock files name process ids that belong to others by now (soonest where ids are low):
PostgreSQL would not start, and pg_ctl would call it running. Without a process of the cluster they are stale."""

START = (
    r"""
programs=$1; data=$2; sockets=$3; port=$4; log=$5; seconds=$6
"""
    + _STALE
    + r"""
keep() {
  grep -qs "^jbnet.replication = 'sync" "$data/postgresql.conf" && [ -f "$sockets/jbnet-keeper" ] || return 0
  setsid python3 "$sockets/jbnet-keeper" "$programs" "$data" "$port" </dev/null >/dev/null 2>&1 &
}
clear_stale
keep
"$programs/pg_ctl" -D "$data" status >/dev/null && exit 0
before=$(wc -c 2>/dev/null <"$log" || echo 0)
"$programs/pg_ctl" -D "$data" -w -t "$seconds" -l "$log" start >/dev/null </dev/null && exit 0
tail -c "+$((before + 1))" "$log" | grep -E 'FATAL|PANIC|ERROR|could not|LOG' | tail -n 6 >&2
exit 1
"""
)
"""Arguments: programs, data directory, socket directory, port, log, seconds. The keeper is started where there is one
and it does not run; one that runs lets a second one end at once. What a server that does not start says
is in its log only."""

DEMOTE = r"""
data=$1
[ -d "$data" ] || exit 0
echo "stopped by jbnet: starts as a standby only" >"$data/standby.signal" && sync "$data/standby.signal" "$data"
"""
"""Argument: data directory. PostgreSQL itself heeds the marker: it starts read-only, after a reboot too."""

KILL = (
    r"""
programs=$1; data=$2; sockets=$3; port=$4; grace=$5
"""
    + _STALE
    + r"""
clear_stale
[ -n "$(processes)" ] || exit 0
"$programs/pg_ctl" -D "$data" -m fast -w -t "$grace" stop >/dev/null 2>&1
for _ in $(seq 50); do
  left=$(processes)
  [ -n "$left" ] || { clear_stale; exit 0; }
  kill -9 $left 2>/dev/null
  sleep 0.1
done
echo "still running: $left" >&2
exit 1
"""
)
"""Arguments: programs, data directory, socket directory, port, seconds for a clean stop. SIGKILL ends a frozen
process too."""

_WRITE_SETTINGS = r"""
write_settings() {
while read -r name content; do
  printf '%s' "$content" | base64 -d >"$data/$name.new" && mv "$data/$name.new" "$data/$name" || return 1
done
rm -f "$data-alone.conf"
}
reload() {
sync "$data"/*.conf "$data"
if "$programs/pg_ctl" -D "$data" status >/dev/null; then "$programs/pg_ctl" -D "$data" reload >/dev/null; fi
}
"""
"""Whom commits wait for is settled anew, so what the keeper had set is taken away. Standard input: a line ``NAME
BASE64`` a file."""

SETTINGS = (
    r"""
programs=$1; data=$2; follow=$3
umask 077
"""
    + _WRITE_SETTINGS
    + r"""
write_settings || exit 1
if [ "$follow" = yes ]; then echo "a standby, made by jbnet" >"$data/standby.signal"; fi
reload
"""
)
"""Arguments: programs, data directory, whether to follow (yes or no). Standard input: as ``write_settings`` has it."""

_LEAD = r"""
programs=$1; data=$2; sockets=$3; port=$4; slot=$5; seconds=$6; state=$7
umask 077
ask() {
  timeout -k 1 "$1" "$programs/psql" -XqAt -v ON_ERROR_STOP=1 -v "slot=$slot" -h "$sockets" -p "$port" -d postgres -f -
}
look() { head; printf '%s\n' "$state" | ask 4 2>/dev/null; }
before=$(look)
printf '%s\n--history\n' "$before"
case $before in *'
answer
'?*) ;; *) exit 0 ;; esac
promote=
case $(echo 'SELECT pg_is_in_recovery();' | ask 4) in
f) ;;
t)
  write_settings && reload || exit 1
  promote="SELECT pg_promote(false);
DO \$\$ DECLARE last timestamptz := clock_timestamp() + interval '$seconds s'; BEGIN
 WHILE pg_is_in_recovery() LOOP
  IF clock_timestamp() > last THEN RAISE EXCEPTION 'it did not leave recovery in $seconds s'; END IF;
  PERFORM pg_sleep(0.005);
 END LOOP; END \$\$;"
  ;;
*) echo 'it does not say whether it leads: nothing was done' >&2; exit 1 ;;
esac
ask "$((seconds + 5))" <<SQL || exit 1
\\o /dev/null
$promote
SELECT pg_create_physical_replication_slot(:'slot', true)
 WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = :'slot');
\\o
SELECT pg_read_file('pg_wal/' || name) FROM pg_ls_waldir() WHERE name LIKE '%.history' ORDER BY name DESC LIMIT 1;
SQL
echo --after
look
exit 0
"""
LEAD = _HEAD + _WRITE_SETTINGS + _LEAD
"""Arguments: programs, data directory, socket directory, port, slot, seconds to leave recovery in, SQL of the state.
Standard input: the settings of a leader. Prints what is seen before, then the newest timeline's history, then what is
seen after it; ends behind the first where the server does not answer. Where it does not say whether it leads it fails
and has done nothing: a slot on a standby would hold its log for nobody. A last look without an answer does not undo
what was done. One command and three sessions, for each one more is outage; pg_promote's own waiting looks ten times
a second only."""

LOST = r"""
programs=$1; data=$2; timeline=$3; start=$4; end=$5; last=$6; shift 6
logs=$data/pg_wal; of=$(printf %08X "$timeline")
newest=$(ls "$logs" | grep -xE "$of[0-9A-F]{16}" | sort | tail -n 1)
dump() {
  LC_ALL=C "$programs/pg_waldump" -p "$logs" -t "$timeline" -s "$1" -r "$2" \
    ${end:+-e "$end"} ${3:+"$3" "$newest"} 2>&1
}
if [ -n "$end" ]; then
  logs=$(mktemp -d) || exit 1
  trap 'rm -rf "$logs"' EXIT
  ln -s "$data/pg_wal/$of"* "$logs"
  next=$(ls "$data/pg_wal" | grep -E "^[0-9A-F]{8}${last#????????}(\.partial)?\$" | sort |
    awk -v last="$last" '($0 "") > (last "") { print; exit }')
  [ -e "$logs/$last" ] || ln -s "$data/pg_wal/$next" "$logs/$last"
  newest=$last
fi
first=${1%%=*}
if [ -z "$newest" ] || [ -z "$first" ] || expr "$newest" '>=' "$first" >/dev/null; then
  dump "$start" Transaction "$first"
fi
early=$start; file=$first
for at; do [ -f "$logs/${at%%=*}" ] || break; early=${at#*=}; file=${at%%=*}; done
echo messages
dump "$early" LogicalMessage "$file" | grep -F 'MESSAGE transactional, prefix "jbnet"'
exit 0
"""
"""Arguments: programs, data directory, timeline, first LSN, LSN to end at with the file that holds it (both empty: the
log's end), then ``FILE=LSN`` of log files going back from the first. Commits
are read from the first LSN to the log's end, which pg_waldump calls an error, as it must; where the newest file is an
older one there are none. What transactions said of themselves is read from before it too: one that ends behind the fork
may have said it in front of it. First and last file are named: left to itself pg_waldump takes the size of log files
from any of them, which may be one that was made ready and is still empty, and wants another behind the newest one.

Where a timeline ended its last file may have been renamed (``.partial``, with archiving), or be there under the next
timeline's number only, which begins with a copy of it: a folder of links has it under its own name."""

COPY = r"""
programs=$1; data=$2; source=$3
rm -rf "$data.new"
"$programs/pg_basebackup" -d "$source" -D "$data.new" -c fast -X stream --no-password --no-slot >&2 || exit 1
rm -rf "$data.old"
[ ! -d "$data" ] || mv "$data" "$data.old"
mv "$data.new" "$data" && rm -rf "$data.old"
"""
"""Arguments: programs, data directory, connection string. The old data goes away only after the copy is whole."""
