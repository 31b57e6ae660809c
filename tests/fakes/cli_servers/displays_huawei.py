"""Huawei's display commands, printed from the router's state.

[CE6800] "display version", "display interface", "display lldp neighbor", "display bgp peer verbose",
"display ospf peer", "display arp", "display ip routing-table verbose", "ping"; ntc-templates reads them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_interface

from cli_servers.router import Port, Router


def shown(router: Router, what: str) -> list[str] | None:
    """Return the answer; None: another command."""
    commands = {
        "version": version, "interface": interfaces, "lldp neighbor": lldp, "bgp peer verbose": bgp,
        "bgp peer": bgp_brief, "ospf peer": ospf, "arp all": arp, "arp": arp, "esn": esn,
        "ip routing-table verbose": routes,
    }  # fmt: skip
    if what in commands:
        return commands[what](router)
    if what.startswith("ip routing-table ") and what.endswith(" verbose"):
        return routes(router, what.split()[2:-1])
    return None


def version(router: Router) -> list[str]:
    seen = router.seen
    days, hours, minutes = seen.uptime_minutes // 1440, seen.uptime_minutes % 1440 // 60, seen.uptime_minutes % 60
    number = "8.210" if "V800" in seen.version else "5.170"
    return [
        "Huawei Versatile Routing Platform Software",
        f"VRP (R) software, Version {number} ({seen.model.split()[0]} {seen.version})",
        "Copyright (C) 2012-2021 Huawei Technologies Co., Ltd.",
        f"HUAWEI {seen.model} uptime is {days} day{'s' * (days != 1)}, {hours} hours, {minutes} minutes",
        "",
    ]


def esn(router: Router) -> list[str]:
    return [f"ESN of device: {router.seen.serial}"]


def configured(router: Router, port: Port, start: str) -> list[str]:
    """Return the rests of an interface's lines that begin so."""
    node = router.running.child(f"interface {port.name}")
    return [c.line.removeprefix(start) for c in node.children if c.line.startswith(start)] if node else []


def is_shut(router: Router, port: Port) -> bool:
    return "" in configured(router, port, "shutdown")


def addresses(router: Router, port: Port) -> list[str]:
    """Return an interface's addresses with prefix lengths, the primary first."""
    pairs = (rest.split()[:2] for rest in configured(router, port, "ip address "))
    return [ip_interface(f"{a}/{m}").with_prefixlen for a, m in pairs]


def interfaces(router: Router) -> list[str]:
    lines: list[str] = []
    for port in router.seen.ports:
        shut = is_shut(router, port)
        up = port.up and not shut
        own = addresses(router, port)
        state = "Administratively DOWN" if shut else "UP" if up else "DOWN"
        lines += [
            f"{port.name} current state : {state}",
            f"Line protocol current state : {'UP' if up and own else 'DOWN'}",
            f"Description:{(configured(router, port, 'description ') or [''])[0]}",
            f"Route Port,The Maximum Transmit Unit is {(configured(router, port, 'mtu ') or [str(port.mtu)])[0]}",
            f"Internet Address is {own[0]}" if own else "Internet protocol processing : disabled",
            *(f"Internet Address is {extra} Sub" for extra in own[1:]),
            f"IP Sending Frames' Format is PKTFMT_ETHNT_2, Hardware address is {port.mac}",
            "Last physical up time   : 2026-11-20 10:00:00",
            "Last physical down time : 2026-11-20 09:59:30",
            f"Current system time: {router.now:%Y-%m-%d %H:%M:%S}",
            "Port Mode: COMMON COPPER",
            f"Speed : {port.speed},  Loopback: NONE",
            "Duplex: FULL,  Negotiation: ENABLE",
            "Last 300 seconds input rate 0 bits/sec, 0 packets/sec",
            "Last 300 seconds output rate 0 bits/sec, 0 packets/sec",
            "",
            *counted("Input", port.received),
            *counted("Output", port.sent),
        ]
    return lines


def counted(way: str, packets: int) -> list[str]:
    return [
        f"{way}:  {packets} packets, {packets * 64} bytes",
        f"  Unicast:  {packets - 12},  Multicast:  10",
        "  Broadcast:  2,  Jumbo:  0",
        f"  Discard:  1,  Total Error:  {3 if way == 'Input' else 0}",
        "",
    ]


def lldp(router: Router) -> list[str]:
    lines: list[str] = []
    for port in router.seen.ports:
        seen = [one for one in router.seen.lldp if one.port == port.name]
        lines += [f"{port.name} has {len(seen)} neighbor(s):", ""]
        for index, one in enumerate(seen, 1):
            lines += [
                f"Neighbor index :{index}", "Chassis type   :MAC address", f"Chassis ID     :{one.chassis}",
                "Port ID type   :Interface name", f"Port ID        :{one.remote_port}",
                f"Port description    :{one.remote_port_description}", f"System name         :{one.name}",
                f"System description  :{one.description}", "System capabilities supported   :bridge router",
                "System capabilities enabled     :router", "Management address type  :ipv4",
                f"Management address value :{one.address}", "Expired time   :104s", "",
            ]  # fmt: skip
    return lines


def local_as(router: Router) -> str:
    return next((n.line.split()[1] for n in router.running.children if n.view == "bgp"), "0")


def router_id(router: Router) -> str:
    bgp = next((n for n in router.running.children if n.view == "bgp"), None)
    named = [c.line.split()[1] for c in bgp.children if c.line.startswith("router-id ")] if bgp else []
    return named[0] if named else "10.0.0.1"


