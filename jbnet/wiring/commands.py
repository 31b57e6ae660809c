"""What ``jbnet run`` and ``jbnet hostkeys`` work with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.devices import _addresses, device_sessions, operator

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.ports import Reporter
    from jbnet.services.host_keys import Office
    from jbnet.services.run import Ways


def run_ways(directory: Path, state_dir: Path, network: Network, reporter: Reporter) -> Ways:
    """Return sessions by platform, templates, leases and the journal of the state directory."""
    import os

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.device_files import DeviceLockFiles
    from jbnet.adapters.ntc import NtcParser
    from jbnet.services.run import Ways
    from jbnet.wiring.change_journal import change_journal

    clock = SystemClock()
    return Ways(
        sessions=device_sessions(directory, state_dir, network),
        parser=NtcParser(),
        reporter=reporter,
        locks=DeviceLockFiles(state_dir / "locks", clock),
        journal=change_journal(state_dir, clock, shared=True),
        owner=f"{operator()} (jbnet run, process {os.getpid()})",
    )


def host_key_office(state_dir: Path, network: Network, reporter: Reporter) -> Office:
    """Return what host keys are asked, compared and kept with."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.host_key_probe import SshKeyProbes
    from jbnet.adapters.known_hosts import KnownHostsFile
    from jbnet.adapters.ssh_login import KeyRing
    from jbnet.lab.keys import MARK
    from jbnet.services.host_keys import Office
    from jbnet.wiring.change_journal import change_journal

    mark = MARK if (state_dir / "lab.json").is_file() else ""
    return Office(
        probes=SshKeyProbes(_addresses(network)),
        known=KnownHostsFile(KeyRing(state_dir).known_hosts, mark),
        journal=change_journal(state_dir, SystemClock(), shared=True),
        reporter=reporter,
        owner=operator(),
    )
