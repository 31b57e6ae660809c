"""Hosts with lldpd and snmpd in namespaces of their own, joined by cables that a test may pull and plug.

Run as a program inside one of them it prints what its agent says of LLDP, as the store packs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.model.secrets import Secret
from jbnet.monitor.codec_seldom import pack_seldom, unpack_seldom
from jbnet.monitor.samples import Sample
from jbnet.snmp.lldp import LLDP_COLUMNS, Lldp, parse_lldp
from jbnet.snmp.types import SnmpTarget

Socket = tuple[str, str]
"""A host and the name of its interface."""
_SNMPD = """agentAddress udp:127.0.0.1:161
rocommunity public
master agentx
agentXSocket {folder}/agentx
agentXPerms 0777 0777
"""
_LLDPD = """mkdir -p /run/lldpd && mount -t tmpfs none /run/lldpd && hostname {host} &&
exec nsenter --net=/run/netns/{space} \\
  lldpd -d -x -X {folder}/agentx -u /run/lldpd/socket -O {folder}/lldpd.conf -C lo"""


def run(*argv: str) -> str:
    """Run a command; raises CalledProcessError."""
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout


@dataclass
class Hosts:
    """So many hosts by name, with their files in ``folder``; ``with`` starts and ends them."""

    folder: Path
    names: Iterable[str]
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def space(self, host: str) -> str:
        """Return the name of a host's namespace."""
        return f"jbl{os.getpid()}-{host}"

    def __enter__(self) -> Hosts:
        for host in self.names:
            run("ip", "netns", "add", self.space(host))
            run("ip", "-n", self.space(host), "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()  # lldpd's monitor ends its other half with it
            process.wait()
        for host in self.names:
            run("ip", "netns", "del", self.space(host))

    def start(self) -> None:
        """Start agent and LLDP on every host that they do not run on; frames go out every second."""
        if self._processes:
            return
        for host in self.names:
            folder = self.folder / host
            (folder / "persistent").mkdir(parents=True)
            folder.chmod(0o755)
            (folder / "snmpd.conf").write_text(_SNMPD.format(folder=folder))
            (folder / "lldpd.conf").write_text("configure lldp tx-interval 1\nconfigure lldp tx-hold 2\n")
            inside = ["ip", "netns", "exec", self.space(host)]
            paths = {"SNMPCONFPATH": str(folder), "SNMP_PERSISTENT_DIR": str(folder / "persistent"), "MIBS": ""}
            snmpd = ["snmpd", "-f", "-Lf", str(folder / "snmpd.log"), "-C", "-c", str(folder / "snmpd.conf")]
            self._spawn([*inside, *snmpd], paths)
            script = _LLDPD.format(host=host, space=self.space(host), folder=folder)
            self._spawn(["unshare", "-m", "-u", "sh", "-c", script], paths)

    def plug(self, one: Socket, other: Socket) -> None:
        """Join two sockets by a cable."""
        (near, port), (far, peer) = one, other
        ends = ("veth", "peer", "name", peer, "netns", self.space(far))
        run("ip", "link", "add", port, "netns", self.space(near), "type", *ends)
        for host, name in (one, other):
            run("ip", "-n", self.space(host), "link", "set", name, "up")

    def pull(self, socket: Socket) -> None:
        """Take a cable out."""
        run("ip", "-n", self.space(socket[0]), "link", "del", socket[1])

    def hears(self, host: str) -> list[str]:
        """Return what the ports of a host's neighbours are called, by net-snmp's own command: it starts faster."""
        walk = ["snmpwalk", "-v2c", "-c", "public", "-Oqv", "-m", "", "127.0.0.1", "1.0.8802.1.1.2.1.4.1.1.8"]
        found = subprocess.run(
            ["ip", "netns", "exec", self.space(host), *walk], capture_output=True, text=True, timeout=30, check=False
        )
        return sorted(line.strip('"') for line in found.stdout.splitlines() if line.startswith('"'))

    def sees(self, host: str) -> Lldp:
        """Return what a host's agent says of LLDP."""
        packed = run("ip", "netns", "exec", self.space(host), sys.executable, __file__)
        found: Lldp = unpack_seldom(json.loads(packed))["lldp"]
        return found

    def _spawn(self, argv: list[str], environment: dict[str, str]) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._processes.append(subprocess.Popen(argv, env={**os.environ, **environment}, **quiet))  # type: ignore[call-overload]  # two streams


def main() -> None:
    """Ask the agent on loopback."""
    transport = UdpSnmpTransport()
    target = SnmpTarget("host", "127.0.0.1", community=Secret("community", "public"))
    (answer,) = transport.walk([target], LLDP_COLUMNS, timeout=0.5, retries=1)
    transport.close()
    sample = Sample("host", datetime.now(UTC), answered=True, lldp=parse_lldp(answer.varbinds))
    print(json.dumps(pack_seldom(sample)))


if __name__ == "__main__":
    main()