def bgp(router: Router) -> list[str]:
    lines: list[str] = []
    for peer in router.seen.bgp:
        established = peer.state == "Established"
        lines += [
            "",
            f"         BGP Peer is {peer.address},  remote AS {peer.remote_as}",
            f"         Type: {'IBGP' if str(peer.remote_as) == local_as(router) else 'EBGP'} link",
            *([f'         Peer\'s description: "{peer.description}"'] if peer.description else []),
            f"         BGP version 4, Remote router ID {peer.router_id if established else '0.0.0.0'}",
            "         Update-group ID: 1",
            f"         BGP current state: {peer.state}" + (f", Up for {peer.up}" if established else ""),
            "         BGP last state: OpenConfirm",
            f"         Received total routes: {peer.received}",
            f"         Received active routes total: {peer.active}",
            f"         Advertised total routes: {peer.advertised}",
            "         Port: Local - 179        Remote - 52876",
        ]
    return lines or [""]


def bgp_brief(router: Router) -> list[str]:
    peers = router.seen.bgp
    return [
        f" BGP local router ID        : {router_id(router)}",
        f" Local AS number            : {local_as(router)}",
        f" Total number of peers      : {len(peers)}",
        f" Peers in established state : {sum(p.state == 'Established' for p in peers)}",
        "",
        "  Peer            V          AS  MsgRcvd  MsgSent  OutQ  Up/Down       State  PrefRcv",
        *(
            f"  {p.address:<15} 4  {p.remote_as:>10}     1829     1808     0 00h57m {p.state:>12} {p.received:>8}"
            for p in peers
        ),
    ]


def ospf(router: Router) -> list[str]:
    lines = [f"          OSPF Process 1 with Router ID {router_id(router)}", "                  Neighbors"]
    for peer in router.seen.ospf:
        lines += [
            "",
            f" Area {peer.area} interface {peer.local} ({peer.port})'s neighbors",
            f" Router ID: {peer.router_id:<15}  Address: {peer.address:<15}",
            f"   State: {peer.state:<15} Mode:Nbr is Slave     Priority: 1",
            "   DR: None   BDR: None   MTU: 0",
            "   Dead timer due in 32  sec",
            "   Retrans timer interval: 5",
            f"   Neighbor is up for {peer.up}",
            "   Authentication Sequence: [ 0 ]",
        ]
    return lines


def arp(router: Router) -> list[str]:
    rule = "-" * 78
    rows = [
        f"{a.address:<15} {a.mac}  {a.minutes:<9} D-0         {a.port.replace('GigabitEthernet', 'GE')}"
        for a in router.seen.arp
    ]
    return [
        "IP ADDRESS      MAC ADDRESS     EXPIRE(M) TYPE        INTERFACE   VPN-INSTANCE",
        "                                    VLAN/CEVLAN(SIP/DIP)",
        rule,
        *rows,
        rule,
        f"Total:{len(rows)}         Dynamic:{len(rows)}       Static:0     Interface:0",
    ]


def routes(router: Router, wanted: Sequence[str] = ()) -> list[str]:
    network = ip_interface(wanted[0]).ip if wanted else None
    chosen = [
        r for r in router.seen.routes
        if network is None or network in ip_interface(r.prefix).network
    ]  # fmt: skip
    lines = [
        "Route Flags: R - relay, D - download to fib, T - to vpn-instance",
        "-" * 78,
        "Routing Tables: Public",
        f"         Destinations : {len(chosen)}        Routes : {len(chosen)}",
        "",
    ]
    for route in chosen:
        lines += [
            f"Destination: {route.prefix}",
            f"     Protocol: {route.protocol:<16} Process ID: 0",
            f"   Preference: {route.preference:<16}       Cost: {route.cost}",
            f"      NextHop: {route.next_hop:<16}  Neighbour: 0.0.0.0",
            f"        State: {'Active Adv' if route.active else 'Inactive Adv':<16}        Age: {route.age}",
            "          Tag: 0                  Priority: medium",
            "        Label: NULL                QoSInfo: 0x0",
            "   IndirectID: 0x0",
            f" RelayNextHop: 0.0.0.0           Interface: {route.port}",
            "     TunnelID: 0x0                   Flags:  D",
            "",
        ]
    return lines


def ping(router: Router, words: Sequence[str]) -> str:
    """``ping [ -c count | -s size | -m ms | -t ms | -h ttl | -a source | -vpn-instance name ] host``."""
    target = words[-1]
    options = dict(zip(words[:-1:2], words[1:-1:2], strict=False))
    count = int(options.get("-c", "5"))
    answers = target in router.seen.answers_ping
    lines = [f"  PING {target}: {options.get('-s', '56')}  data bytes, press CTRL_C to break"]
    size = options.get("-s", "56")
    lines += [
        f"    Reply from {target}: bytes={size} Sequence={n} ttl=255 time={n} ms" if answers else "    Request time out"
        for n in range(1, count + 1)
    ]
    received = count if answers else 0
    lines += [
        "", f"  --- {target} ping statistics ---", f"    {count} packet(s) transmitted",
        f"    {received} packet(s) received", f"    {100.0 * (count - received) / count:.2f}% packet loss",
    ]  # fmt: skip
    if answers:
        lines.append(f"    round-trip min/avg/max = 1/{(count + 1) // 2}/{count} ms")
    return "\n".join([*lines, ""])
