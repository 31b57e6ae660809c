"""What waits on the hosts of a hand-over for a word: shell that runs as the account ``postgres`` (or ``netops``).

An order file (``DATABASE.hand-over.*`` beside the data, not in it, for data are copied between hosts) is the token:
``TOKEN.armed`` while the host obeys; renamed, which is atomic, when it begins; removed, it obeys no more.
"""

from __future__ import annotations

_RUNNING = r"""
running() { for p in /proc/[0-9]*; do [ "$p/cwd" -ef "$data" ] && return 0; done; return 1; }
"""
"""A process of the cluster has the data directory as its working directory, orphans included."""

LEAVE = (
    r"""
programs=$1; data=$2; order=$3; token=$4; patience=$5
umask 077
"""
    + _RUNNING
    + r"""
refuse() { echo "refused $*"; exit 1; }
exec 9<> <(:)
nap() { read -r -t "$1" -u 9; }  # no process is started for it
marking=
if [ -n "$token" ]; then
  rm -f "$order".*.armed "$order.stopping"; : >"$order.$token.armed" || refuse "its order cannot be written"
fi
echo ready
IFS= read -r -t "$patience" word || exit 1
case $word in
stop)
  mv "$order.$token.armed" "$order.stopping" 2>/dev/null || refuse "the order was taken back"
  read -r master <"$data/postmaster.pid" || refuse "it does not run"
  echo "stopped by jbnet: starts as a standby only" >"$data/standby.signal" || refuse "the marker cannot be written"
  { sync "$data/standby.signal" "$data" & } 2>/dev/null; marking=$!
  kill -INT "$master" || refuse "it cannot be stopped" ;;
watch) ;;
*) exit 1 ;;
esac
until [ ! -e "$data/postmaster.pid" ] && ! running; do
  [ "$SECONDS" -lt "$((2 * patience))" ] || refuse "it still runs"
  nap 0.005
done
[ -z "$marking" ] || wait "$marking" || refuse "the marker is not on disk"
[ -s "$data/standby.signal" ] || refuse "it is not marked"
LC_ALL=C "$programs/pg_controldata" "$data" 2>/dev/null | {
  while IFS= read -r line; do
    case $line in
    "Database cluster state:"*) state=${line#*:} ;;
    "Latest checkpoint location:"*) checkpoint=${line#*:} ;;
    esac
  done
  echo stopped ${checkpoint:--} $state
}
"""
)
"""Arguments: programs, data directory, order file, token (empty: this one only watches), patience in seconds. Told
``stop`` it marks the cluster and stops it (``fast``), told ``watch`` it waits until that was done; either answers
``stopped LSN STATE``, from pg_control, once no process is left. pg_ctl looks ten times a second only."""

TAKE = r"""
programs=$1; sockets=$2; port=$3; order=$4; token=$5; patience=$6
umask 077
refuse() { echo "refused $*"; exit 1; }
[ ! -e "$order.begun" ] || refuse "a promotion was begun here, and its end is not known"
rm -f "$order".*.armed; : >"$order.$token.armed" || refuse "its order cannot be written"
coproc SQL { exec "$programs/psql" -XqAt -v ON_ERROR_STOP=1 -h "$sockets" -p "$port" -d postgres -f - 2>&1; }
exec 3<&"${SQL[0]}" 4>&"${SQL[1]}"
ask() { printf '%s\n' "$1" >&4 && IFS= read -r -t "$2" answer <&3; }
ask "SELECT pg_is_in_recovery();" 10 && [ "$answer" = t ] || refuse "it is no standby: $answer"
echo ready
read -r -t "$patience" word checkpoint last seconds || exit 1
[ "$word" = lead ] || exit 1
started=${EPOCHREALTIME/[.,]/}
ask "DO \$\$ DECLARE last timestamptz := clock_timestamp() + interval '$seconds s'; BEGIN
 WHILE pg_last_wal_replay_lsn() - '0/0'::pg_lsn <= $checkpoint AND clock_timestamp() < last
 LOOP PERFORM pg_sleep(0.002); END LOOP; END \$\$;
 SELECT concat_ws(' ', pg_last_wal_replay_lsn() - '0/0'::pg_lsn, pg_last_wal_receive_lsn() - '0/0'::pg_lsn);" \
 "$((seconds + 5))" || refuse "it does not answer"
read -r replayed received <<<"$answer"
[ "$replayed" -gt "$checkpoint" ] 2>/dev/null || refuse "behind $answer"
[ "$replayed" -le "$last" ] || refuse "ahead $answer"
caught=${EPOCHREALTIME/[.,]/}
mv "$order.$token.armed" "$order.begun" 2>/dev/null || refuse "the order was taken back"
ask "SELECT pg_promote(false);" 10 && [ "$answer" = t ] || refuse "it was not promoted: $answer"
ask "DO \$\$ DECLARE last timestamptz := clock_timestamp() + interval '$seconds s'; BEGIN
 WHILE pg_is_in_recovery() AND clock_timestamp() < last LOOP PERFORM pg_sleep(0.002); END LOOP; END \$\$;
 SELECT pg_is_in_recovery();" "$((seconds + 5))" && [ "$answer" = f ] || refuse "it does not lead yet: $answer"
echo "leads $replayed ${received:--} $((caught - started)) $((${EPOCHREALTIME/[.,]/} - started))"
"""
"""Arguments: programs, socket directory, port, order file, token, patience in seconds. Told ``lead CHECKPOINT LAST
SECONDS`` (LSNs in bytes) it waits until the record at CHECKPOINT was replayed, and promotes unless more than LAST
was. pg_promote's own waiting looks ten times a second, so it is told not to wait. Answers ``leads REPLAYED RECEIVED
CAUGHT_UP LEADS``, the last two in microseconds."""

ROUTE = r"""
patience=$1; address=$2; wanted=$3; shift 3
held() { case "$(ip -o address show dev lo)" in *" $address/32 "*) echo yes ;; *) echo no ;; esac; }
exec 9<> <(:)
coproc TYPE { exec vtysh >/dev/null 2>&1; }
exec 4>&"${TYPE[1]}"
echo ready
IFS= read -r -t "$patience" word || exit 1
[ "$word" = go ] || exit 1
typed() { { printf '%s\n' "configure terminal" "$@" end >&4; } 2>/dev/null; }
trap '' PIPE
typed "$@"
tries=0
until [ "$(held)" = "$wanted" ]; do
  tries=$((tries + 1)); [ "$tries" -lt 400 ] || { echo "refused vtysh has no effect"; exit 1; }
  [ $((tries % 10)) -ne 0 ] || typed "$@"
  if [ $((tries % 50)) -eq 0 ]; then
    again=(); for line in "configure terminal" "$@"; do again+=(-c "$line"); done
    vtysh "${again[@]}" >/dev/null 2>&1
  fi
  read -r -t 0.01 -u 9
done
echo done
"""
"""Arguments: patience in seconds, the address, whether lo is to hold it (yes or no), lines for vtysh's configuration.
vtysh is connected to the daemons beforehand, and has done it when the kernel says so; FRR may turn one away who
configures beside another, so it is typed again."""

DISARM = r"""
order=$1
rm -f "$order".*.armed || exit 1
if [ -e "$order.begun" ] || [ -e "$order.stopping" ]; then echo begun; else echo clear; fi
"""
BEGIN = r"""
order=$1
: >"$order.begun" && sync "$order.begun"
"""
FORGET = r"""
order=$1
rm -f "$order".*
"""
ARMED = r"""
order=$1
for left in "$order".*; do [ -e "$left" ] && echo "$left"; done
exit 0
"""
"""Argument of these four: the order file."""
