"""Generated configurations of VRP and Comware, and a router in memory that the commands of a patch are typed into."""

from __future__ import annotations

from collections.abc import Sequence

from cli_servers.comware import Comware
from cli_servers.console import Console
from cli_servers.router import Router
from cli_servers.vrp8 import Vrp8
from hypothesis import strategies as st

from jbnet.adapters.commandline.dialect import view_in
from jbnet.adapters.commandline.walk import Walk
from jbnet.config.tree import Path

NEXT_HOPS = st.sampled_from(["10.0.0.2", "10.0.0.6", "NULL0"])
ROUTE_WORDS = ["", " preference 200", " description hall, 17", " preference 70 description far"]
NAMES = st.sampled_from(["core", "agency", "uplink 1", "to county-r1"])
OCTETS = st.integers(0, 3)
VPNS = ("finance", "health")


@st.composite
def interface(draw: st.DrawFn, name: str, vpns: Sequence[str], kind: type[Router]) -> list[str]:
    """One interface: description, binding, addresses, OSPF, in the order in which the devices print them."""
    lines = [f"interface {name}"]
    lines += [f" description {draw(NAMES)}"] if draw(st.booleans()) else []
    vpn = draw(st.sampled_from([*vpns, None])) if vpns else None
    lines += [f" ip binding vpn-instance {vpn}"] if vpn else []
    if draw(st.booleans()):
        lines.append(f" ip address 10.{draw(OCTETS)}.0.1 255.255.255.252")
        lines += [f" ip address 10.{draw(OCTETS)}.9.1 255.255.255.0 sub"] if draw(st.booleans()) else []
        lines += [f" ospf cost {draw(st.integers(1, 20))}"] if draw(st.booleans()) else []
        lines += [" ospf network-type p2p"] if draw(st.booleans()) else []
    lines += [" mtu 1400"] if draw(st.booleans()) else []
    if not name.startswith("LoopBack"):
        shut = draw(st.booleans())
        lines += [" shutdown"] if shut else [" undo shutdown"] if kind is Vrp8 else []
    return lines


@st.composite
def ospf(draw: st.DrawFn) -> list[str]:
    lines = [f"ospf 1 router-id 10.1.0.{draw(st.integers(1, 2))}"]
    lines += [" silent-interface LoopBack0"] if draw(st.booleans()) else []
    for area in draw(st.lists(OCTETS, unique=True, max_size=3)):
        lines.append(f" area 0.0.0.{area}")
        lines += [f"  network 10.{n}.0.0 0.0.0.255" for n in draw(st.lists(OCTETS, unique=True, max_size=3))]
        lines += ["  nssa no-summary"] if area and draw(st.booleans()) else []
    return lines


@st.composite
def bgp(draw: st.DrawFn, kind: type[Router]) -> list[str]:
    peers = draw(st.dictionaries(OCTETS, st.integers(65000, 65002), max_size=3))
    family = "address-family ipv4 unicast" if kind is Comware else "ipv4-family unicast"
    lines = ["bgp 64512", " router-id 10.1.0.1"]
    for peer, number in peers.items():
        lines.append(f" peer 10.9.0.{peer} as-number {number}")
        lines += [f" peer 10.9.0.{peer} description {draw(NAMES)}"] if draw(st.booleans()) else []
    lines.append(f" {family}")
    lines += [] if kind is Comware else ["  undo synchronization"]
    lines += [f"  peer 10.9.0.{peer} enable" for peer in peers if draw(st.booleans())]
    lines += [f"  network 10.{n}.0.0 255.255.0.0" for n in draw(st.lists(OCTETS, unique=True, max_size=2))]
    return lines


@st.composite
def rules(draw: st.DrawFn, kind: type[Router]) -> list[str]:
    """Access and prefix lists."""
    heading = "acl advanced 3000" if kind is Comware else "acl number 3000"
    numbers = draw(st.lists(st.sampled_from([5, 10, 15]), unique=True, max_size=3))
    lines = [heading, *(f" rule {n} permit ip source 10.{draw(OCTETS)}.0.0 0.0.255.255" for n in sorted(numbers))]
    words = "ip prefix-list" if kind is Comware else "ip ip-prefix"
    indexes = draw(st.lists(st.sampled_from([10, 20, 30]), unique=True, max_size=3))
    return [*lines, *(f"{words} agencies index {n} permit 10.{draw(OCTETS)}.0.0 16" for n in sorted(indexes))]


@st.composite
def configs(draw: st.DrawFn, kind: type[Router]) -> str:
    """A whole configuration that a router of this kind takes as it is."""
    vpns = draw(st.lists(st.sampled_from(VPNS), unique=True))
    lines = [f"sysname {draw(st.sampled_from(['r1', 'r2']))}"]
    for vpn in vpns:
        lines += [f"ip vpn-instance {vpn}"]
        distinguisher = f"route-distinguisher 64512:{VPNS.index(vpn) + 1}"
        lines += [f" {distinguisher}"] if kind is Comware else [" ipv4-family", f"  {distinguisher}"]
    lines += draw(rules(kind)) if draw(st.booleans()) else []
    for name in ("GigabitEthernet0/1/0", "GigabitEthernet0/1/1", "LoopBack0"):
        lines += draw(interface(name, vpns, kind))
    lines += draw(bgp(kind)) if draw(st.booleans()) else []
    lines += draw(ospf()) if draw(st.booleans()) else []
    for n in draw(st.lists(OCTETS, unique=True, max_size=3)):
        for hop in draw(st.lists(NEXT_HOPS, unique=True, min_size=1, max_size=2)):
            said = draw(st.sampled_from(ROUTE_WORDS))
            lines.append(f"ip route-static 10.{n}.0.0 255.255.0.0 {hop}{said}")
    return "\n".join([*lines, ""])


def loaded(kind: type[Router], config: str) -> Router:
    """Return a router that runs the configuration."""
    router = kind("r1")
    router.by_hand(*config.splitlines())
    return router


def told(router: Router, commands: Sequence[Path]) -> None:
    """Type a patch as the drivers do. Raises AssertionError with the first line that is refused."""
    console = Console(router)
    console.type("system-view")

    def ask(line: str) -> None:
        refused = [said for said in console.type(line).splitlines() if said.lstrip().startswith(("Error:", "%"))]
        assert not refused, f"{line!r} in {commands}: {refused}"

    names = {router.name, "HUAWEI", *(path[-1].split()[1] for path in commands if path[-1].startswith("sysname "))}
    Walk(ask, lambda: view_in(console.prompt.strip("[]~*"), names) or "").go(commands)
    if isinstance(router, Vrp8):
        assert "Error" not in console.type("commit")
