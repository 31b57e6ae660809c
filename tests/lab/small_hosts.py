"""Two database hosts and a router between them, in namespaces: what the recovery adapters need, without the lab.

A third one stands beside the first where a database has a local standby.

Each host is a set of network, mount and process namespaces with its own /var/lib and /run and an SSH
server as first process: ending that ends the host.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

import jbnet.lab
from jbnet.model.business import Replication
from jbnet.model.errors import Unreachable
from jbnet.model.network import (
    Circuit,
    CircuitRole,
    Database,
    Device,
    Interface,
    InterfaceKind,
    Network,
    Termination,
)
from jbnet.model.secrets import Secret
from jbnet.ports import Completed, RemoteHost

A, B, BESIDE, ROUTER = "one-db1", "two-db1", "one-db2", "mid-r1"
ADDRESSES = {A: "10.1.0.1", B: "10.2.0.1", BESIDE: "10.1.1.1"}
LINES = {A: ("db1-1", "one-up1"), B: ("two-1", "two-up1"), BESIDE: ("db2-1", "one-up2")}
"""By host: the router's interface to it, and the circuit."""
SERVICES = {"production": "10.3.0.1", "exchange": "10.3.0.2", "decision": "10.3.0.3"}

FENCE_HELPER = Path(jbnet.lab.__file__).parent / "image" / "jbnet-fence"
SSHD = """
Port 22
HostKey {directory}/host_key
PidFile none
AuthorizedKeysFile {directory}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
MaxStartups 100
"""


PASSWORD = "a-password-to-look-for"


class Passwords:
    """Implements Secrets."""

    def get(self, name: str) -> Secret:
        """Return a secret that a test can look for."""
        return Secret(name, f"{PASSWORD}-{name}")


MODES = {
    "production": Replication.BLOCK,
    "exchange": Replication.ASYNC,
    "decision": Replication.ASYNC,
}


def declared(modes: Mapping[str, Replication] = MODES) -> Network:
    """Return the network that the namespaces are: the hosts, a router, three databases."""

    def device(name: str, role: str, *interfaces: tuple[str, str, str]) -> Device:
        ports = tuple(Interface(n, InterfaceKind.CIRCUIT, IPv4Interface(a), circuit=c) for n, a, c in interfaces)
        return Device(name, name.rsplit("-", 1)[0], "", role, "frr", None, ports)

    names = database_hosts(modes)
    ports = {host: (LINES[host][0], f"{gateway(host)}/24", LINES[host][1]) for host in names}
    hosts = {
        host: device(host, "database-server", ("up1", f"{ADDRESSES[host]}/24", LINES[host][1])) for host in names
    } | {ROUTER: device(ROUTER, "dc-router", *ports.values())}
    circuits = {
        name: Circuit(name, Termination(ROUTER, port), Termination(host, "up1"), CircuitRole.PRIMARY)
        for host, (port, _, name) in ports.items()
    }
    databases = {
        name: Database(name, name, IPv4Address(address), 5432 + n, A, B, modes[name], 60, 0,
                       local_standby=BESIDE if modes[name].local else None)
        for n, (name, address) in enumerate(SERVICES.items())
    }  # fmt: skip
    return Network(
        "test", "测试", 64512, IPv4Network("10.0.0.0/8"), devices=hosts, circuits=circuits, databases=databases
    )


def database_hosts(modes: Mapping[str, Replication]) -> tuple[str, ...]:
    """Return the hosts that databases of these modes want."""
    return (A, B, BESIDE) if any(mode.local for mode in modes.values()) else (A, B)


def gateway(host: str) -> str:
    """Return the router's address towards a host."""
    return str(IPv4Network(f"{ADDRESSES[host]}/24", strict=False)[254])


def run(*argv: str, stdin: str | None = None) -> str:
    """Run a command on the machine and return what it printed. Raises CalledProcessError with what it said."""
    try:
        return subprocess.run(argv, input=stdin, check=True, capture_output=True, text=True).stdout
    except subprocess.CalledProcessError as error:
        error.add_note((error.stdout[-2000:] + error.stderr[-4000:]).strip())
        raise


