"""The monitor and its store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.devices import snmp_transport
from jbnet.wiring.secrets import secrets
from jbnet.wiring.telling import STORE, windows

if TYPE_CHECKING:
    from jbnet.adapters.inbox import Inbox
    from jbnet.adapters.store_events import SqliteEventLog
    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.monitor.checks import Checks
    from jbnet.monitor.cursor import Cursor, Recorded
    from jbnet.monitor.outlets import ListenDecl, Outlets
    from jbnet.monitor.rules import Rules
    from jbnet.ports import SnmpTarget, StoreView
    from jbnet.services.watch.monitor import Monitor
    from jbnet.services.watch.waiting import Waiting


def load_checks(directory: Path, network: Network) -> Checks:
    """Return what ``monitors/`` says is to be checked. Raises AnswerIsNo with the findings when it has errors."""
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.checks import load_checks as load

    checks, findings = load(read_files(directory, ("monitors",)), network.roles)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    return checks


def load_rules(directory: Path, network: Network, *, in_lab: bool = False) -> Rules:
    """Return the thresholds, opening hours and maintenance that ``monitors/`` declares for a network.

    ``in_lab``: as they hold in a lab. Raises AnswerIsNo with the findings when there are errors.
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.declared import load_rules as load

    rules, findings = load(read_files(directory, ("monitors",)), network)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    return rules.in_lab() if in_lab else rules


def rules_of(directory: Path, state_dir: Path, network: Network) -> Rules:
    """Return the rules for the part of a network that is watched: what else they name is not looked for.

    In a lab nobody switches anything off in the evening: there the opening hours do not count.
    """
    from dataclasses import replace

    from jbnet.wiring.probing import in_a_lab, load_probes
    from jbnet.wiring.ready_watch import ready_rules

    in_lab = (state_dir / "lab.json").exists()
    whole = load_network(directory, state_dir, whole=True) if in_lab else network
    rules = load_rules(directory, whole, in_lab=in_lab)
    probes = load_probes(directory, whole)
    ready = ready_rules(directory)
    return replace(rules, probes=in_a_lab(probes) if in_lab else probes, ready=ready).within(network)


def load_outlets(directory: Path) -> Outlets:
    """Return where devices are heard and figures are given to others. Raises AnswerIsNo with the findings."""
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.outlets_file import load_outlets as load

    outlets, findings = load(read_files(directory, ("monitors",)))
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    return outlets


def inbox(listen: ListenDecl, senders: Sequence[SnmpTarget], say: Callable[[Text], None]) -> Inbox:
    """Return what hears devices, inert until ``start``: traps of these senders, and syslog."""
    from jbnet.adapters.inbox import Inbox
    from jbnet.adapters.syslog import Ports, SyslogReceiver
    from jbnet.adapters.traps import TrapReceiver

    made = Inbox(say)
    traps, syslog = listen.traps, listen.syslog
    made.receivers["traps"] = TrapReceiver(senders, bind=traps.address or "", port=traps.port, deliver=made.trap)
    ports = Ports(syslog.udp, syslog.tcp, syslog.address or "")
    made.receivers["syslog"] = SyslogReceiver(ports, made.message)
    return made


def monitor(
    directory: Path,
    state_dir: Path,
    *,
    say: Callable[[Text], None],
    interval_s: float = 1.0,
    origin: str | None = None,
    unwritten: Waiting | None = None,
    readiness: bool | None = None,
) -> Monitor:
    """Return the monitor of a workspace, inert until ``start``.

    ``say`` is told what befalls its store. ``origin``: where it looks from (default: the NOC). ``unwritten``: shared
    with who tells people. ``readiness``: whether that for recovery is looked at (default: but in a lab).
    """
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.ping import IcmpProber
    from jbnet.adapters.store import SqliteStore
    from jbnet.adapters.store_kept import KeptStore
    from jbnet.adapters.store_pruning import Keep
    from jbnet.services.watch.agents import trap_senders
    from jbnet.services.watch.monitor import Monitor
    from jbnet.services.watch.self_watch import Parts, SelfWatch
    from jbnet.wiring.probing import probing
    from jbnet.wiring.ready_watch import ready_watch
    from jbnet.wiring.ruling import ruling

    network = load_network(directory, state_dir)
    checks = load_checks(directory, network)
    known = secrets(directory, state_dir)
    path, rules = state_dir / STORE, rules_of(directory, state_dir, network)
    kept = KeptStore(SqliteStore(path, Keep(samples_h=checks.keep_samples_h)), path, say, unwritten)
    hears = inbox(load_outlets(directory).listen, trap_senders(checks.asking, known), say)
    transport = snmp_transport()
    probes = probing(directory, state_dir, network, rules.probes, known, say)
    ready = ready_watch(directory, state_dir, network, say, wanted=readiness)
    parts = Parts(
        lambda: {**hears.counts(), "snmp": dict(transport.counters)},
        lambda: {"heard": hears.waiting()},
        lambda: {
            **hears.beats(),
            **(probes.beats() if probes is not None else {}),
            **(ready.beats() if ready is not None else {}),
        },
        kept.waiting,
    )
    own = SelfWatch(kept, SystemClock(), checks, network, parts, interval_s)
    return Monitor(
        network,
        checks,
        transport,
        own,
        SystemClock(),
        known,
        origin=origin,
        prober=IcmpProber(),
        traps=hears,
        interval_s=interval_s,
        rules=rules,
        windows=windows(state_dir),
        ruling=ruling(directory, state_dir, network, rules, say),
        probing=probes,
        ready=ready,
        own=own,
    )


def event_log(state_dir: Path) -> SqliteEventLog:
    """Return the events that the monitor keeps, to be read by others while it runs."""
    from jbnet.adapters.store_events import SqliteEventLog

    return SqliteEventLog(state_dir / STORE)


def followed_events(state_dir: Path, cursor: Cursor | None) -> Iterator[Recorded | None]:
    """Return what ``jbnet.services.watch.follow`` yields of a workspace's events."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.services.watch.follow import follow

    return follow(event_log(state_dir), SystemClock(), cursor)


def monitor_view(state_dir: Path) -> StoreView:
    """Return the monitor's memory, read only. Raises Missing where nothing was ever monitored."""
    from jbnet.adapters.store_view import SqliteStoreView

    return SqliteStoreView(state_dir / STORE)


def monitor_file(state_dir: Path) -> tuple[int, int] | None:
    """Return which file the monitor's store is now (device and inode): another one may take its place; None: none."""
    try:
        found = (state_dir / STORE).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
