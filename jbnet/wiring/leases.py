"""The lease: what is declared, what replaces a host by it, what looks at it; and the declared backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.files import read_text

if TYPE_CHECKING:
    from jbnet.adapters.etcd_lease import Credentials
    from jbnet.model.network import Network
    from jbnet.ports import Clock, RemoteHosts
    from jbnet.recovery.backups_plan import BackupsPlan
    from jbnet.recovery.lease_plan import LeasePlan
    from jbnet.recovery.plan import RecoveryPlan
    from jbnet.services.recover.lease_sight import LeaseEyes
    from jbnet.services.recover.leasing import Leasing

LEASE_FOLDER = "lease"
"""In the state directory: the authority of the lease's certificates, and jbnet's own (`jbnet playbook lease`)."""


def declared_lease(directory: Path) -> LeasePlan | None:
    """Return the lease that the plan declares; None where it declares none, or where the plan has errors."""
    plan = _plan(directory)
    return plan.lease if plan is not None else None


def declared_backups(directory: Path) -> BackupsPlan | None:
    """Return the repository of backups that the plan declares; None as above."""
    plan = _plan(directory)
    return plan.backups if plan is not None else None


def _plan(directory: Path) -> RecoveryPlan | None:
    from jbnet.recovery.plan import load_plan

    path = directory / "dr" / "plan.yaml"
    return load_plan("dr/plan.yaml", read_text(path))[0] if path.is_file() else None


def leasing(state_dir: Path, network: Network, plan: RecoveryPlan, hosts: RemoteHosts, clock: Clock) -> Leasing | None:
    """Return what replaces a host by its lease; None where the plan declares none. Nothing is asked before its use."""
    from jbnet.adapters.etcd_lease import EtcdLeases, Gateway
    from jbnet.adapters.lease_word import SshWord
    from jbnet.services.lease_facts import member_urls
    from jbnet.services.recover.leasing import Leasing

    if plan.lease is None:
        return None
    gateway = Gateway(member_urls(network, plan.lease), _lease_credentials(state_dir))
    return Leasing(EtcdLeases(gateway), SshWord(hosts), plan.lease.terms, clock)


def lease_eyes(state_dir: Path, network: Network, lease: LeasePlan | None) -> LeaseEyes | None:
    """Return what leases are looked at through; None where none is declared."""
    from jbnet.adapters.etcd_lease import EtcdLeases, Gateway
    from jbnet.adapters.lease_guards import TlsGuards
    from jbnet.services.lease_facts import guard_urls, member_urls
    from jbnet.services.recover.lease_sight import LeaseEyes

    if lease is None:
        return None
    known = _lease_credentials(state_dir)
    store = EtcdLeases(Gateway(member_urls(network, lease), known))
    return LeaseEyes(store, TlsGuards(guard_urls(network), known), lease.terms)


def _lease_credentials(state_dir: Path) -> Credentials:
    from jbnet.adapters.etcd_lease import Credentials

    folder = state_dir / LEASE_FOLDER
    return Credentials(folder / "ca.pem", folder / "jbnet.pem", folder / "jbnet.key")
