"""Which host announces a service address: the /32 on its loopback interface, announced by its own FRR in OSPF.

Typed into the running configuration over SSH and never saved: a host that boots announces nothing by itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

from jbnet.model.errors import CommandFailed
from jbnet.model.text import text
from jbnet.ports import Completed, RemoteHosts

ACCOUNT = "netops"
ANSWER_S = 10.0
ANNOUNCE = "redistribute connected route-map SERVICE"


def announcing(address: str, *, prefer: bool) -> tuple[str, ...]:
    """Return the lines that let a host announce a service address; ``prefer`` as with ``OspfRoutes.announce``."""
    kind = " metric-type 1" if prefer else ""
    return ("router ospf", f"{ANNOUNCE}{kind}", "exit", "interface lo", f"ip address {address}/32")


def withdrawing(address: str) -> tuple[str, ...]:
    """Return the lines that take a service address from a host."""
    return ("interface lo", f"no ip address {address}/32")


def configuring(*lines: str) -> tuple[str, ...]:
    """Return the arguments with which vtysh types lines into the running configuration."""
    return _each(("configure terminal", *lines))


def _each(commands: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for command in commands for word in ("-c", command))


class OspfRoutes:
    """Implements RouteControl with vtysh."""

    def __init__(self, hosts: RemoteHosts):
        self._hosts = hosts
        self._configuring = threading.Lock()
        """One at a time: FRR locks its configuration for who is in it, and turns a second one away."""

    def announce(self, address: str, host: str, *, prefer: bool) -> None:
        """Add the address.

        ``prefer`` announces as external type 1, which wins over type 2 whatever its distance (RFC 2328, 16.4):
        an old primary that comes back with the address still on it attracts nobody.
        """
        self._configure(host, *announcing(address, prefer=prefer))

    def withdraw(self, address: str, host: str) -> None:
        """Remove the address; nothing happens when the host does not hold it."""
        if self.announces(address, host):
            self._configure(host, *withdrawing(address))

    def announces(self, address: str, host: str) -> bool:
        """Look at the host's kernel: that is what answers to clients, however it came there."""
        done = self._run(host, ("ip", "-json", "address", "show", "dev", "lo"))
        links = json.loads(done.stdout or "[]")
        held = {(a["local"], a["prefixlen"]) for link in links for a in link.get("addr_info", ())}
        return (address, 32) in held

    def seen_at(self, address: str, device: str) -> tuple[str, ...]:
        """Return the next hops of the route that the device's kernel uses for the address."""
        said = self._vtysh(device, f"show ip route {address}/32 json").stdout
        entries = [entry for found in json.loads(said or "{}").values() for entry in found]
        used = [entry for entry in entries if entry.get("selected") and entry.get("installed")]
        return tuple(sorted({hop["ip"] for entry in used for hop in entry.get("nexthops", ()) if "ip" in hop}))

    def _configure(self, host: str, *lines: str) -> None:
        with self._configuring:
            self._run(host, ("vtysh", *configuring(*lines)))

    def _vtysh(self, host: str, *commands: str) -> Completed:
        return self._run(host, ("vtysh", *_each(commands)))

    def _run(self, host: str, argv: Sequence[str]) -> Completed:
        done = self._hosts.host(host, ACCOUNT).run(argv, timeout=ANSWER_S)
        if done.code != 0:
            raise CommandFailed(
                "{host}: {command} failed: {error}",
                host=host,
                command=argv[0],
                error=(done.stderr or done.stdout).strip()[-300:],
                hint=text("look there with: jbnet lab shell {host}", host=host),
            )
        return done
