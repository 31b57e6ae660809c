"""What the NOC of a province sees of all its devices at once, and what runs in each of them on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from jbnet.lab.lab import Lab
from jbnet.model.network import Network

LOOK = Path(__file__).with_name("look_at_all.py")
SNMP_DEFAULTS = ("mibs :", "defSecurityName jbnet", "defSecurityLevel authPriv", "defAuthType SHA", "defPrivType AES")
SNMP_SECRETS = {
    "snmp-v3-auth": "defAuthPassphrase",
    "snmp-v3-priv": "defPrivPassphrase",
    "snmp-v2c-community": "defCommunity",
}


def from_the_noc(lab: Lab, network: Network, what: str, names: Iterable[str]) -> set[str]:
    """Ask devices (by name) from the NOC's network, ``what`` being ping, ssh or snmp; return those that answered."""
    asked = {name: (str(network.devices[name].loopback), snmp_version(network, name)) for name in names}
    folder = lab.paths.state / "snmp"
    write_snmp_conf(lab, folder)
    environment = {**lab.environment(), "SNMPCONFPATH": str(folder), "SNMP_PERSISTENT_DIR": str(folder)}
    argv = [sys.executable, str(LOOK), what]
    with lab.popen(str(network.noc), argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as looking:
        said, _ = looking.communicate(json.dumps(asked).encode(), timeout=280)
    return set(json.loads(said))


def snmp_version(network: Network, name: str) -> str:
    """Return the version an agent speaks, as net-snmp's tools want it; empty where there is none."""
    spoken = network.roles[network.devices[name].role].snmp
    return {"v3": "3", "v2c": "2c"}.get(spoken or "", "")


def write_snmp_conf(lab: Lab, folder: Path) -> None:
    """Write snmp.conf(5) with the lab's secrets: they go by file, not by command line."""
    folder.mkdir(mode=0o700, exist_ok=True)
    entries = (line.split(": ", 1) for line in (lab.paths.state / "secrets.yaml").read_text().splitlines())
    secrets = [f"{SNMP_SECRETS[k]} {v.strip(chr(39) + chr(34))}" for k, v in entries if k in SNMP_SECRETS]
    (folder / "snmp.conf").write_text("\n".join((*SNMP_DEFAULTS, *secrets)) + "\n")


def running(lab: Lab) -> Mapping[str, set[str]]:
    """Return the names of the programs that run in every device."""
    record = lab.record()
    assert record is not None
    spaces = {_space(str(chassis.pid)): name for name, chassis in record.devices.items()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (name := spaces.get(_space(entry.name))):
            found[name].add((entry / "comm").read_text().strip())
    return found


def available_mib() -> float:
    """Return what the machine has left."""
    fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return float(fields["MemAvailable"].split()[0]) / 1024


def _space(pid: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/net").readlink())
    except OSError:
        return ""
