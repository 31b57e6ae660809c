"""The only place that builds adapters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jbnet.adapters.approvals import ApprovalBox
    from jbnet.adapters.executions import Executions
    from jbnet.adapters.frr import FrrSessions
    from jbnet.adapters.journal import SqliteJournal
    from jbnet.adapters.keys import Approvers
    from jbnet.adapters.playbooks import AnsiblePlaybooks
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.ssh import SshHosts
    from jbnet.adapters.traps import TrapReceiver
    from jbnet.adapters.udp import UdpSnmpTransport
    from jbnet.inventory.loader import Loaded
    from jbnet.lab.lab import Lab
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.monitor.checks import Checks
    from jbnet.ports import PlaybookResult, Reporter, StepAction, StoreView
    from jbnet.recovery.plan import RecoveryPlan
    from jbnet.recovery.runbook import Runbook
    from jbnet.services.deploy import Desk
    from jbnet.services.poll import Monitor
    from jbnet.services.recover import Recovery
    from jbnet.snmp.types import SnmpTarget

T = TypeVar("T")
RECOVERY_CONNECT_S = 4.0
"""Seconds for a login during a recovery, in which every one of them is outage."""


def load_declaration(directory: Path, folders: Sequence[str] | None = None) -> Loaded:
    """Return the whole declared network and its findings. Raises UsageError where there is no workspace."""
    from jbnet.adapters.workspace import FOLDERS, read_files
    from jbnet.inventory import load

    return load(read_files(directory, folders or FOLDERS))


def check_workspace(directory: Path) -> Loaded:
    """Return the declared network and the findings of everything declared: monitors/ and dr/ too.

    Raises UsageError where there is no workspace.
    """
    from jbnet.inventory.loader import Loaded

    folders = ("inventory", "topology", "monitors", "dr")
    loaded = load_declaration(directory, folders)
    more = _findings_of_roles(directory, loaded.network) + _findings_of_recovery(directory)
    found = {(finding.place, finding.code, finding.message): finding for finding in (*loaded.findings, *more)}
    errors = any(finding.severity == "error" for finding in found.values())
    ordered = sorted(found, key=lambda key: (key[0] is None, key))
    return Loaded(None if errors else loaded.network, tuple(found[key] for key in ordered))


def _findings_of_roles(directory: Path, network: Network | None) -> tuple[Finding, ...]:
    """Return what is wrong in monitors/; nothing while the roles it speaks of are not known."""
    from jbnet.adapters.workspace import read_files
    from jbnet.monitor.checks import load_checks as load

    return load(read_files(directory, ("monitors",)), network.roles)[1] if network is not None else ()


def _findings_of_recovery(directory: Path) -> tuple[Finding, ...]:
    """Return what is wrong in dr/: plan, runbooks, approvers."""
    from jbnet.adapters.keys import load_approvers
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import UsageError
    from jbnet.recovery.plan import load_plan
    from jbnet.recovery.runbook import load_runbook

    found: list[Finding] = []
    for file, content in read_files(directory, ("dr",)).items():
        if file == "dr/plan.yaml":
            found += load_plan(file, content)[1]
        elif file.startswith("dr/runbooks/"):
            found += load_runbook(file, content)[1]
    try:
        load_approvers([directory / "dr"])
    except UsageError as error:
        found += [_relative(finding, directory) for finding in error.findings]
    return tuple(found)


def _relative(finding: Finding, directory: Path) -> Finding:
    """Return a finding whose file is named from the workspace on, as all others are."""
    from dataclasses import replace

    place = finding.place
    if place is None or not Path(place.file).is_relative_to(directory):
        return finding
    return replace(finding, place=replace(place, file=str(Path(place.file).relative_to(directory))))


def load_network(directory: Path, state_dir: Path, *, whole: bool = False) -> Network:
    """Return the declared network; with a lab up (``state_dir``/lab.json), the part of it that the lab built.

    ``whole`` asks for all of it whether or not a lab is up. Raises AnswerIsNo with the findings when the
    declaration has errors, UsageError where there is no workspace, TargetError when lab.json cannot be read.
    """
    from jbnet.model.errors import AnswerIsNo
    from jbnet.model.text import text

    loaded = load_declaration(directory)
    if loaded.network is None:
        errors = tuple(f for f in loaded.findings if f.severity == "error")
        hint = text("see them with: jbnet check")
        raise AnswerIsNo("the declaration has errors: {count}", hint=hint, count=len(errors), findings=errors)
    built = None if whole else _built_devices(state_dir / "lab.json")
    if built is None:
        return loaded.network
    from jbnet.inventory.restrict import restrict

    return restrict(loaded.network, built)


def _built_devices(record: Path) -> frozenset[str] | None:
    """Return the devices that the lab built, or None when no lab is up."""
    import json

    from jbnet.model.errors import TargetError
    from jbnet.model.text import text

    try:
        return frozenset(json.loads(record.read_text(encoding="utf-8"))["devices"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = text("take the lab down with: jbnet lab down")
        raise TargetError("{file} cannot be read: {reason}", hint=hint, file=record, reason=error) from error


def load_scale(directory: Path, scale: str) -> Network:
    """Return the part of the declared network that a lab of this scale builds (topology/lab.yaml).

    Raises AnswerIsNo (errors in the declaration) and UsageError (no such scale).
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.restrict import restrict
    from jbnet.inventory.scale import scale_devices

    whole = load_network(directory, directory, whole=True)
    return restrict(whole, scale_devices(whole, read_files(directory), scale))


