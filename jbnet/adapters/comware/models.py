"""Comware's answers turned into NAPALM's shapes. Text in, data out; -1 and -1.0 mean unknown, as in NAPALM.

H3C MSR, Command References: ``display version``, ``display interface`` and so on.
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
    "GE": "GigabitEthernet", "XGE": "Ten-GigabitEthernet", "M-GE": "M-GigabitEthernet", "RAGG": "Route-Aggregation",
    "BAGG": "Bridge-Aggregation", "Vlan": "Vlan-interface", "Loop": "LoopBack", "InLoop": "InLoopBack",
    "Tun": "Tunnel", "FGE": "FortyGigE", "HGE": "HundredGigE",
}  # fmt: skip
_PORT = r"^(?P<name>[A-Z][\w/.:-]*)\nCurrent state: *(?P<state>.+)$"
_BGP_ROW = re.compile(
    r"^ +(?P<peer>\d+(?:\.\d+){3}) +(?P<asn>[\d.]+) +\d+ +\d+ +\d+ +(?P<received>\d+) +(?P<up>\S+) +(?P<state>\S+)",
    re.MULTILINE,
)
_ROUTE_ROW = re.compile(
    r"^(?:(?P<prefix>\d+(?:\.\d+){3}/\d+) +)?(?:\s+)?(?:(?P<protocol>[A-Z]\w*) +(?P<preference>\d+) +(?P<cost>\d+) +)?"
    r"(?P<hop>\d+(?:\.\d+){3}) +(?P<port>\S+)\s*$", re.MULTILINE
)  # fmt: skip


def facts(version: str, serial: str, hostname: str, ports: list[str]) -> dict[str, Any]:
    """NAPALM's ``get_facts``."""
    return {
        "uptime": span(word(r"^\S.* uptime is (.+)$", version)), "vendor": "H3C",
        "model": word(r"^(?:H3C|HPE?) (.+?) uptime is", version), "hostname": hostname, "fqdn": hostname,
        "os_version": word(r"Comware (?:Platform )?Software, (?:Software )?(Version .+)$", version),
        "serial_number": word(r"DEVICE_SERIAL_NUMBER *: *(\S+)", serial), "interface_list": ports,
    }  # fmt: skip


def ports(said: str) -> Iterator[tuple[str, str, str]]:
    """Give name, state and block of each interface in ``display interface``."""
    for match, block in blocks(said, _PORT):
        yield match["name"], match["state"].strip(), block


def interfaces(said: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces``; speed in Mbit/s."""
    return {name: _interface(state, block) for name, state, block in ports(said)}


def _interface(state: str, block: str) -> dict[str, Any]:
    kbps = number(r"^Bandwidth: *(\d+) kbps", block)
    return {
        "is_up": state.upper().startswith("UP"), "is_enabled": not state.lower().startswith("administratively"),
        "description": word(r"^Description: *(.*)$", block), "last_flapped": -1.0,
        "mtu": number(r"[Mm]aximum [Tt]ransmi\S+ [Uu]nit: *(\d+)", block),
        "speed": kbps / 1000 if kbps >= 0 else -1.0,
        "mac_address": mac(word(r"^IP packet frame type:.*hardware address: *(\S+)", block)),
    }  # fmt: skip


def interface_addresses(said: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces_ip``; interfaces without an address are left out."""
    return addresses(ports(said), r"Internet address: *([\d.]+)/(\d+)")


def counters(said: str) -> dict[str, dict[str, int]]:
    """NAPALM's ``get_interfaces_counters``; Comware tells no discards of a routed port."""
    return {name: _counted(block) for name, _, block in ports(said)}


def _counted(block: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for way, label, errors in (("rx", "Input", "input errors"), ("tx", "Output", "output errors")):
        total = word(rf"^{label} ?(?:\(total\))?: *(\d+ packets, \d+ bytes[^\n]*\n[^\n]*)", block)
        found |= {
            f"{way}_octets": number(r"packets, (\d+) bytes", total), f"{way}_errors": number(rf"(\d+) {errors}", block),
            f"{way}_discards": number(rf"^{label}:.* (\d+) drops", block),
            f"{way}_unicast_packets": number(r"(\d+) unicasts", total),
            f"{way}_multicast_packets": number(r"(\d+) multicasts", total),
            f"{way}_broadcast_packets": number(r"(\d+) broadcasts", total),
        }  # fmt: skip
    return found


def lldp(said: str) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's ``get_lldp_neighbors_detail``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for match, block in blocks(said, r"^LLDP neighbor-information of port \d+ ?\[(?P<port>[^\]]+)\]:.*$"):
        found.setdefault(match["port"], []).extend(
            lldp_neighbour(one) for _, one in blocks(block, r"^ *LLDP neighbor index *:.*$")
        )
    return found


def arp(said: str) -> list[dict[str, Any]]:
    """NAPALM's ``get_arp_table``; Comware counts down to the end of an entry (minutes), NAPALM's age is unknown."""
    row = re.compile(r"^(?P<ip>\d+(?:\.\d+){3}) +(?P<mac>[0-9a-f-]{14}) +\S+ +(?P<port>\S+) +\S+ +\S+", re.MULTILINE)
    return [
        {"interface": full_name(m["port"], NAMES), "mac": mac(m["mac"]), "ip": m["ip"], "age": -1.0}
        for m in row.finditer(said)
    ]


def ospf_neighbours(said: str) -> list[dict[str, Any]]:
    """Return ``router_id``, ``interface``, ``state``, ``address`` and ``uptime_s`` of each."""
    return adjacencies(said, NAMES)


def bgp_neighbours(*answers: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_bgp_neighbors`` of the public instance from ``display bgp peer ipv4``.

    The table tells received prefixes only; identifiers and descriptions are not in it.
    """
    (said,) = answers
    local = asn(word(r"Local AS number: *(\S+)", said, "0"))
    peers = {
        row["peer"]: peer(
            state=row["state"], up_s=duration(row["up"]), remote_as=asn(row["asn"]), local_as=local, remote_id="",
            description="", received=int(row["received"]), accepted=-1, sent=-1,
        )
        for row in _BGP_ROW.finditer(said)
    }  # fmt: skip
    return {"global": {"router_id": word(r"local router ID: *(\S+)", said), "peers": peers}}


def routes(said: str, protocol: str) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's ``get_route_to`` from ``display ip routing-table``, which lists active routes only."""
    found: dict[str, list[dict[str, Any]]] = {}
    prefix, learned, preference, cost = "", "", -1, -1
    for row in _ROUTE_ROW.finditer(said.partition("Destination/Mask")[2]):
        prefix = row["prefix"] or prefix
        if row["protocol"]:
            learned, preference, cost = row["protocol"], int(row["preference"]), int(row["cost"])
        if is_of(learned, protocol):
            found.setdefault(prefix, []).append(
                route(
                    protocol=learned, active=True, age=-1, next_hop=row["hop"], port=full_name(row["port"], NAMES),
                    preference=preference, cost=cost, table="Public",
                )
            )  # fmt: skip
    return found


def ping(said: str) -> dict[str, Any]:
    """NAPALM's ``ping``."""
    return pinged(
        said, probe=r"bytes from ([\d.]+):.*time=([\d.]+) ms",
        trips=r"min/avg/max/std-dev *= *([\d.]+)/([\d.]+)/([\d.]+)/([\d.]+)",
    )  # fmt: skip
