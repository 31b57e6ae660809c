"""Which host announces a service address: the /32 on its loopback interface, announced by its own FRR in OSPF.

Typed into the running configuration over SSH and never saved: a host that boots announces nothing by itself.

Which of its addresses a host announces as preferred (external type 1) stands in a prefix list that a clause of the
route map asks, not in ``redistribute``: that has one type for all of them, and addresses of several databases move at
the same time (ADR 65).
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
PREFERRED = "PREFERRED"
"""The prefix list of the addresses that a host announces as preferred. FRR removes a list with its last entry, and a
clause that asks a list that is not there matches nothing."""
CLAUSE = "route-map SERVICE permit 1"
"""It comes before the declared one, which admits all service addresses as type 2."""
SETTLE = r"""
no=$1; kept=$2; shift 2
vtysh -c "configure terminal" -c "$no" >/dev/null 2>&1  # refused where it is not there: looked for below
vtysh "$@" || exit
running=$(vtysh -c "show running-config") || exit
if printf '%s\n' "$running" | grep -q "^ip prefix-list LIST seq [0-9]* permit $kept\$"; then
  echo "$kept is still preferred" >&2; exit 1
fi
case $running in
*"ip prefix-list LIST seq "*) ;;
*) vtysh -c "configure terminal" -c "no CLAUSE" ;;
esac
""".replace("LIST", PREFERRED).replace("CLAUSE", CLAUSE)
"""Arguments: the line that takes a preference away, the address with its length, what else vtysh is told. The clause
goes where no address has a preference any more: the host then runs what is declared."""


def announcing(address: str) -> tuple[str, ...]:
    """Return the lines that let a host announce a service address as preferred (``OspfRoutes.announce``).

    The preference stands before the address does, so that it is announced so from its first moment.
    """
    match = f"match ip address prefix-list {PREFERRED}"
    entry = f"ip prefix-list {PREFERRED} permit {address}/32"
    return (entry, CLAUSE, match, "set metric-type type-1", "exit", *_holding(address))


def withdrawing(address: str) -> tuple[str, ...]:
    """Return the lines that take a service address from a host, and its preference; that comes last, for FRR
    refuses to take one away that is not there.
    """
    return ("interface lo", f"no ip address {address}/32", "exit", _not_preferring(address))


def _holding(address: str) -> tuple[str, ...]:
    return ("router ospf", ANNOUNCE, "exit", "interface lo", f"ip address {address}/32")


def _not_preferring(address: str) -> str:
    return f"no ip prefix-list {PREFERRED} permit {address}/32"


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
        an old primary that comes back with the address still on it attracts nobody. Other addresses of the host stay
        as they are announced.
        """
        if prefer:
            self._configure(host, "vtysh", *configuring(*announcing(address)))
        else:
            self._settle(host, address, *_holding(address))

    def withdraw(self, address: str, host: str) -> None:
        """Remove the address; nothing happens when the host does not hold it."""
        if self.announces(address, host):
            self._settle(host, address, "interface lo", f"no ip address {address}/32")

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

    def _settle(self, host: str, address: str, *lines: str) -> None:
        """Type lines, and take the address's preference away."""
        words = (_not_preferring(address), f"{address}/32", *configuring(*lines))
        self._configure(host, "sh", "-c", SETTLE, "settle", *words)

    def _configure(self, host: str, *argv: str) -> None:
        with self._configuring:
            self._run(host, argv)

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
