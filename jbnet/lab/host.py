"""What the lab needs of this machine, named all at once."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from jbnet.lab import tunnels
from jbnet.lab.spec import POSTGRES, LabSpec
from jbnet.model.errors import Missing
from jbnet.model.text import text

PROGRAMS = {
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setsid": "util-linux",
    "mount": "mount",
    "dash": "dash",
    "ip": "iproute2",
    "tc": "iproute2",
    "nft": "nftables",
    "ping": "iputils-ping",
    "snmpd": "snmpd",
    "snmpset": "snmp",
    "sshd": "openssh-server",
    "ssh": "openssh-client",
    "vtysh": "frr",
    "/usr/lib/frr/zebra": "frr",
    "/usr/lib/frr/frr-reload.py": "frr-pythontools",
}
AGENTX_MODULE = "frr/modules/ospfd_snmp.so"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FEATURES = {
    "veth": "ip link add probe0 type veth peer name probe1",
    "tun": "ip tuntap add probe3 mode tap",
    "nftables": "nft add table ip probe",
    "nft_fwd_netdev": "nft add table netdev probe && nft add chain netdev probe c"
    " '{ type filter hook ingress device probe0 priority 0; }' && nft add rule netdev probe c fwd to probe1",
    "netem": "tc qdisc add dev lo root netem delay 1ms",
}
NETEM = "netem"


def require_root() -> None:
    """Raise Missing for anybody but root."""
    if os.geteuid() != 0:
        raise Missing("the lab needs root: it makes network namespaces", hint=text("run it as root or with sudo"))


def require(spec: LabSpec) -> frozenset[str]:
    """Return the optional kernel features found. Raises Missing with everything that is missing."""
    require_root()
    packages = sorted(set(_packages(spec)))
    if packages:
        names = " ".join(packages)
        raise Missing(
            "the lab needs Debian packages: {packages}",
            packages=names,
            hint=text("apt install {packages}", packages=names),
        )
    found = features()
    absent = [name for name in FEATURES if name not in found and name != NETEM]
    if absent:
        raise Missing(
            "the lab needs kernel features: {features}",
            features=", ".join(absent),
            hint=text("load the modules of these names, or use a kernel (or a container) that has them"),
        )
    return found


def features() -> frozenset[str]:
    """Return which kernel features are there, tried in a network namespace that ends with the trial."""
    trials = "\n".join(f"{command} && echo {name}" for name, command in FEATURES.items())
    done = subprocess.run(("unshare", "--net", "dash", "-c", trials), capture_output=True, text=True, check=False)
    return frozenset(done.stdout.split())


def _packages(spec: LabSpec) -> Iterator[str]:
    for program, package in PROGRAMS.items():
        if shutil.which(program, path=PATH) is None:
            yield package
    if not any(True for _ in _libraries(AGENTX_MODULE)):
        yield "frr-snmp"
    yield from _encryption(spec)
    databases = any(POSTGRES in device.accounts for device in spec.devices)
    if databases and not any(Path("/usr/lib/postgresql").glob("*/bin/postgres")):
        yield "postgresql"


def _encryption(spec: LabSpec) -> Iterator[str]:
    if not any(device.tunnels for device in spec.devices):
        return
    yield from (package for name, package in tunnels.PROGRAMS.items() if shutil.which(name, path=PATH) is None)
    yield from (package for name, package in tunnels.MODULES.items() if not any(True for _ in _libraries(name)))


def _libraries(name: str) -> Iterable[Path]:
    return (
        path for root in ("/usr/lib", "/usr/lib64") for path in (*Path(root).glob(name), *Path(root).glob(f"*/{name}"))
    )
