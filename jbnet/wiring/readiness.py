"""Readiness: what is looked through, what earlier executions took, where its history is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.leases import lease_eyes
from jbnet.wiring.recoveries import (
    RECOVERY_CONNECT_S,
    approvers,
    executions,
    name_servers,
    recovery_plan,
    recovery_runbook,
    whereabouts,
)
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from jbnet.adapters.readiness_history import ReadinessFile
    from jbnet.adapters.restored_file import RestoredFile
    from jbnet.adapters.ssh import SshHosts
    from jbnet.model.network import Network
    from jbnet.ports import RemoteHosts, ServiceLooks
    from jbnet.recovery.observed import DatabaseLook
    from jbnet.recovery.outlook import Book, Outlook
    from jbnet.recovery.plan import RecoveryPlan
    from jbnet.recovery.readiness import Result
    from jbnet.recovery.readiness_around import Practice
    from jbnet.recovery.replay import Entry
    from jbnet.services.recover.readiness import Sight

JOURNALS = 100
"""Executions that are read for their times and their age, the newest."""
PRACTISED = ("drill", "switchover", "failover")
"""Runbooks whose end shows that people and machines can do it: a real move is practice, too."""
COPIES_S = 5.0
"""Seconds for which copies of journals are waited for."""
RESTORED = ("restore-test",)


def readiness_history(state_dir: Path) -> ReadinessFile:
    """Return what earlier checks found, inert until used."""
    from jbnet.adapters.readiness_history import ReadinessFile

    return ReadinessFile(state_dir / "readiness.db")


def readiness(
    directory: Path, state_dir: Path, network: Network, names: Sequence[str], kept: SshHosts | None = None
) -> Outlook:
    """Look at databases and everything around them, and judge it. Raises what reading dr/ raises, and nothing else.

    ``kept``: logins that outlive the look; without them all are made for it.
    """
    from jbnet.recovery.outlook import outlook
    from jbnet.recovery.readiness_moved import moves, unfinished
    from jbnet.services.recover.readiness import bindings, look_at, look_at_applications
    from jbnet.services.recover.readiness_names import look_at_names
    from jbnet.services.recover.side_by_side import Asked

    plan = recovery_plan(directory)
    hosts = kept or readiness_hosts(state_dir, network)
    try:
        sight = _sight(directory, state_dir, network, plan, hosts)
        held = Asked({"": lambda: _leases(state_dir, network, plan, names)}, 10.0)
        kept_log = Asked({"": lambda: backups(network, plan, names, hosts)}, 12.0)
        apps = Asked({"": lambda: look_at_applications(sight, names, plan.primary, plan.standby)}, 10.0)
        called = Asked({"": lambda: look_at_names(network, name_servers(directory, state_dir, network))}, 11.0)
        looks = look_at(sight, names)
        journals = _journals(state_dir)
        around = [*_around(directory, state_dir, plan, journals, list(network.databases)), *_seen(apps.answers()[""])]
        around += [*_seen(held.answers()[""]), *_seen(kept_log.answers()[""]), *_seen(called.answers()[""])]
        chosen = [network.databases[name] for name in names]
        books = _books(directory, journals)
        known = [*journals, *_told(hosts, plan, looks, journals)]
        return outlook(looks, around, books, bindings(chosen), plan.readiness, moves(known), unfinished(known))
    finally:
        if kept is None:
            hosts.close_all()


def _told(
    hosts: SshHosts, plan: RecoveryPlan, looks: Sequence[DatabaseLook], journals: Sequence[Sequence[Entry]]
) -> Sequence[Sequence[Entry]]:
    """Return journals of other machines, from their copies, where a standby leads and none here says why.

    Whoever watches from elsewhere must not cry for want of a record that lies where recovery was run from.
    """
    from jbnet.adapters.journal_copy import copies_at
    from jbnet.recovery.observed import Unseen
    from jbnet.recovery.readiness_moved import moves, unfinished
    from jbnet.services.recover.side_by_side import Asked

    known = {*moves(journals), *unfinished(journals)}
    if not any(look.leaders == (look.database.standby,) and look.database.name not in known for look in looks):
        return ()
    asked = Asked({place: partial(copies_at, hosts, place) for place in plan.journal_copies}, COPIES_S).answers()
    return [entries for found in asked.values() if not isinstance(found, Unseen) for entries in found]


def leases(directory: Path, state_dir: Path, network: Network, names: Sequence[str]) -> tuple[Result, ...]:
    """Look at the leases of databases, and judge them; nothing where none is declared."""
    return _leases(state_dir, network, recovery_plan(directory), names)


def _leases(state_dir: Path, network: Network, plan: RecoveryPlan, names: Sequence[str]) -> tuple[Result, ...]:
    from jbnet.services.recover.lease_sight import about_leases

    eyes = lease_eyes(state_dir, network, plan.lease)
    return about_leases(eyes, network, names) if eyes is not None else ()


def backups(network: Network, plan: RecoveryPlan, names: Sequence[str], hosts: RemoteHosts) -> tuple[Result, ...]:
    """Look at the backups of databases, and judge them; nothing where no repository is declared."""
    from jbnet.adapters.backup_looks import SshBackupLooks
    from jbnet.adapters.clock import SystemClock
    from jbnet.services.recover.backup_sight import look_at_backups

    if plan.backups is None:
        return ()
    now = SystemClock().now().timestamp()
    return look_at_backups(SshBackupLooks(hosts), network, names, plan.backups, now)


def _seen(found: object) -> tuple[Result, ...]:
    return found if isinstance(found, tuple) else ()


def readiness_hosts(state_dir: Path, network: Network) -> SshHosts:
    """Return the hosts that are looked at, not logged in to yet."""
    from jbnet.adapters.ssh import SshHosts
    from jbnet.wiring.devices import _addresses

    return SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)


def _sight(directory: Path, state_dir: Path, network: Network, plan: RecoveryPlan, hosts: SshHosts) -> Sight:
    from jbnet.adapters.fence import RingFence
    from jbnet.adapters.ports_tcp import TcpPorts
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.routes import OspfRoutes
    from jbnet.adapters.silence import PatientOnce
    from jbnet.services.recover.readiness import Sight
    from jbnet.wiring.devices import _addresses

    patient = PatientOnce(hosts)
    servers = PostgresServers(network, patient)
    fence = RingFence(network, patient, servers, plan.fences, whereabouts(network))
    clients = _clients(directory, state_dir, network)
    return Sight(network, servers, fence, OspfRoutes(patient), clients, TcpPorts(_addresses(network)))


def _clients(directory: Path, state_dir: Path, network: Network) -> ServiceLooks:
    """Return the clients' eyes; without their password every look says so."""
    from jbnet.adapters.postgres_write import ClientWrites
    from jbnet.model.errors import JbnetError
    from jbnet.services.database_accounts import CLIENT_SECRET
    from jbnet.services.recover.readiness import NoClient

    try:
        return ClientWrites(network, secrets(directory, state_dir).get(CLIENT_SECRET))
    except JbnetError as error:
        return NoClient(error)


