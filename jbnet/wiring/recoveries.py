"""Recovery: its plan, runbooks, executions and actions."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.devices import _addresses, deploy_desk
from jbnet.wiring.files import read_text, sound
from jbnet.wiring.leases import leasing
from jbnet.wiring.playbooks import playbook_shelf, playbook_ways
from jbnet.wiring.secrets import secrets
from jbnet.wiring.telling import notifier, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from jbnet.adapters.approvals import ApprovalBox
    from jbnet.adapters.executions import Executions
    from jbnet.adapters.keys import Approvers
    from jbnet.adapters.name_servers import TcpNameServers
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.ports import JournalCopy, Reporter, StepAction
    from jbnet.recovery.plan import RecoveryPlan
    from jbnet.recovery.runbook import Runbook
    from jbnet.recovery.verbs import Verb
    from jbnet.services.recover.alone import Both
    from jbnet.services.recover.engine import Recovery


RECOVERY_CONNECT_S = 4.0
"""Seconds for a login during a recovery, in which every one of them is outage."""


def recovery_plan(directory: Path) -> RecoveryPlan:
    """Return the workspace's recovery plan (dr/plan.yaml). Raises Missing, and AnswerIsNo with findings."""
    from jbnet.recovery.plan import load_plan

    plan, findings = load_plan("dr/plan.yaml", read_text(directory / "dr" / "plan.yaml"))
    return sound(plan, findings, "dr/plan.yaml")


def recovery_runbook(directory: Path, name: str, path: Path | None = None) -> Runbook:
    """Return a runbook: dr/runbooks/NAME.yaml, or the file given. Raises Missing, and AnswerIsNo with findings."""
    from jbnet.recovery.runbook import load_runbook

    found = path or directory / "dr" / "runbooks" / f"{name}.yaml"
    shown = str(path or f"dr/runbooks/{name}.yaml")
    runbook, findings = load_runbook(shown, read_text(found))
    return sound(runbook, findings, shown)


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


def recovery(
    directory: Path,
    state_dir: Path,
    execution: str,
    reporter: Reporter,
    *,
    drill: bool = False,
    network: Network | None = None,
) -> tuple[Recovery, ExitStack]:
    """Return the engine of an execution and its journal with the copies, which the caller closes.

    ``network``: as the caller has read it; None: it is read here. ``drill``: it only drills. Then databases come one
    after another, and it keeps nobody from a recovery in earnest.
    """
    from jbnet.adapters.clock import SystemClock
    from jbnet.recovery.replay import replay
    from jbnet.services.recover.copied import CopiedJournal
    from jbnet.services.recover.engine import Recovery

    store = executions(state_dir)
    journal = store.journal(execution)
    known = approvers(directory, state_dir)
    pinned = replay(journal.entries()).approvers or {name: person.key for name, person in known.people.items()}
    box = store.approvals(execution, known, pinned)
    network = network or load_network(directory, state_dir)
    actions = recovery_actions(directory, state_dir, network)
    told, hands = windows(state_dir), 1 if drill else max(1, len(network.databases))
    lease = store.drill_lease if drill else store.lease
    copied = CopiedJournal(journal, execution, _copies(directory, state_dir, network), reporter)
    open_files = ExitStack()
    open_files.callback(journal.close)
    open_files.callback(copied.close)
    return Recovery(copied, actions, box, SystemClock(), reporter, lease, told, hands), open_files


def _copies(directory: Path, state_dir: Path, network: Network) -> list[JournalCopy]:
    from jbnet.adapters.journal_copy import SshJournalCopy
    from jbnet.adapters.ssh import SshHosts

    hosts = SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)
    return [SshJournalCopy(hosts, place) for place in recovery_plan(directory).journal_copies]


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


def verify_copy(directory: Path, state_dir: Path, path: Path, head: str | None) -> tuple[tuple[Finding, ...], int, str]:
    """Return what is wrong with a copy of a journal, the number of its entries and its last hash.

    Raises Missing. Signatures are judged by the keys that the journal pinned, and the people whom dr/ names.
    """
    from jbnet.model.findings import Finding, Place, Severity
    from jbnet.model.text import text
    from jbnet.recovery.audit import audit
    from jbnet.recovery.copies import read_copy
    from jbnet.recovery.replay import replay

    entries, chain = read_copy(read_text(path))
    if head is not None:
        chain.expect_head(head)
    if chain.faults or not entries:
        faults = chain.faults or [text("it is empty")]
        return tuple(Finding("JB790", Severity.ERROR, fault, Place(str(path))) for fault in faults), 0, ""
    state = replay(entries)
    box = executions(state_dir).approvals(state.execution, approvers(directory, state_dir), state.approvers)
    return audit(entries, box.judge, str(path)), len(entries), str(entries[-1]["hash"])


