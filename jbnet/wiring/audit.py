"""What an audit is made with: eyes on devices, backups or rendered texts, the rules, and the workspace's revision."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jbnet.config.audit.observed import Observed, Origin
    from jbnet.model.network import Device, Network
    from jbnet.ports import Reporter
    from jbnet.standards import Standards
    from jbnet.standards.audit import Audit, Workspace
    from jbnet.standards.evaluate import Evaluation

FOLDERS = ("inventory", "topology", "monitors", "dr")


def make_audit(
    directory: Path, state_dir: Path, selector: str, origin: Origin, reporter: Callable[[int], Reporter]
) -> Audit:
    """Look at the devices that a selector picks and judge them by the rules on configurations.

    ``reporter`` is made for the number of devices.

    Raises UsageError where it picks none of ours or there are no such rules, AnswerIsNo where rules have errors.
    """
    from jbnet import __version__
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.workspace import read_files
    from jbnet.config.audit.observed import Origin as From
    from jbnet.inventory.select import select
    from jbnet.services.audit import Eyes, observe
    from jbnet.services.deploy.plan import managed
    from jbnet.standards import load
    from jbnet.standards.audit import Audit
    from jbnet.wiring.declaration import load_network
    from jbnet.wiring.devices import config_history, device_sessions, operator, remote_hosts

    network = load_network(directory, state_dir, whole=origin is From.RENDERED)
    selected = select(network, selector)
    devices = managed(network, selected)
    files = read_files(directory, FOLDERS)
    standards = load(files)
    _check(standards, devices)
    hosts = remote_hosts(state_dir, network)
    clock, told = SystemClock(), reporter(len(devices))
    try:
        eyes = Eyes(device_sessions(directory, state_dir, network), hosts, config_history(state_dir), clock, told)
        observed = observe(network, devices, origin, eyes)
    finally:
        hosts.close_all()
    names = {device.name for device in devices}
    return Audit(
        network, standards, _judge(network, standards, observed), observed, devices, selector, origin,
        clock.now(), operator(), revision(directory, files),
        tuple(device.name for device in selected if device.name not in names), __version__,
    )  # fmt: skip


def _check(standards: Standards, devices: Sequence[Device]) -> None:
    from jbnet.model.errors import AnswerIsNo, UsageError
    from jbnet.model.text import text

    errors = tuple(finding for finding in standards.findings if finding.severity == "error")
    if errors:
        raise AnswerIsNo("the standards have errors: {count}", count=len(errors), findings=errors)
    if not any(rule.evidence == "configuration" for rule in standards.rules.values()):
        hint = text("write some in topology/standards/ with evidence: configuration; docs/audit.md shows how")
        raise UsageError("no rule is judged on configurations", hint=hint)
    if not devices:
        raise UsageError("no device of ours is selected", hint=text("servers and devices of partners are not asked"))


def _judge(network: Network, standards: Standards, observed: Mapping[str, Observed]) -> Evaluation:
    """Judge what was seen. Waivers of what is not seen here (a lab holds a part of the network) are no finding."""
    from jbnet.standards.evaluate import evaluate
    from jbnet.standards.model import Evidence
    from jbnet.standards.world import Surroundings
    from jbnet.wiring.standards import today

    return evaluate(
        network, standards, today(), surroundings=Surroundings(configurations=observed),
        keep=lambda subject: subject.name in observed, evidence=Evidence.CONFIGURATION,
    )  # fmt: skip


def revision(directory: Path, files: Mapping[str, str]) -> Workspace:
    """Return which declaration this is: its commit where it is under git, and a hash of all that it says."""
    import subprocess

    from jbnet.standards.audit import Workspace

    said = "".join(f"{file}\0{content}\0" for file, content in sorted(files.items()))
    fingerprint = hashlib.sha256(said.encode()).hexdigest()
    git = ["git", "-C", str(directory)]
    try:
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=30)
        state = subprocess.run(
            [*git, "status", "--porcelain", "--", *FOLDERS], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return Workspace(fingerprint)
    if head.returncode or state.returncode:
        return Workspace(fingerprint)
    return Workspace(fingerprint, head.stdout.strip(), bool(state.stdout.strip()))
