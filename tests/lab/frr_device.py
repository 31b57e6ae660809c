"""One FRR router with an SSH server in its own namespaces, for the driver's tests: up in about a second.

Everything the device writes lies in one folder, so that it can be rebooted; ending its first process ends all of it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HELPER = Path(__file__).parents[2] / "jbnet" / "lab" / "image" / "jbnet-commit"

BASE_CONFIG = """\
frr defaults traditional
hostname {name}
no ipv6 forwarding
ip route 203.0.113.0/24 blackhole
!
interface lan1
 description office
exit
!
"""

BOOT = r"""
set -e
exec >>"$1/boot.log" 2>&1
hostname "$2"
mount --bind "$1/run" /run; mkdir -p /run/frr /run/sshd; chown frr:frr /run/frr
mount --bind "$1/etc-frr" /etc/frr
mount -t tmpfs none /var/lib; mkdir /var/lib/jbnet; mount --bind "$1/lib" /var/lib/jbnet; mount -t tmpfs none /var/tmp
for file in passwd group shadow; do mount --bind "$1/$file" /etc/$file; done
mount -t tmpfs none /usr/local; mkdir -p /usr/local/libexec; cp "$1/jbnet-commit" /usr/local/libexec/
mount -t tmpfs none /var/log; mkdir -p /var/log/frr; chown frr:frr /var/log/frr
echo 1 > /proc/sys/net/ipv4/ip_forward; ip link set lo up; ip link add lan1 type bridge; ip link set lan1 up
/usr/local/libexec/jbnet-commit boot
/usr/lib/frr/zebra -d -A 127.0.0.1 -M snmp; /usr/lib/frr/staticd -d -A 127.0.0.1
/usr/lib/frr/ospfd -d -A 127.0.0.1 -M snmp
/usr/lib/frr/bgpd -d -A 127.0.0.1 -M snmp; /usr/lib/frr/bfdd -d -A 127.0.0.1
vtysh -b || true
/usr/sbin/sshd -f "$1/sshd_config"
echo up > "$1/up"
exec /usr/bin/python3 -c '
import os, time
while True:
    try: os.wait()
    except ChildProcessError: time.sleep(0.2)
'
"""

SSHD_CONFIG = """\
HostKey {root}/host_key
PidFile {root}/sshd.pid
AuthorizedKeysFile {root}/authorized_keys
PasswordAuthentication no
UsePAM no
StrictModes no
MaxStartups 100
ListenAddress 0.0.0.0
"""


def until(condition: object, seconds: float, what: str) -> None:
    """Wait for a condition, and fail saying what did not come."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.03)