@dataclass
class EnteredHost:
    """Implements RemoteHost by entering the namespaces of a host (no SSH); there is no account ``netops`` in it."""

    name: str
    user: str
    pid: int

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run as the user; a host that is gone is Unreachable."""
        if not Path(f"/proc/{self.pid}").exists():
            raise Unreachable("{host} does not answer", host=self.name)
        enter = ["nsenter", "-t", str(self.pid), "-n", "-m", "-p", "--", "runuser", "-u", self.user, "--"]
        helper = [str(FENCE_HELPER)] if self.user == "root" else []  # root's key has a forced command
        try:
            done = subprocess.run(
                [*enter, *helper, *argv], input=stdin or "", capture_output=True, text=True, timeout=timeout, cwd="/"
            )
        except subprocess.TimeoutExpired as error:
            raise Unreachable("{host} does not answer", host=self.name) from error
        return Completed(tuple(argv), done.returncode, done.stdout, done.stderr)


class SmallHosts:
    """The namespaces; use as a context manager."""

    def __init__(self, directory: Path, modes: Mapping[str, Replication] = MODES):
        self.directory = directory
        self.network = declared(modes)
        self.hosts = database_hosts(modes)
        self.prefix = f"jbt{os.getpid()}"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> SmallHosts:
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in (*self.hosts, ROUTER):
            self.kill(name)
            with contextlib.suppress(subprocess.CalledProcessError):
                run("ip", "netns", "del", self.netns(name))

    def netns(self, name: str) -> str:
        """Return the network namespace's name."""
        return f"{self.prefix}-{name}"

    def _make(self) -> None:
        for name in (*self.hosts, ROUTER):
            run("ip", "netns", "add", self.netns(name))
            run("ip", "-n", self.netns(name), "link", "set", "lo", "up")
        for host in self.hosts:
            port = LINES[host][0]
            run(
                "ip",
                "-n",
                self.netns(host),
                "link",
                "add",
                "up1",
                "type",
                "veth",
                "peer",
                port,
                "netns",
                self.netns(ROUTER),
            )
            run("ip", "-n", self.netns(host), "addr", "add", f"{ADDRESSES[host]}/24", "dev", "up1")
            run("ip", "-n", self.netns(ROUTER), "addr", "add", f"{gateway(host)}/24", "dev", port)
            run("ip", "-n", self.netns(host), "link", "set", "up1", "up")
            run("ip", "-n", self.netns(ROUTER), "link", "set", port, "up")
            run("ip", "-n", self.netns(host), "route", "add", "default", "via", gateway(host))
        run("ip", "netns", "exec", self.netns(ROUTER), "sysctl", "-qw", "net.ipv4.ip_forward=1")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.directory / "key"))
        for name in (*self.hosts, ROUTER):
            self.boot(name)

    def boot(self, name: str) -> None:
        """Start a host's first process: an SSH server."""
        home = self.directory / name
        if not home.exists():
            (home / "lib" / "postgresql" / "15").mkdir(parents=True)
            (home / "lib" / "jbnet").mkdir()
            run("chown", "-R", "postgres:", str(home / "lib" / "postgresql"))
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / "host_key"))
            (home / "authorized").write_text((self.directory / "key.pub").read_text())
            (home / "sshd").write_text(SSHD.format(directory=home))
            shadow = Path("/etc/shadow").read_text().splitlines()
            unlocked = [line.replace("postgres:!:", "postgres:*:", 1) for line in shadow]
            (home / "shadow").write_text("\n".join([*unlocked, ""]))
            kind, key, *_ = (home / "host_key.pub").read_text().split()
            with (self.directory / "known_hosts").open("a") as stream:
                stream.write(f"{name} {kind} {key}\n")
        script = " && ".join(
            [
                f"mount --bind {home}/lib /var/lib",
                f"mount --bind {home}/shadow /etc/shadow",
                "mount -t tmpfs tmpfs /run",
                "mkdir /run/sshd",
                f"exec /usr/sbin/sshd -D -f {home}/sshd",
            ]
        )
        unshare = ["unshare", "-m", "-p", "-i", "-f", "--kill-child", "--mount-proc", "sh", "-c", script]
        self.processes[name] = subprocess.Popen(["ip", "netns", "exec", self.netns(name), *unshare])
        self._wait_listening(name)

    def _wait_listening(self, name: str) -> None:
        while ":22" not in run("ip", "netns", "exec", self.netns(name), "ss", "-ltnH"):
            assert self.processes[name].poll() is None, f"{name} did not start"

    def kill(self, name: str) -> None:
        """End everything of a host at once."""
        process = self.processes.pop(name, None)
        if process:
            process.kill()
            process.wait()

    def first_process(self, name: str) -> int:
        """Return the process id (seen from outside) of the host's first process."""
        parent = self.processes[name].pid if name in self.processes else 0
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split() if parent else []
        return int(children[0]) if children else 0

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        """Implement RemoteHosts."""
        return EnteredHost(device, "postgres" if user == "netops" else user, self.first_process(device) or -1)

    def execute(self, name: str, *argv: str) -> str:
        """Run a command in the host's network namespace only."""
        return run("ip", "netns", "exec", self.netns(name), *argv)


@contextlib.contextmanager
def small_hosts(directory: Path, modes: Mapping[str, Replication] = MODES) -> Iterator[SmallHosts]:
    """Make the hosts in a directory that the account ``postgres`` may enter; ``modes`` of the databases."""
    with SmallHosts(directory, modes) as hosts:
        yield hosts