def lab(directory: Path, state_dir: Path) -> Lab:
    """Return the lab of a workspace, up or not."""
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.lab.lab import Lab

    state = state_dir.absolute()  # mounts need whole paths
    return Lab(directory.absolute(), state, SecretsFile(state / "secrets.yaml"))


def snmp_transport(bind: str = "") -> UdpSnmpTransport:
    """Return the poll engine, inert until its first call. ``bind``: the address to poll from; empty means any."""
    from jbnet.adapters.udp import UdpSnmpTransport

    return UdpSnmpTransport(bind=bind)


def device_sessions(state_dir: Path, network: Network) -> FrrSessions:
    """Return the sessions with devices: keys and known host keys from the state directory."""
    from jbnet.adapters.frr import FrrSessions

    return FrrSessions(state_dir, _addresses(network))


def remote_hosts(state_dir: Path, network: Network) -> SshHosts:
    """Return the hosts reached over SSH; ``close_all`` ends their connections."""
    from jbnet.adapters.ssh import SshHosts

    return SshHosts(state_dir, _addresses(network))


def _addresses(network: Network) -> Callable[[str], Sequence[str]]:
    """Return a look-up from a device's name to its management addresses; empty for a name not declared."""
    from jbnet.inventory.reach import management_addresses

    def addresses(name: str) -> Sequence[str]:
        device = network.devices.get(name)
        return [str(address) for address in management_addresses(device)] if device is not None else []

    return addresses


def trap_receiver(senders: Sequence[SnmpTarget], bind: str = "", port: int = 162) -> TrapReceiver:
    """Return an inert receiver of traps and informs; ``senders`` give the communities and users that may send."""
    from jbnet.adapters.traps import TrapReceiver

    return TrapReceiver(senders, bind=bind, port=port)


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


def monitor(directory: Path, state_dir: Path, *, interval_s: float = 1.0, origin: str | None = None) -> Monitor:
    """Return the monitor of a workspace, inert until ``start``. ``origin``: where it looks from (default: the NOC)."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.ping import IcmpProber
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.adapters.store import SqliteStore
    from jbnet.services.poll import Monitor
    from jbnet.services.poll_targets import trap_senders

    network = load_network(directory, state_dir)
    checks = load_checks(directory, network)
    secrets = SecretsFile(state_dir / "secrets.yaml")
    return Monitor(
        network,
        checks,
        snmp_transport(),
        SqliteStore(state_dir / "monitor.db", checks.keep_samples_h),
        SystemClock(),
        secrets,
        origin=origin,
        prober=IcmpProber(),
        traps=trap_receiver(trap_senders(checks.asking, secrets)),
        interval_s=interval_s,
    )


def monitor_view(state_dir: Path) -> StoreView:
    """Return the monitor's memory, read only. Raises Missing where nothing was ever monitored."""
    from jbnet.adapters.store import SqliteStoreView

    return SqliteStoreView(state_dir / "monitor.db")