@dataclass
class FrrDevice:
    """A running device: ``address`` is where it listens, ``state`` a state directory that knows its key."""

    name: str
    root: Path
    state: Path
    address: str
    host_address: str
    link: str
    first: subprocess.Popen[bytes] | None = None
    log: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Boot it and wait until its SSH server speaks."""
        (self.root / "up").unlink(missing_ok=True)
        self.first = subprocess.Popen(
            [
                "unshare",
                "--net",
                "--mount",
                "--pid",
                "--uts",
                "--fork",
                "--kill-child=KILL",
                "--mount-proc",
                "sh",
                "-c",
                BOOT,
                "boot",
                str(self.root),
                self.name,
            ],
        )
        until(self._namespace, 5, "network namespace")
        self._wire()
        until((self.root / "up").exists, 10, f"boot of {self.name}: {self._boot_log()}")
        until(self._answers, 5, "ssh answers")

    def _boot_log(self) -> str:
        log = self.root / "boot.log"
        return log.read_text() if log.exists() else ""

    def _namespace(self) -> bool:
        assert self.first is not None
        return Path(f"/proc/{self.first.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()

    def _wire(self) -> None:
        assert self.first is not None
        child = str(self.first.pid)
        run = subprocess.run
        run(["ip", "link", "add", self.link, "type", "veth", "peer", "name", "up1", "netns", child], check=True)
        run(["ip", "addr", "add", f"{self.host_address}/30", "dev", self.link], check=True)
        run(["ip", "link", "set", self.link, "up"], check=True)
        run(["nsenter", "-t", child, "-n", "ip", "addr", "add", f"{self.address}/30", "dev", "up1"], check=True)
        run(["nsenter", "-t", child, "-n", "ip", "link", "set", "up1", "up"], check=True)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.address, 22), timeout=1) as sock:
            return sock.recv(4) == b"SSH-"
        return False

    def stop(self) -> None:
        """Pull the plug."""
        if self.first is not None:
            self.first.kill()  # --kill-child ends the first process inside, and with it everything in there
            self.first.wait()
            self.first = None
        subprocess.run(["ip", "link", "del", self.link], check=False, capture_output=True)

    def run(self, *argv: str, stdin: str | None = None) -> str:
        """Run a command as root inside, past SSH: what a person at the console would do."""
        assert self.first is not None
        into = [
            "nsenter",
            "-t",
            str(self.first.pid),
            "-n",
            "-m",
            "-u",
            f"--pid=/proc/{self.first.pid}/ns/pid_for_children",
        ]
        return subprocess.run([*into, *argv], input=stdin, capture_output=True, text=True, check=True).stdout

    def vtysh(self, *commands: str) -> str:
        """Type commands into the router by hand."""
        return self.run("vtysh", *(part for command in commands for part in ("-c", command)))

    def running(self) -> str:
        """Return what runs."""
        return self.vtysh("show running-config no-header")

    def startup(self) -> str:
        """Return what would start."""
        return self.run("cat", "/etc/frr/frr.conf")


def keygen(file: Path) -> str:
    """Make an ed25519 key pair and return the public line."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(file)], check=True)
    return file.with_suffix(".pub").read_text()


def build(name: str = "test-r1") -> FrrDevice:
    """Lay out a device in a folder of its own; ``start`` boots it."""
    root = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    root.chmod(0o755)
    for folder in ("run", "etc-frr", "lib", "state", "state/keys"):
        (root / folder).mkdir(mode=0o755)
    shutil.copy(HELPER, root / "jbnet-commit")
    _accounts(root)
    host_key = keygen(root / "host_key")
    (root / "authorized_keys").write_text(keygen(root / "state/keys/netops"))
    (root / "state/known_hosts").write_text(f"{name} {' '.join(host_key.split()[:2])}\n")
    (root / "sshd_config").write_text(SSHD_CONFIG.format(root=root))
    (root / "etc-frr/frr.conf").write_text(BASE_CONFIG.format(name=name))
    (root / "etc-frr/vtysh.conf").write_text("service integrated-vtysh-config\n")
    shutil.chown(root / "etc-frr", "frr", "frr")
    (root / "etc-frr").chmod(0o2770)
    shutil.chown(root / "etc-frr/frr.conf", "frr", "frr")
    os.chown(root / "lib", NETOPS, -1)
    number = secrets.randbelow(2**14) * 4
    base = (198 << 24) + (18 << 16) + number
    here, there = (socket.inet_ntoa((base + n).to_bytes(4, "big")) for n in (1, 2))
    return FrrDevice(name, root, root / "state", there, here, f"jbt{secrets.token_hex(4)}")


NETOPS = 42001


def _accounts(root: Path) -> None:
    passwd = Path("/etc/passwd").read_text()
    (root / "passwd").write_text(f"{passwd}netops:x:{NETOPS}:{NETOPS}::/tmp:/bin/bash\n")
    shadow = Path("/etc/shadow").read_text()
    (root / "shadow").write_text(f"{shadow}netops:*:20000::::::\n")
    lines = []
    for line in Path("/etc/group").read_text().splitlines():
        member = line.split(":")[0] in ("frr", "frrvty")
        lines.append((line + ("," if line[-1] != ":" else "") + "netops") if member else line)
    (root / "group").write_text("\n".join([*lines, f"netops:x:{NETOPS}:"]) + "\n")


def destroy(device: FrrDevice) -> None:
    """Stop the device and leave nothing behind."""
    device.stop()
    shutil.rmtree(device.root, ignore_errors=True)
