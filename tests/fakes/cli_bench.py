"""A router in memory behind SSH, and a driver for it: what the drivers' tests start from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli_servers.comware import Comware
from cli_servers.ios import Ios
from cli_servers.router import Arp, BgpPeer, Lldp, OspfPeer, Port, Route, Router, Seen
from cli_servers.ssh_server import known_hosts_line, serving
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8

from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.adapters.comware import ComwareDriver
from jbnet.adapters.ios import IosDriver
from jbnet.adapters.vrp import Vrp5Driver, Vrp8Driver

DRIVERS: dict[type[Router], type[CommandLineDriver]] = {
    Vrp8: Vrp8Driver, Vrp5: Vrp5Driver, Comware: ComwareDriver, Ios: IosDriver
}  # fmt: skip
NAME = "county-r1"
HUAWEI_CONFIG = """\
ip vpn-instance agency
 ipv4-family
  route-distinguisher 64512:1
acl number 3000
 rule 5 permit ip source 10.0.0.0 0.255.255.255
aaa
 local-user netops password irreversible-cipher a-Password-1
 local-user netops service-type ssh
interface GigabitEthernet0/1/0
 description to core-r1
 ip address 10.0.0.1 30
 ospf cost 10
 undo shutdown
interface GigabitEthernet0/1/1
 description agency
interface LoopBack0
 ip address 10.1.0.1 32
bgp 64512
 router-id 10.1.0.1
 peer 10.0.0.2 as-number 64513
 ipv4-family unicast
  undo synchronization
  peer 10.0.0.2 enable
ospf 1 router-id 10.1.0.1
 area 0.0.0.1
  network 10.0.0.0 0.0.0.3
ip route-static 0.0.0.0 0.0.0.0 10.0.0.2 preference 250
snmp-agent
snmp-agent community read cipher a-Community
"""
H3C_CONFIG = (
    HUAWEI_CONFIG.replace(" ipv4-family\n  route-distinguisher", " route-distinguisher")
    .replace("acl number 3000", "acl advanced 3000")
    .replace("aaa\n local-user netops password irreversible-cipher", "local-user netops class manage\n password hash")
    .replace(" local-user netops service-type ssh", " service-type ssh")
    .replace("  undo synchronization\n", "")
    .replace("ipv4-family unicast", "address-family ipv4 unicast")
    .replace("snmp-agent community read cipher", "snmp-agent community read cipher")
)


IOS_CONFIG = """\
archive
 path bootflash:jbnet
username netops privilege 15 secret a-Password-1
interface GigabitEthernet0/1/0
 description to core-r1
 ip address 10.0.0.1 255.255.255.252
 ip ospf cost 10
interface GigabitEthernet0/1/1
 description agency
interface Loopback0
 ip address 10.1.0.1 255.255.255.255
router ospf 1
 router-id 10.1.0.1
ip route 0.0.0.0 0.0.0.0 10.0.0.2 250
snmp-server community a-Community RO
"""
CONFIGS: dict[type[Router], str] = {Comware: H3C_CONFIG, Ios: IOS_CONFIG}


def seen() -> Seen:
    """Return what a county's router sees of its neighbours."""
    return Seen(
        ports=[
            Port("GigabitEthernet0/1/0", mac="00e0-fc12-0001"), Port("GigabitEthernet0/1/1", up=False),
            Port("LoopBack0", mac="0000-0000-0000"),
        ],
        lldp=[
            Lldp("GigabitEthernet0/1/0", "00e0-fc99-0001", "GigabitEthernet0/2/0", "to county-r1", "core-r1",
                 "NetEngine 8000", "10.1.0.9")
        ],
        ospf=[OspfPeer("GigabitEthernet0/1/0", "10.0.0.1", "10.1.0.9", "10.0.0.2", "0.0.0.1")],
        bgp=[BgpPeer("10.0.0.2", 64513, "10.1.0.9", description="core"), BgpPeer("10.0.0.6", 64514, "", state="Idle")],
        arp=[Arp("10.0.0.2", "00e0-fc99-0001", "GigabitEthernet0/1/0")],
        routes=[
            Route("0.0.0.0/0", "Static", 250, 0, "10.0.0.2", "GigabitEthernet0/1/0"),
            Route("10.2.0.0/16", "OSPF", 10, 20, "10.0.0.2", "GigabitEthernet0/1/0"),
        ],
        answers_ping=frozenset({"10.0.0.2"}),
    )  # fmt: skip


def router(kind: type[Router], name: str = NAME) -> Router:
    """Return a county's router."""
    return kind(name, CONFIGS.get(kind, HUAWEI_CONFIG), seen=seen())


@dataclass
class CliBench:
    """A router, its server and where its host key is known; drivers come from here. Implements ``Bench``."""

    router: Router
    port: int
    known_hosts: Path

    def session(self, **optional: object) -> Any:
        """Return a new driver, not logged in."""
        more = {"reboot_timer": True} if isinstance(self.router, Vrp5) else {}
        given = {"addresses": ("127.0.0.1",), "port": self.port, "known_hosts": self.known_hosts, **more, **optional}
        return DRIVERS[type(self.router)](NAME, "netops", "a-Password-1", timeout=10, optional_args=given)

    @contextlib.contextmanager
    def opened(self, **optional: object) -> Iterator[Any]:
        """Give a driver that is logged in."""
        session = self.session(**optional)
        session.open()
        try:
            yield session
        finally:
            session.close()

    def by_hand(self, *lines: str) -> None:
        """Type lines at the console."""
        with self.router.lock:
            self.router.by_hand(*lines)

    def running(self) -> str:
        """Return what runs."""
        return "\n".join(self.router.running.lines())

    def lapse(self) -> None:
        """Let the shortest timer run out."""
        self.router.wait(61)


@contextlib.contextmanager
def cli_bench(kind: type[Router], directory: Path) -> Iterator[CliBench]:
    """Serve a router of this kind for the length of a block."""
    known_hosts = directory / "known_hosts"
    known_hosts.write_text(known_hosts_line(NAME))
    made = router(kind)
    with serving(made) as server:
        yield CliBench(made, server.port, known_hosts)
