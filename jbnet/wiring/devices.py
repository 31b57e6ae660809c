"""What reaches devices: the lab, SSH, SNMP, deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jbnet.adapters.command_line_sessions import CommandLineSessions
    from jbnet.adapters.config_history import GitHistory
    from jbnet.adapters.frr import FrrSessions
    from jbnet.adapters.loaded_secrets import LoadedSecretFiles
    from jbnet.adapters.platform_sessions import PlatformSessions
    from jbnet.adapters.ssh import SshHosts
    from jbnet.adapters.udp import UdpSnmpTransport
    from jbnet.lab.lab import Lab
    from jbnet.model.network import Device, Network
    from jbnet.ports import Reporter, Successor
    from jbnet.services.deploy.desk import Desk
    from jbnet.services.deploy.secrets import SecretBook
    from jbnet.services.drift import Records
    from jbnet.services.qualify import Outcome, Qualification


def lab(directory: Path, state_dir: Path) -> Lab:
    """Return the lab of a workspace, up or not."""
    from jbnet.adapters.secrets import SecretsFile
    from jbnet.lab.lab import Lab

    state = state_dir.absolute()  # mounts need whole paths
    return Lab(directory.absolute(), state, SecretsFile(state / "secrets.yaml"))


def snmp_transport(bind: str = "", per_second: float | None = None) -> UdpSnmpTransport:
    """Return the poll engine, inert until its first call.

    ``bind``: the address to poll from; empty means any. ``per_second``: the most requests that leave in a second, of
    all devices together; None means the engine's own bound.
    """
    from jbnet.adapters.udp import PER_SECOND, UdpSnmpTransport

    return UdpSnmpTransport(bind=bind, per_second=per_second or PER_SECOND)


def device_sessions(directory: Path, state_dir: Path, network: Network) -> PlatformSessions:
    """Return the sessions with devices of every platform: keys and known host keys from the state directory.

    Where a plan allows it, the timer of a VRP5 router may be a restart (``jbnet.change.timers``).
    """
    from jbnet.adapters.platform_sessions import PlatformSessions

    others = hardware_sessions(directory, state_dir, network)
    others.may_restart = lambda _device: True
    return PlatformSessions({"frr": lab_sessions(state_dir, network)}, others)


def lab_sessions(state_dir: Path, network: Network) -> FrrSessions:
    """Return the sessions with routers with FRR, as all copies in a lab are."""
    from jbnet.adapters.frr import FrrSessions

    return FrrSessions(state_dir, _addresses(network))


def hardware_sessions(directory: Path, state_dir: Path, network: Network) -> CommandLineSessions:
    """Return the sessions with real routers of Huawei and H3C; a lab's copies of them run FRR."""
    from jbnet.adapters.command_line_sessions import CommandLineSessions
    from jbnet.wiring.secrets import secrets

    return CommandLineSessions(state_dir, _addresses(network), secrets(directory, state_dir))


def qualification(
    directory: Path,
    state_dir: Path,
    network: Network,
    device: Device,
    report: Callable[[Outcome], None],
    *,
    may_restart: bool,
) -> Qualification:
    """Return what tries a real router's driver. Raises Missing without a driver, key or secret."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.services.qualify import Qualification

    sessions = hardware_sessions(directory, state_dir, network)
    sessions.may_restart = lambda _device: may_restart
    sessions.session(device)
    return Qualification(lambda: sessions.session(device), SystemClock(), report)


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


def config_history(state_dir: Path) -> GitHistory:
    """Return the history of what ran on devices, inert until used."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.config_history import GitHistory

    return GitHistory(state_dir.absolute() / "history", SystemClock())


def change_records(state_dir: Path) -> Records:
    """Return what is known of earlier times: the history of configurations and the journal of changes."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.services.drift import Records
    from jbnet.wiring.change_journal import change_journal

    clock = SystemClock()
    return Records(config_history(state_dir), change_journal(state_dir, clock), clock)


def operator() -> str:
    """Return who is at work here: account and host."""
    import getpass
    import os

    return f"{getpass.getuser()}@{os.uname().nodename}"


def successor(command: Callable[[str, Sequence[str]], Sequence[str]]) -> Successor:
    """Return who takes over from an apply that is killed; ``command`` starts them for a plan's hash and its devices."""
    from jbnet.adapters.successor import SuccessorProcess

    return SuccessorProcess(command)


def deploy_desk(directory: Path, state_dir: Path, network: Network, reporter: Reporter) -> Desk:
    """Return what ``jbnet apply`` works with: sessions, journal, leases and backups of the state directory."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.device_files import BackupFiles, DeviceLockFiles
    from jbnet.services.deploy.desk import Desk
    from jbnet.wiring.change_journal import change_journal
    from jbnet.wiring.secrets import secrets
    from jbnet.wiring.telling import windows

    clock = SystemClock()
    return Desk(
        network=network,
        sessions=device_sessions(directory, state_dir, network),
        journal=change_journal(state_dir, clock, shared=True),
        locks=DeviceLockFiles(state_dir / "locks", clock),
        backups=BackupFiles(state_dir / "backups", clock),
        clock=clock,
        reporter=reporter,
        owner=operator(),
        secrets=secrets(directory, state_dir),
        loaded=loaded_secrets(state_dir),
        windows=windows(state_dir),
    )


def loaded_secrets(state_dir: Path) -> LoadedSecretFiles:
    """Return what is remembered of the secrets that devices were given, inert until used."""
    from jbnet.adapters.loaded_secrets import LoadedSecretFiles

    return LoadedSecretFiles(state_dir / "loaded-secrets")


def secret_book(directory: Path, state_dir: Path) -> SecretBook:
    """Return what compares the secrets of devices with their source."""
    from jbnet.services.deploy.secrets import SecretBook
    from jbnet.wiring.secrets import secrets

    return SecretBook(secrets(directory, state_dir), loaded_secrets(state_dir))
