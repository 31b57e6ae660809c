"""What the monitor probes, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.monitor.probing import ProbeKind, Probes
    from jbnet.ports import Secrets
    from jbnet.ports.probing import ServiceProbe
    from jbnet.services.watch.probing import Probing


def load_probes(directory: Path, network: Network) -> Probes:
    """Return what ``monitors/probes.yaml`` says is probed. Raises AnswerIsNo with the findings when it has errors."""
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.monitor.probing_file import FILE
    from jbnet.monitor.probing_file import load_probes as load

    probes, findings = load(read_files(directory, ("monitors",)).get(FILE), network)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("monitors/ has errors: {count}", count=len(errors), findings=errors)
    return probes


def in_a_lab(probes: Probes) -> Probes:
    """Return what is probed in a live copy: the ways. Its hosts run none of the applications that are declared."""
    from dataclasses import replace

    from jbnet.monitor.probing import ProbeKind

    return replace(probes, targets=probes.of(ProbeKind.ECHO))


def probing(
    directory: Path, state_dir: Path, network: Network, probes: Probes, known: Secrets, say: Callable[[Text], None]
) -> Probing | None:
    """Return what probes beside the rounds, inert until ``start``; None: there is nothing to probe.

    ``say`` is told what is left out.
    """
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.probes.echo import IcmpEchoes
    from jbnet.services.watch.probing import Probing

    if not probes.targets:
        return None
    clock = SystemClock()
    return Probing(probes, IcmpEchoes(), _services(directory, state_dir, network, probes, known, say), clock, say)


def _services(
    directory: Path, state_dir: Path, network: Network, probes: Probes, known: Secrets, say: Callable[[Text], None]
) -> Mapping[ProbeKind, ServiceProbe]:
    """Return what tries each kind of service; databases only where the password for them is there."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.probes.http import HttpProbe
    from jbnet.adapters.probes.tcp import TcpProbe
    from jbnet.adapters.probes.tls import TlsProbe
    from jbnet.model.errors import Missing
    from jbnet.model.text import text
    from jbnet.monitor.probing import ProbeKind

    found: dict[ProbeKind, ServiceProbe] = {
        ProbeKind.TCP: TcpProbe(),
        ProbeKind.HTTP: HttpProbe(),
        ProbeKind.HTTPS: HttpProbe(),
        ProbeKind.TLS: TlsProbe(SystemClock().now, directory),
    }
    if probes.of(ProbeKind.SQL, ProbeKind.UPLOAD):
        from jbnet.adapters.probes.sql import HeartbeatProbe, UploadProbe
        from jbnet.services.database_accounts import CLIENT_SECRET

        try:
            secret = known.get(CLIENT_SECRET)
        except Missing as error:
            say(text("databases and uploads are not probed: {reason}", reason=error.text))
            return found
        heartbeat = HeartbeatProbe(network, secret, _failsafe(directory, state_dir, network))
        found |= {ProbeKind.SQL: heartbeat, ProbeKind.UPLOAD: UploadProbe(secret)}
    return found


def _failsafe(directory: Path, state_dir: Path, network: Network) -> Callable[[str], str | None]:
    """Return what asks whether a database goes on without its lease; where none is declared nobody is asked."""
    from functools import partial

    from jbnet.services.recover.lease_sight import failsafe
    from jbnet.wiring.leases import declared_lease, lease_eyes

    eyes = lease_eyes(state_dir, network, declared_lease(directory))
    return partial(failsafe, eyes, network) if eyes is not None else lambda _: None
