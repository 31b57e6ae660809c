"""What the monitor probes, and with what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.monitor.probing import Probes
    from jbnet.ports import Secrets
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


def probing(network: Network, probes: Probes, known: Secrets) -> Probing | None:
    """Return what probes beside the rounds, inert until ``start``; None: there is nothing to probe."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.probes.echo import IcmpEchoes
    from jbnet.services.watch.probing import Probing

    if not probes.targets:
        return None
    return Probing(probes, IcmpEchoes(), {}, SystemClock())
