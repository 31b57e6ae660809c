"""H3C's display commands, printed from the router's state.

[MSR] "display version", "display interface", "display lldp neighbor-information verbose", "display bgp peer ipv4",
"display ospf peer verbose", "display arp", "display ip routing-table", "ping"; ntc-templates reads them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_interface

from cli_servers.displays_huawei import addresses, configured, is_shut, local_as, router_id
from cli_servers.router import Router


def shown(router: Router, what: str) -> list[str] | None:
    """Return the answer; None: another command."""
    commands = {
        "version": version, "interface": interfaces, "lldp neighbor-information verbose": lldp,
        "bgp peer ipv4": bgp, "ospf peer verbose": ospf, "arp": arp, "arp all": arp, "device manuinfo": manuinfo,
        "ip routing-table": routes,
    }  # fmt: skip
    if what in commands:
        return commands[what](router)
    if what.startswith("ip routing-table "):
        return routes(router, what.split()[2:])
    return None


def version(router: Router) -> list[str]:
    seen = router.seen
    minutes = seen.uptime_minutes
    days, hours = minutes // 1440, minutes % 1440 // 60
    return [
        "H3C Comware Software, Version 7.1.064, Release 6749P2101",
        "Copyright (c) 2004-2024 New H3C Technologies Co., Ltd. All rights reserved.",
        f"H3C {seen.model} uptime is {days // 7} weeks, {days % 7} days, {hours} hours, {minutes % 60} minutes",
        "Last reboot reason : User reboot",
        "",
    ]


def manuinfo(router: Router) -> list[str]:
    seen = router.seen
    return [
        " Slot 0 CPU 0:", f" DEVICE_NAME          : {seen.model}", f" DEVICE_SERIAL_NUMBER : {seen.serial}",
        " MAC_ADDRESS          : 3CF5-CC00-0001", " MANUFACTURING_DATE   : 2024-06-13", " VENDOR_NAME          : H3C",
    ]  # fmt: skip


def interfaces(router: Router) -> list[str]:
    lines: list[str] = []
    for port in router.seen.ports:
        shut = is_shut(router, port)
        up = port.up and not shut
        own = addresses(router, port)
        lines += [
            port.name,
            f"Current state: {'Administratively DOWN' if shut else 'UP' if up else 'DOWN'}",
            f"Line protocol state: {'UP' if up and own else 'DOWN'}",
            f"Description: {(configured(router, port, 'description ') or [port.name + ' Interface'])[0]}",
            f"Bandwidth: {port.speed * 1000} kbps",
            f"Maximum transmission unit: {(configured(router, port, 'mtu ') or [str(port.mtu)])[0]}",
            *([f"Internet address: {own[0]} (Primary)"] if own else ["Internet protocol processing: Disabled"]),
            *(f"Internet address: {extra} (Sub)" for extra in own[1:]),
            f"IP packet frame type: Ethernet II, hardware address: {port.mac}",
            f"IPv6 packet frame type: Ethernet II, hardware address: {port.mac}",
            f"{port.speed}Mbps-speed mode, full-duplex mode",
            "Last clearing of counters: Never",
            f"Input (total):  {port.received} packets, {port.received * 64} bytes",
            f"        {port.received - 12} unicasts, 2 broadcasts, 10 multicasts, 0 pauses",
            f"Input (normal):  {port.received} packets, - bytes",
            f"        {port.received - 12} unicasts, 2 broadcasts, 10 multicasts, 0 pauses",
            "Input:  3 input errors, 0 runts, 0 giants, 0 throttles",
            "        0 CRC, 0 frame, - overruns, 0 aborts",
            "        - ignored, - parity errors",
            f"Output (total): {port.sent} packets, {port.sent * 64} bytes",
            f"        {port.sent - 12} unicasts, 2 broadcasts, 10 multicasts, 0 pauses",
            f"Output (normal): {port.sent} packets, - bytes",
            f"        {port.sent - 12} unicasts, 2 broadcasts, 10 multicasts, 0 pauses",
            "Output: 0 output errors, - underruns, - buffer failures",
            "        0 aborts, 0 deferred, 0 collisions, 0 late collisions",
            "        0 lost carrier, - no carrier",
            "",
        ]
    return lines


def lldp(router: Router) -> list[str]:
    lines: list[str] = []
    for index, one in enumerate(router.seen.lldp, 1):
        lines += [
            f"LLDP neighbor-information of port {index}[{one.port}]:",
            "LLDP agent nearest-bridge:",
            " LLDP neighbor index : 1",
            " Update time         : 4 days, 22 hours, 1 minutes, 46 seconds",
            " Chassis type        : MAC address",
            f" Chassis ID          : {one.chassis}",
            " Port ID type        : Interface name",
            f" Port ID             : {one.remote_port}",
            " Time to live        : 120",
            f" Port description    : {one.remote_port_description}",
            f" System name         : {one.name}",
            f" System description  : {one.description}",
            " System capabilities supported : Bridge, Router",
            " System capabilities enabled   : Router",
            " Management address type           : IPv4",
            f" Management address                : {one.address}",
            " Maximum frame size         : 9216",
            "",
        ]
    return lines or [""]


def bgp(router: Router) -> list[str]:
    peers = router.seen.bgp
    up = sum(p.state == "Established" for p in peers)
    return [
        "",
        f" BGP local router ID: {router_id(router)}",
        f" Local AS number: {local_as(router)}",
        f" Total number of peers: {len(peers)}{'':17}Peers in established state: {up}",
        "",
        "  * - Dynamically created peer",
        "  Peer                    AS  MsgRcvd  MsgSent OutQ PrefRcv Up/Down  State",
        "",
        *(
            f"  {p.address:<20} {p.remote_as:>5}     1829     1808    0 {p.received:>7} 00:57:53 {p.state}"
            for p in peers
        ),
    ]


def ospf(router: Router) -> list[str]:
    lines = ["", f"         OSPF Process 1 with Router ID {router_id(router)}", "                 Neighbors"]
    for peer in router.seen.ospf:
        lines += [
            "",
            f" Area {peer.area} interface {peer.local}({peer.port})'s neighbors",
            f" Router ID: {peer.router_id:<16} Address: {peer.address:<16} GR State: Normal",
            f"   State: {peer.state}  Mode: Nbr is master  Priority: 1",
            "   DR: None   BDR: None   MTU: 0",
            "   Options is 0x42 (-|O|-|-|-|-|E|-)",
            "   Dead timer due in 36  sec",
            "   Neighbor is up for 00:04:14",
            "   Authentication sequence: [ 0 ]",
            "   Neighbor state change count: 5",
        ]
    return lines


def arp(router: Router) -> list[str]:
    return [
        "  Type: S-Static   D-Dynamic   O-Openflow   R-Rule   M-Multiport  I-Invalid",
        "IP address      MAC address    VLAN/VSI   Interface                Aging Type",
        *(
            f"{a.address:<15} {a.mac} --         {a.port.replace('GigabitEthernet', 'GE'):<24} {a.minutes:<5} D"
            for a in router.seen.arp
        ),
    ]


def routes(router: Router, wanted: Sequence[str] = ()) -> list[str]:
    network = ip_interface(wanted[0]).ip if wanted else None
    chosen = [r for r in router.seen.routes if network is None or network in ip_interface(r.prefix).network]
    return [
        "",
        f"Destinations : {len(chosen)}        Routes : {len(chosen)}",
        "",
        "Destination/Mask   Proto   Pre Cost        NextHop         Interface",
        *(
            f"{r.prefix:<18} {r.protocol:<7} {r.preference:<3} {r.cost:<11} {r.next_hop:<15} "
            f"{r.port.replace('GigabitEthernet', 'GE')}"
            for r in chosen
        ),
    ]


def ping(router: Router, words: Sequence[str]) -> str:
    """``ping [ ip ] [ -c count | -s size | -t ms | -h ttl | -a source | -vpn-instance name ] host``."""
    target = words[-1]
    options = dict(zip(words[:-1:2], words[1:-1:2], strict=False))
    count, size = int(options.get("-c", "5")), options.get("-s", "56")
    answers = target in router.seen.answers_ping
    lines = [f"Ping {target} ({target}): {size} data bytes, press CTRL+C to break"]
    lines += [
        f"{size} bytes from {target}: icmp_seq={n} ttl=255 time={n + 1}.000 ms" if answers else "Request time out"
        for n in range(count)
    ]
    received = count if answers else 0
    lost = 100.0 * (count - received) / count
    lines += [
        "", f"--- Ping statistics for {target} ---",
        f"{count} packet(s) transmitted, {received} packet(s) received, {lost:.1f}% packet loss",
    ]  # fmt: skip
    if answers:
        lines.append(f"round-trip min/avg/max/std-dev = 1.000/{(count + 1) / 2:.3f}/{count}.000/1.414 ms")
    return "\n".join(lines)