def recovery_plan(directory: Path) -> RecoveryPlan:
    """Return the workspace's recovery plan (dr/plan.yaml). Raises Missing, and AnswerIsNo with findings."""
    from jbnet.recovery.plan import load_plan

    plan, findings = load_plan("dr/plan.yaml", _read_text(directory / "dr" / "plan.yaml"))
    return _sound(plan, findings, "dr/plan.yaml")


def recovery_runbook(directory: Path, name: str, path: Path | None = None) -> Runbook:
    """Return a runbook: dr/runbooks/NAME.yaml, or the file given. Raises Missing, and AnswerIsNo with findings."""
    from jbnet.recovery.runbook import load_runbook

    found = path or directory / "dr" / "runbooks" / f"{name}.yaml"
    shown = str(path or f"dr/runbooks/{name}.yaml")
    runbook, findings = load_runbook(shown, _read_text(found))
    return _sound(runbook, findings, shown)


def executions(state_dir: Path) -> Executions:
    """Return the recoveries of a workspace, past and present."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.executions import Executions

    return Executions(state_dir / "recovery", SystemClock())


def approvers(directory: Path, state_dir: Path) -> Approvers:
    """Return who may approve: the people of dr/, and in a lab also its throw-away people (``state_dir``/people)."""
    from jbnet.adapters.keys import load_approvers

    lab_people = [state_dir / "people"] if (state_dir / "lab.json").is_file() else []
    return load_approvers([directory / "dr", *lab_people])


def recovery(directory: Path, state_dir: Path, execution: str, reporter: Reporter) -> tuple[Recovery, SqliteJournal]:
    """Return the engine of an execution and its journal, which the caller closes."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.recovery.replay import replay
    from jbnet.services.recover import Recovery

    store = executions(state_dir)
    journal = store.journal(execution)
    known = approvers(directory, state_dir)
    pinned = replay(journal.entries()).approvers or {name: person.key for name, person in known.people.items()}
    box = store.approvals(execution, known, pinned)
    actions = recovery_actions(directory, state_dir, load_network(directory, state_dir))
    return Recovery(journal, actions, box, SystemClock(), reporter, store.lease), journal


def approval_box(directory: Path, state_dir: Path, execution: str | None, *, carried: bool) -> ApprovalBox:
    """Return where the approvals of an execution come in. ``carried``: its request came here from elsewhere."""
    from jbnet.recovery.replay import replay

    store = executions(state_dir)
    known = approvers(directory, state_dir)
    if carried:
        return store.approvals(execution or "-", known)
    found = store.find(execution)
    return store.approvals(found, known, replay(store.journal(found).entries()).approvers)


def verify_execution(
    directory: Path, state_dir: Path, execution: str | None, head: str | None
) -> tuple[tuple[Finding, ...], int, str]:
    """Return what is wrong with an execution's journal, the number of its entries and its last hash."""
    from jbnet.recovery.audit import audit
    from jbnet.recovery.replay import replay

    store = executions(state_dir)
    found = store.find(execution)
    journal = store.journal(found)
    broken = journal.verify(head)
    if broken:
        return broken, 0, ""
    entries = journal.entries()
    box = store.approvals(found, approvers(directory, state_dir), replay(entries).approvers)
    return audit(entries, box.judge, str(journal.path)), len(entries), journal.head()


def _read_text(path: Path) -> str:
    from jbnet.model.errors import Missing

    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Missing("cannot read {path}: {reason}", path=path, reason=error.strerror) from error


