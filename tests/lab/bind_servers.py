"""BIND 9, a primary and a secondary, as processes of this machine at two addresses of its loopback: nothing of Debian's
service is started, and nothing outside the folder is written. The addresses are taken away again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from name_servers import zone_of

from jbnet.adapters.name_servers import TcpNameServers
from jbnet.model.dns import DnsZone
from jbnet.model.errors import Missing
from jbnet.model.secrets import Secret

_MINE = f"127.53.{os.getpid() % 250 + 1}"
PRIMARY, SECONDARY = f"{_MINE}.1", f"{_MINE}.2"
"""BIND listens only at addresses that an interface has; those of tests beside this one are others."""
ZONE = "example.net"
KEY, SECRET = "jbnet", "c2l4dGVlbi1ieXRlcy1vZi1hLWtleS1mb3ItdGVzdHM="
PLAIN = "plain"
"""A key that the servers know, and that the zone's policy grants nothing."""
NAMED = """
options {{
  directory "{folder}"; listen-on port {port} {{ {address}; }}; listen-on-v6 {{ none; }};
  pid-file none; session-keyfile none; managed-keys-directory "{folder}";
  recursion no; dnssec-validation no; allow-query {{ any; }}; empty-zones-enable no;
  notify-delay 0; notify-source {address}; transfer-source {address};
  tcp-listen-queue 16; notify {notify}; also-notify {{ {others} }};
}};
controls {{ }};
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
key "{plain}" {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "{zone}" {{
  file "{folder}/zone.db"; {role}
}};
"""
LEADING = """type primary; update-policy {
  grant jbnet name pay.example.net. A AAAA; grant jbnet name alias.example.net. CNAME;
};"""
FOLLOWING = "type secondary; primaries {{ {primary} port {port}; }};"
DATA = f"""$TTL 300
@ IN SOA ns1 admin 1 3600 3600 86400 60
@ IN NS ns1
@ IN NS ns2
ns1 IN A {PRIMARY}
ns2 IN A {SECONDARY}
pay 600 IN A 10.1.0.1
alias IN CNAME one.example.org.
"""


def free_port() -> int:
    """Return a port that is free at both addresses."""
    while True:
        with socket.create_server((PRIMARY, 0)) as first:
            port = int(first.getsockname()[1])
            with contextlib.suppress(OSError), socket.create_server((SECONDARY, port)):
                return port


@dataclass
class Bind:
    """Both servers; ``follows`` False: the primary tells the secondary nothing, which then lags."""

    folder: Path
    follows: bool = True
    port: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def up(self) -> Bind:
        """Start both, and wait until they serve the zone."""
        for address in (PRIMARY, SECONDARY):
            subprocess.run(["ip", "addr", "replace", f"{address}/32", "dev", "lo"], check=True)
        self.port = free_port()
        for address in (PRIMARY, SECONDARY):
            self.start(address)
        return self

    def start(self, address: str) -> None:
        """Start one, with the zone as it stands in its folder."""
        folder = self.folder / address
        leads = address == PRIMARY
        role = LEADING if leads else FOLLOWING.format(primary=PRIMARY, port=self.port)
        if not folder.exists():
            folder.mkdir()
            if leads:
                (folder / "zone.db").write_text(DATA)
        tells = leads and self.follows
        text = NAMED.format(
            folder=folder, port=self.port, address=address, key=KEY, plain=PLAIN, secret=SECRET, zone=ZONE, role=role,
            notify="explicit" if tells else "no", others=f"{SECONDARY} port {self.port};" if tells else "",
        )  # fmt: skip
        (folder / "named.conf").write_text(text)
        log = (folder / "log").open("ab")
        argv = [str(shutil.which("named") or "/usr/sbin/named"), "-g", "-n", "1", "-c", str(folder / "named.conf")]
        self.processes[address] = subprocess.Popen(argv, stdout=log, stderr=log, cwd=folder)
        log.close()
        self._wait(address)

    def _wait(self, address: str) -> None:
        end = time.monotonic() + 30
        while not self.dig(address, "SOA", ZONE):
            assert self.processes[address].poll() is None, (self.folder / address / "log").read_text()
            assert time.monotonic() < end, (self.folder / address / "log").read_text()
            time.sleep(0.05)

    def dig(self, address: str, kind: str, name: str) -> str:
        """Return what dig, another program than ours, is told."""
        argv = [
            "dig",
            "+short",
            "+tcp",
            "+norecurse",
            "+time=2",
            "+tries=1",
            "-p",
            str(self.port),
            f"@{address}",
            name,
            kind,
        ]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def nsupdate(self, lines: str) -> subprocess.CompletedProcess[str]:
        """Send what a person would, with the right key."""
        argv = ["nsupdate", "-v", "-y", f"hmac-sha256:{KEY}:{SECRET}"]
        return subprocess.run(argv, input=lines, capture_output=True, text=True, check=False)

    def set_by_hand(self, name: str, said: str) -> None:
        """Have the primary say something else, as a person would."""
        kind = said.split()[0]
        change = f"update delete {name}. {kind}\nupdate add {name}. 600 {said}"
        lines = f"server {PRIMARY} {self.port}\nzone {ZONE}\n{change}\nsend\n"
        done = self.nsupdate(lines)
        assert done.returncode == 0, done.stderr

    def freeze(self, address: str, *, frozen: bool = True) -> None:
        """Stop a server where it stands: connections are taken by the kernel, and nobody answers; or let it go on."""
        os.kill(self.processes[address].pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def kill(self, address: str) -> None:
        """End one at once."""
        process = self.processes.pop(address, None)
        if process is not None:
            process.kill()
            process.wait()

    def down(self) -> None:
        """End both."""
        for address in list(self.processes):
            self.kill(address)
        for address in (PRIMARY, SECONDARY):
            subprocess.run(["ip", "addr", "del", f"{address}/32", "dev", "lo"], check=False, capture_output=True)


class Keys:
    """Implements Secrets: the right one, another, and one that is none."""

    def get(self, name: str) -> Secret:
        """Return it, or raise Missing."""
        known = {f"tsig-{KEY}": SECRET, "other": "YW5vdGhlciBzZWNyZXQgYWx0b2dldGhlcg==", "text": "no base 64!"}
        if name not in known:
            raise Missing("secret {name} is not there", name=name)
        return Secret(name, known[name])


def adapter(seconds: float = 4.0) -> TcpNameServers:
    """Return the adapter with these keys; servers are addresses here."""
    return TcpNameServers(lambda _name: (), Keys(), seconds)


def zone_at(bind: Bind) -> DnsZone:
    """Return the zone of the tests as these servers have it."""
    return zone_of(PRIMARY, SECONDARY, port=bind.port)
