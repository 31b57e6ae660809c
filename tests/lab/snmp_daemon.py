"""A real net-snmp agent on loopback, with files of its own in a temporary folder."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jbnet.model.secrets import Secret
from jbnet.snmp.types import SnmpTarget

COMMUNITY = "lab-community"
ENGINE = "80001f8804636f72652d7231"


@dataclass(frozen=True)
class User:
    """A user of the agent; the passwords follow from the name."""

    name: str
    auth: str
    priv: str

    @property
    def passwords(self) -> tuple[str, str]:
        """Return authentication and privacy password."""
        return f"auth-of-{self.name}", f"priv-of-{self.name}"

    @property
    def level(self) -> str:
        """Return net-snmp's name of the level."""
        return "authPriv" if self.priv else "authNoPriv" if self.auth else "noAuthNoPriv"

    def arguments(self) -> list[str]:
        """Return what net-snmp's commands want to hear."""
        auth, priv = self.passwords
        given = ["-v3", "-u", self.name, "-l", self.level]
        if self.auth:
            given += ["-a", self.auth, "-A", auth]
        return [*given, "-x", self.priv, "-X", priv] if self.priv else given


USERS = (
    User("sha-aes", "SHA", "AES"),
    User("sha256-aes", "SHA-256", "AES"),
    User("sha512-aes", "SHA-512", "AES"),
    User("md5-des", "MD5", "DES"),
    User("sha384-des", "SHA-384", "DES"),
    User("sha224-only", "SHA-224", ""),
)
AUTHS = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
PRIVS = ("", "DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C")
# Every pair of protocols that net-snmp has, and a user without any.
PAIRS = (User("nobody", "", ""), *(User(f"{auth}+{priv}".lower(), auth, priv) for auth in AUTHS for priv in PRIVS))


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which net-snmp reads and writes nothing but ``folder``.

    The persistent folder must be in the search path as well: else snmpd forgets its engine boots at every start.
    """
    persistent = folder / "persistent"
    paths = {"SNMPCONFPATH": f"{folder}:{persistent}", "SNMP_PERSISTENT_DIR": str(persistent)}
    return {**os.environ, "MIBS": "", **paths}


class Daemon:
    """One snmpd. It keeps its engine boots in ``folder``, so stopping and starting it is a restart of the engine."""

    def __init__(self, folder: Path, extra: Sequence[str] = (), users: Sequence[User] = USERS):
        self._folder, self._users = folder, users
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "snmpd.conf").write_text("\n".join([*self._lines(), *extra, ""]))
        self._process: subprocess.Popen[bytes] | None = None

    def _lines(self) -> list[str]:
        lines = [f"agentAddress udp:0.0.0.0:{self.port},udp6:[::1]:{self.port}", "sysName core-r1"]
        lines += [f"rocommunity {COMMUNITY}", f"rocommunity6 {COMMUNITY}", f"exactEngineID 0x{ENGINE}"]
        for user in self._users:
            auth, priv = user.passwords
            privacy = f" {user.priv} {priv}" if user.priv else ""
            lines += [f"createUser {user.name} {user.auth} {auth}{privacy}" if user.auth else f"createUser {user.name}"]
            lines += [f"rouser {user.name} {'priv' if user.priv else 'auth' if user.auth else 'noauth'}"]
        return lines

    def start(self) -> None:
        """Start it and wait until it says that it runs."""
        log = self._folder / "log"
        log.unlink(missing_ok=True)
        argv = ["snmpd", "-f", "-Lf", str(log)]
        self._process = subprocess.Popen(argv, env=environment(self._folder), stderr=subprocess.DEVNULL)
        while "NET-SNMP version" not in (log.read_text() if log.exists() else ""):
            assert self._process.poll() is None, log.read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it, letting it write its boots down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def community(self, address: str = "127.0.0.1") -> SnmpTarget:
        """Return an SNMPv2c target; the agent answers on every address of 127.0.0.0/8."""
        return SnmpTarget(f"v2c-{address}", address, self.port, community=Secret("c", COMMUNITY))

    def user(self, user: User, address: str = "127.0.0.1") -> SnmpTarget:
        """Return an SNMPv3 target."""
        auth, priv = (Secret(user.name, password) for password in user.passwords)
        return SnmpTarget(
            f"{user.name}-{address}", address, self.port, "3", None, user.name, user.auth, auth, user.priv, priv
        )

    def place(self, address: str = "127.0.0.1") -> str:
        """Return how net-snmp's commands name the agent."""
        return f"udp6:[{address}]:{self.port}" if ":" in address else f"udp:{address}:{self.port}"