def alone(state_dir: Path, network: Network) -> Callable[[str], Both]:
    """Return what lists what each host of a database has alone, by the database's name."""
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.ssh import SshHosts
    from jbnet.services.recover.alone import both_alone

    servers = PostgresServers(network, SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S))
    return lambda name: both_alone(network.databases[name], servers)


def refuse_unfit(state_dir: Path, network: Network, verbs: Collection[Verb], names: Sequence[str]) -> None:
    """Raise what says why a planned command does not fit who leads now; see ``services.recover.fitting``."""
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.silence import PatientOnce
    from jbnet.adapters.ssh import SshHosts
    from jbnet.services.recover import fitting

    hosts = SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)
    try:
        chosen = [network.databases[name] for name in names]
        fitting.refuse_unfit(verbs, chosen, PostgresServers(network, PatientOnce(hosts)))
    finally:
        hosts.close_all()


def whereabouts(network: Network) -> str | None:
    """Return the declared device on which this process runs, in a lab the one whose network it is in; None: unknown."""
    import os

    from jbnet.adapters import machine
    from jbnet.services.whereabouts import declared_addresses, device_here

    held = machine.held(declared_addresses(network))
    return device_here(network, machine.hostname(), held, os.environ.get("JBNET_VANTAGE"))


def name_servers(directory: Path, state_dir: Path, network: Network) -> TcpNameServers:
    """Return the name servers of declared zones; nothing is asked, and no key read, before the first use."""
    from jbnet.adapters.name_servers import TcpNameServers

    return TcpNameServers(_addresses(network), secrets(directory, state_dir))


def recovery_actions(directory: Path, state_dir: Path, network: Network) -> Mapping[str, StepAction]:
    """Return the actions of runbooks, by name."""
    from functools import partial

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.fence import RingFence
    from jbnet.adapters.foreign_actions import foreign_actions
    from jbnet.adapters.hand_over import PostgresHandOvers
    from jbnet.adapters.ports_tcp import TcpPorts
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.postgres_write import ClientWrites
    from jbnet.adapters.routes import OspfRoutes
    from jbnet.adapters.silence import PatientOnce
    from jbnet.adapters.ssh import SshHosts
    from jbnet.recovery.runbook import MOVE_NAME
    from jbnet.services.database_accounts import CLIENT_SECRET
    from jbnet.services.deploy.desk import Silent
    from jbnet.services.recover.actions import Tools, watchers
    from jbnet.services.recover.actions_all import all_actions
    from jbnet.services.recover.actions_application import VerifyApplications
    from jbnet.services.recover.actions_cost import SetCost
    from jbnet.services.recover.actions_general import general_actions
    from jbnet.services.recover.actions_name import MoveName
    from jbnet.services.recover.actions_playbook import RunPlaybook
    from jbnet.services.recover.actions_session import SetSession
    from jbnet.services.recover.lease_fence import LeaseFence
    from jbnet.services.recover.whole_fence import WholeFence
    from jbnet.wiring.drills import drill_actions
    from jbnet.wiring.rows import row_actions, row_tools

    plan = recovery_plan(directory)
    logins = SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)
    hosts = PatientOnce(logins)
    servers = PostgresServers(network, hosts)
    here = whereabouts(network)
    rings = RingFence(network, hosts, servers, plan.fences, here)
    clock = SystemClock()
    lease = leasing(state_dir, network, plan, hosts, clock)
    tools = Tools(
        network,
        servers,
        WholeFence(network, LeaseFence(network, rings, lease) if lease is not None else rings, rings),
        OspfRoutes(hosts),
        PostgresHandOvers(network, hosts, logins, plan.fences, here),
        ClientWrites(network, secrets(directory, state_dir).get(CLIENT_SECRET)),
        clock,
        watchers(network),
        lease,
    )
    general = general_actions(hosts, partial(notifier, directory, state_dir), tools.clock)
    shelf = playbook_shelf(directory)
    playbooks = RunPlaybook(shelf, lambda chosen: playbook_ways(directory, state_dir, chosen, None))
    drills, rows = drill_actions(directory, state_dir, tools), row_actions(row_tools(network, hosts, servers, clock))
    sites, lab = {"primary": plan.primary, "standby": plan.standby}, (state_dir / "lab.json").is_file()
    applications = VerifyApplications(network, sites, TcpPorts(_addresses(network)), clock, lab)
    own = {**all_actions(tools), **general, "playbook": playbooks, "verify-applications": applications}
    desk = partial(deploy_desk, directory, state_dir, network, Silent())
    own["set-cost"] = SetCost(network, here or plan.run_from, desk)
    own["set-session"] = SetSession(network, desk)
    own[MOVE_NAME] = MoveName(network, name_servers(directory, state_dir, network), clock)
    return {**own, **drills, **rows, **foreign_actions(tools)}
