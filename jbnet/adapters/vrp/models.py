"""VRP's answers turned into NAPALM's shapes. Text in, data out; -1 and -1.0 mean unknown, as in NAPALM.

HUAWEI CloudEngine 6800 and AR Series, Command References: ``display version``, ``display interface`` and so on. The
words of VRP 5 and 8 differ in blanks and capitals, not in what they say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jbnet.adapters.commandline.shapes import (
    addresses,
    adjacencies,
    asn,
    blocks,
    duration,
    full_name,
    is_of,
    lldp_neighbour,
    mac,
    number,
    peer,
    pinged,
    route,
    span,
    word,
)  # fmt: skip

NAMES = {
    "GE": "GigabitEthernet", "XGE": "XGigabitEthernet", "Eth": "Ethernet", "Loop": "LoopBack", "Tun": "Tunnel",
}  # fmt: skip
_PORT = r"^(?P<name>\S+) current state *: *(?P<state>.+)$"
_SENT_BY_US = "\nOutput"


def facts(version: str, serial: str, hostname: str, ports: list[str]) -> dict[str, Any]:
    """NAPALM's ``get_facts``."""
    return {
        "uptime": span(word(r"uptime is (.+)$", version)), "vendor": "Huawei",
        "model": word(r"^(?:HUAWEI|Huawei|Quidway) (.+?)(?: Router)? uptime is", version), "hostname": hostname,
        "fqdn": hostname, "os_version": word(r"Version \S+ \((.+)\)", version),
        "serial_number": word(r"ESN[^:\n]*: *(\S+)", serial), "interface_list": ports,
    }  # fmt: skip


def ports(said: str) -> Iterator[tuple[str, str, str]]:
    """Give name, state and description block of each interface in ``display interface``."""
    for match, block in blocks(said, _PORT):
        yield match["name"], match["state"].strip(), block


def interfaces(said: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces``; speed in Mbit/s."""
    return {name: _interface(state, block) for name, state, block in ports(said)}


def _interface(state: str, block: str) -> dict[str, Any]:
    return {
        "is_up": state.upper().startswith("UP"), "is_enabled": not state.lower().startswith("administratively"),
        "description": word(r"^Description:(.*)$", block), "last_flapped": -1.0,
        "mtu": number(r"Maximum Transmit Unit is (\d+)", block),
        "speed": float(number(r"Speed *: *(\d+)", block)),
        "mac_address": mac(word(r"Hardware address is (\S+)", block)),
    }  # fmt: skip


def interface_addresses(said: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces_ip``; interfaces without an address are left out."""
    return addresses(ports(said), r"Internet Address is ([\d.]+)/(\d+)")


def counters(said: str) -> dict[str, dict[str, int]]:
    """NAPALM's ``get_interfaces_counters``."""
    return {name: _counted(block) for name, _, block in ports(said)}


def _counted(block: str) -> dict[str, int]:
    received, _, sent = block.partition(_SENT_BY_US + ":")
    return {f"{way}_{what}": value for way, half in (("rx", received), ("tx", sent)) for what, value in _half(half)}


def _half(said: str) -> Iterator[tuple[str, int]]:
    yield "octets", number(r"packets, *(\d+) bytes", said)
    yield "errors", number(r"Total Error: *(\d+)", said)
    yield "discards", number(r"Discard: *(\d+)", said)
    yield "unicast_packets", number(r"Unicast: *(\d+)", said)
    yield "multicast_packets", number(r"Multicast: *(\d+)", said)
    yield "broadcast_packets", number(r"Broadcast: *(\d+)", said)


def lldp(said: str) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's ``get_lldp_neighbors_detail``; ports without a neighbour are left out."""
    found = {
        match["port"]: [lldp_neighbour(one) for _, one in blocks(block, r"^Neighbor index *:.*$")]
        for match, block in blocks(said, r"^(?P<port>\S+) has \d+ neighbor\S*$")
    }
    return {port: seen for port, seen in found.items() if seen}


def arp(said: str) -> list[dict[str, Any]]:
    """NAPALM's ``get_arp_table``; VRP counts down to the end of an entry (minutes), NAPALM's age is unknown."""
    row = re.compile(
        r"^(?P<ip>\d+(?:\.\d+){3}) +(?P<mac>[0-9a-f-]{14}) +(?:\d+ +)?[A-Z]\S*(?: -)? +(?P<port>\S+)", re.MULTILINE
    )
    return [
        {"interface": full_name(m["port"], NAMES), "mac": mac(m["mac"]), "ip": m["ip"], "age": -1.0}
        for m in row.finditer(said)
    ]


def ospf_neighbours(said: str) -> list[dict[str, Any]]:
    """Return ``router_id``, ``interface``, ``state``, ``address`` and ``uptime_s`` of each."""
    return adjacencies(said, NAMES)


def bgp_neighbours(*answers: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_bgp_neighbors`` of the public instance from ``display bgp peer`` and ``... verbose``."""
    summary, details = answers
    local = asn(word(r"Local AS number *: *(\S+)", summary, "0"))
    peers = {m["peer"]: _peer(m["asn"], local, one) for m, one in blocks(details, _BGP_PEER)}
    return {"global": {"router_id": word(r"local router ID *: *(\S+)", summary), "peers": peers}}


_BGP_PEER = r"BGP Peer is (?P<peer>[0-9A-Fa-f.:]+), +remote AS (?P<asn>[\d.]+)"


def _peer(remote: str, local: int, block: str) -> dict[str, Any]:
    return peer(
        state=word(r"BGP current state: *([^,\n]+)", block), up_s=duration(word(r"Up for (\S+)", block)),
        remote_as=asn(remote), local_as=local, remote_id=word(r"Remote router ID (\S+)", block),
        description=word(r"Peer's description: *(.*)$", block),
        received=number(r"Received total routes: *(\d+)", block),
        accepted=number(r"Received active routes total: *(\d+)", block),
        sent=number(r"Advertised total routes: *(\d+)", block),
    )  # fmt: skip


def routes(said: str, protocol: str) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's ``get_route_to`` from ``display ip routing-table ... verbose``."""
    table = word(r"^Routing Tables? *: *(\S+)", said, "Public")
    found: dict[str, list[dict[str, Any]]] = {}
    for match, block in blocks(said, r"^Destination: *(?P<prefix>\S+)\s*$"):
        learned = word(r"Protocol: *(\S+)", block)
        if is_of(learned, protocol):
            found.setdefault(match["prefix"], []).append(
                route(
                    protocol=learned, active=word(r"State: *(\S+)", block) == "Active",
                    age=duration(word(r"Age: *(\S+)", block)), next_hop=word(r"NextHop: *(\S+)", block),
                    port=word(r"Interface: *(\S+)", block), preference=number(r"Preference: *(\d+)", block),
                    cost=number(r"Cost: *(\d+)", block), table=table,
                )
            )  # fmt: skip
    return found


def ping(said: str) -> dict[str, Any]:
    """NAPALM's ``ping``; VRP tells no deviation."""
    return pinged(
        said, probe=r"Reply from ([\d.]+):.*time ?[=<] ?(\d+)",
        trips=r"min/avg/max *= *([\d.]+)/([\d.]+)/([\d.]+)",
    )  # fmt: skip
