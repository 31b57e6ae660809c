"""Routers with FRR and their SSH servers on lines between each other: what acts on routing, without the lab.

Each is a device of ``frr_device``; all of them know the key of the first, and one file knows all their host keys.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from frr_device import BASE_CONFIG, FrrDevice, build, destroy

from jbnet.adapters.ssh import SshHosts

OSPF = """\
interface lo
 ip address {loopback}/32
 ip ospf area 0.0.0.0 {loopback}
 ip ospf passive
exit
!
router ospf
 ospf router-id {loopback}
 timers throttle spf 50 100 5000
 timers throttle lsa all 500
 timers lsa min-arrival 100
{more}exit
!
"""
PORT = """\
interface {name}
 ip address {address}/31
 ip ospf area 0.0.0.0
 ip ospf cost {cost}
 ip ospf dead-interval 4
 ip ospf hello-interval 1
 ip ospf network point-to-point
exit
!
"""

EXTERNAL = re.compile(r"LS age: (\d+)\s.*?Link State ID: (\S+).*?LS Seq Number: (\S+).*?Metric Type: ([12])", re.DOTALL)
MAX_AGE = 3600
"""Seconds: the age of an LSA that is withdrawn, and still in the database for a while (RFC 2328, 14)."""


@dataclass(frozen=True)
class Line:
    """A line: its two ends (device, port), their addresses (a /31 that begins at ``first``) and costs."""

    a: tuple[str, str]
    z: tuple[str, str]
    first: str
    costs: tuple[int, int] = (10, 10)

    @property
    def ends(self) -> tuple[tuple[str, str, str, int], ...]:
        """Return each end as device, port, address and cost."""
        low = IPv4Address(self.first)
        return ((*self.a, str(low), self.costs[0]), (*self.z, str(low + 1), self.costs[1]))


class FrrNet:
    """The routers by name; ``loopbacks`` has the address of each."""

    def __init__(self, loopbacks: Mapping[str, str], lines: Sequence[Line], more: Mapping[str, str]):
        self.loopbacks, self.lines, self.more = loopbacks, lines, more
        self.devices: dict[str, FrrDevice] = {}

    @property
    def state(self) -> Path:
        """A state directory with the key for every router, and the host keys of all."""
        return next(iter(self.devices.values())).state

    def start(self) -> None:
        """Lay out, boot and connect them."""
        for name in self.loopbacks:
            self.devices[name] = build(name)
        first = next(iter(self.devices.values()))
        known = "".join((device.state / "known_hosts").read_text() for device in self.devices.values())
        (self.state / "known_hosts").write_text(known)
        for name, device in self.devices.items():
            (device.root / "authorized_keys").write_text((first.state / "keys/netops.pub").read_text())
            (device.root / "etc-frr/frr.conf").write_text(self._config(name))
            device.start()
        for line in self.lines:
            self._wire(line)

    def _config(self, name: str) -> str:
        ports = [PORT.format(name=port, address=address, cost=cost)
                 for line in self.lines for device, port, address, cost in line.ends if device == name]  # fmt: skip
        ospf = OSPF.format(loopback=self.loopbacks[name], more=self.more.get(name, ""))
        return "".join((BASE_CONFIG.format(name=name), *ports, ospf))

    def _wire(self, line: Line) -> None:
        (near, port), (far, there) = line.a, line.z
        one, other = (str(self._pid(name)) for name in (near, far))
        inside = ["nsenter", "-t", one, "-n", "ip", "link"]
        subprocess.run([*inside, "add", port, "type", "veth", "peer", "name", there, "netns", other], check=True)
        for name, end in (line.a, line.z):
            self.devices[name].run("ip", "link", "set", end, "up")

    def _pid(self, name: str) -> int:
        first = self.devices[name].first
        assert first is not None
        return first.pid

    def stop(self) -> None:
        """Leave nothing behind."""
        for device in self.devices.values():
            destroy(device)

    def hosts(self) -> SshHosts:
        """Return the routers as jbnet reaches them."""
        return SshHosts(self.state, lambda name: [self.devices[name].address])

    def externals(self, name: str) -> dict[str, tuple[int, str]]:
        """Return what a router announces into OSPF from outside: the metric type and the LSA's sequence number."""
        said = self.devices[name].vtysh("show ip ospf database external self-originate")
        found = EXTERNAL.findall(said)
        return {address: (int(kind), number) for age, address, number, kind in found if int(age) < MAX_AGE}

    def next_hops(self, name: str, prefix: str) -> set[str]:
        """Return the next hops that a router uses for a prefix."""
        said = json.loads(self.devices[name].vtysh(f"show ip route {prefix} json"))
        used = [entry for entry in said.get(prefix, []) if entry.get("selected")]
        return {hop["ip"] for entry in used for hop in entry["nexthops"] if "ip" in hop and hop.get("active")}


@contextmanager
def frr_net(
    loopbacks: Mapping[str, str], lines: Sequence[Line], more: Mapping[str, str] | None = None
) -> Iterator[FrrNet]:
    """Have the routers during the ``with``; ``more``: further lines of a router's OSPF process, indented."""
    net = FrrNet(loopbacks, lines, more or {})
    try:
        net.start()
        yield net
    finally:
        net.stop()


@contextmanager
def routes_watched(net: FrrNet, name: str) -> Iterator[list[str]]:
    """Yield a list that holds, after the ``with``, every change of the router's kernel routes meanwhile."""
    seen: list[str] = []
    with ExitStack() as stack:
        pid = str(net._pid(name))
        argv = ["nsenter", "-t", pid, "-n", "ip", "-o", "monitor", "route"]
        watching = stack.enter_context(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True))
        try:
            yield seen
        finally:
            marker = "192.0.2.77"  # what happened before it has been told before it
            for act in ("add", "del"):
                net.devices[name].run("ip", "route", act, "blackhole", marker)
            assert watching.stdout is not None
            for said in watching.stdout:
                if marker in said and said.startswith("Deleted"):
                    break
                seen.append(said.strip())
            watching.kill()