def _journals(state_dir: Path) -> Sequence[Sequence[Entry]]:
    """Return the journals of executions; one that cannot be read is `jbnet dr verify`'s affair."""
    from jbnet.model.errors import JbnetError

    store, found = executions(state_dir), []
    for name in store.ids()[-JOURNALS:]:
        try:
            found.append(store.journal(name).entries())
        except JbnetError:
            continue
    return found


def _around(
    directory: Path, state_dir: Path, plan: RecoveryPlan, journals: Sequence[Sequence[Entry]], names: Sequence[str]
) -> Sequence[Result]:
    from jbnet.adapters.clock import SystemClock
    from jbnet.recovery.readiness import Check
    from jbnet.recovery.readiness_around import about_people, about_practice
    from jbnet.services.recover.readiness import last_done

    now, limits = SystemClock().now(), plan.readiness
    return (
        about_people(list(approvers(directory, state_dir).people)),
        about_practice(Check.DRILL, last_done(journals, PRACTISED), now, limits.drill_days),
        _restores(state_dir, names, last_done(journals, RESTORED), now, limits.restore_test_days),
    )


def _restores(state_dir: Path, names: Sequence[str], last: Practice | None, now: datetime, most_days: float) -> Result:
    from jbnet.model.errors import JbnetError
    from jbnet.recovery.observed import Unseen
    from jbnet.recovery.readiness import Check
    from jbnet.recovery.readiness_around import about_practice
    from jbnet.recovery.restored import about_restores

    try:
        return about_restores(names, restored_file(state_dir).all(), last, now, most_days)
    except JbnetError as error:
        return about_practice(Check.RESTORE, Unseen(error.text), now, most_days)


def restored_file(state_dir: Path) -> RestoredFile:
    """Return the record of backups that were restored and read, inert until used."""
    from jbnet.adapters.restored_file import RestoredFile

    return RestoredFile(state_dir / "restored.jsonl")


def last_drill(state_dir: Path, plan: RecoveryPlan) -> Result:
    """Return how old the newest drill or real move is, against what is declared."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.recovery.readiness import Check
    from jbnet.recovery.readiness_around import about_practice
    from jbnet.services.recover.readiness import last_done

    last = last_done(_journals(state_dir), PRACTISED)
    return about_practice(Check.DRILL, last, SystemClock().now(), plan.readiness.drill_days)


def _books(directory: Path, journals: Sequence[Sequence[Entry]]) -> Mapping[str, Book]:
    from jbnet.model.errors import JbnetError
    from jbnet.recovery.forecast import step_times
    from jbnet.recovery.outlook import Book

    found = {}
    for name in ("switchover", "failover", "failback"):
        try:
            found[name] = Book(recovery_runbook(directory, name), None, step_times(journals, name))
        except JbnetError as error:
            found[name] = Book(None, error.text, {})
    return found
