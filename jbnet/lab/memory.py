"""How much memory a lab takes, so that it is refused before the machine runs out of it.

Measured on Debian 12 (FRR 8.4.4, net-snmp 5.9.3, OpenSSH 9.2, Linux 6.18) as the growth of the memory control group
of a whole province, kernel memory included: 14,900 MiB for 1,039 devices. Single daemons by the private memory that
smaps_rollup (proc(5)) shows for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from jbnet.lab.spec import POSTGRES, LabDevice, LabSpec
from jbnet.lab.tunnels import MIB

DAEMON_MIB: Mapping[str, float] = MappingProxyType(
    {"zebra": 6.0, "staticd": 2.3, "ospfd": 5.7, "bgpd": 11.5, "bfdd": 2.8}
)
AGENT_MIB = 3.6
OTHERS_MIB = 3.2
"""Of a device: its SSH server 1.3, chassis and first process 0.4, files 0.2, namespaces and page tables 1.3."""
DATABASE_HOST_MIB = 120.0
"""Room for the database servers that are set up later."""
RESERVE_MIB = 512.0
"""What must be left for those who work with the lab: jbnet, its monitor."""
MEMINFO = Path("/proc/meminfo")
LIMITS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
"""Limit and use of the container in which we are, by cgroup version 2 and 1."""


def need_mib(spec: LabSpec) -> float:
    """Return what a lab needs, in MiB."""
    return RESERVE_MIB + sum(_of(device) for device in spec.devices)


def available_mib() -> float:
    """Return what the machine, or the container, has left, in MiB (MemAvailable of proc(5))."""
    fields = dict(line.split(":", 1) for line in MEMINFO.read_text(encoding="ascii").splitlines())
    left = [float(fields["MemAvailable"].split()[0]) / 1024]
    for limit, used in LIMITS:
        if limit.exists() and (allowed := limit.read_text().strip()) != "max":
            left.append((int(allowed) - int(used.read_text())) / 2**20)
    return min(left)


def _of(device: LabDevice) -> float:
    daemons = sum(DAEMON_MIB.get(daemon, 0.0) for daemon in device.daemons)
    database = DATABASE_HOST_MIB if POSTGRES in device.accounts else 0.0
    return daemons + database + (AGENT_MIB if device.snmp else 0.0) + OTHERS_MIB + len(device.tunnels) * MIB