def _sound(found: T | None, findings: tuple[Finding, ...], file: str) -> T:
    """Return what was read, or raise its findings."""
    from jbnet.model.errors import AnswerIsNo

    if found is None:
        raise AnswerIsNo("{file} has errors: {count}", file=file, count=len(findings), findings=findings)
    return found


def database_servers(state_dir: Path, network: Network) -> PostgresServers:
    """Return the database servers, reached over SSH as the account that owns them."""
    from jbnet.adapters.postgres import PostgresServers

    return PostgresServers(network, remote_hosts(state_dir, network))


def playbook_runner(directory: Path, state_dir: Path) -> AnsiblePlaybooks:
    """Return what runs the playbooks of a workspace, logging in with the state directory's key."""
    from jbnet.adapters.playbooks import AnsiblePlaybooks
    from jbnet.adapters.ssh_login import KeyRing

    ring = KeyRing(state_dir)
    return AnsiblePlaybooks(directory, state_dir, ring.key("postgres"), ring.known_hosts)


def set_up_databases(directory: Path, state_dir: Path) -> PlaybookResult:
    """Bring every declared database up, leader and standby, and the service addresses where they lead.

    Run it again and nothing changes. Raises CommandFailed with the tasks that failed, Refused after a failover.
    """
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.routes import OspfRoutes
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.services.databases import announce_all, refuse_where_moved, set_up

    network = load_network(directory, state_dir)
    secrets = SecretsFile(state_dir / "secrets.yaml")
    hosts = remote_hosts(state_dir, network)
    try:
        refuse_where_moved(network, PostgresServers(network, hosts))
        result = set_up(network, secrets, playbook_runner(directory, state_dir))
        announce_all(network, OspfRoutes(hosts))
    finally:
        hosts.close_all()
    return result


def client_passfile(state_dir: Path) -> Path:
    """Write the clients' password into a file that libpq reads (mode 0600, below ``state_dir``) and return it."""
    import os

    from jbnet.adapters.secrets import SecretsFile
    from jbnet.services.database_settings import CLIENT, CLIENT_SECRET, password_file

    path = state_dir / "client.pgpass"
    content = password_file(SecretsFile(state_dir / "secrets.yaml").get(CLIENT_SECRET), CLIENT)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(content)
    return path


def recovery_actions(directory: Path, state_dir: Path, network: Network) -> Mapping[str, StepAction]:
    """Return the actions of runbooks, by name."""
    import os

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.fence import RingFence
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.postgres_write import ClientWrites
    from jbnet.adapters.routes import OspfRoutes
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.adapters.silence import PatientOnce
    from jbnet.adapters.ssh import SshHosts
    from jbnet.services.database_settings import CLIENT_SECRET
    from jbnet.services.recover_actions import Tools, watchers
    from jbnet.services.recover_actions_all import all_actions

    plan = recovery_plan(directory)
    hosts = PatientOnce(SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S))
    servers = PostgresServers(network, hosts)
    here = os.environ.get("JBNET_VANTAGE", plan.run_from)
    tools = Tools(
        network,
        servers,
        RingFence(network, hosts, servers, plan.fences, here),
        OspfRoutes(hosts),
        ClientWrites(network, SecretsFile(state_dir / "secrets.yaml").get(CLIENT_SECRET)),
        SystemClock(),
        watchers(network),
    )
    return all_actions(tools)


def deploy_desk(state_dir: Path, network: Network, reporter: Reporter) -> Desk:
    """Return what ``jbnet apply`` works with: sessions, journal, leases and backups of the state directory."""
    import getpass
    import os

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.device_files import BackupFiles, DeviceLockFiles
    from jbnet.adapters.journal import SqliteJournal
    from jbnet.services.deploy import Desk

    clock = SystemClock()
    return Desk(
        network=network,
        sessions=device_sessions(state_dir, network),
        journal=SqliteJournal(state_dir / "change.db", clock),
        locks=DeviceLockFiles(state_dir / "locks", clock),
        backups=BackupFiles(state_dir / "backups", clock),
        clock=clock,
        reporter=reporter,
        owner=f"{getpass.getuser()}@{os.uname().nodename}",
    )
