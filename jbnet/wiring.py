"""The only place that builds adapters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jbnet.adapters.frr import FrrSessions
    from jbnet.adapters.ssh import SshHosts
    from jbnet.adapters.traps import TrapReceiver
    from jbnet.adapters.udp import UdpSnmpTransport
    from jbnet.inventory.loader import Loaded
    from jbnet.lab.lab import Lab
    from jbnet.model.network import Network
    from jbnet.snmp.types import SnmpTarget


def load_declaration(directory: Path, folders: Sequence[str] | None = None) -> Loaded:
    """Return the whole declared network and its findings. Raises UsageError where there is no workspace."""
    from jbnet.adapters.workspace import FOLDERS, read_files
    from jbnet.inventory import load

    return load(read_files(directory, folders or FOLDERS))


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

    return Lab(directory, state_dir, SecretsFile(state_dir / "secrets.yaml"))


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
