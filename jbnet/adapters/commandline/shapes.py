"""NAPALM's shapes out of the words that VRP and Comware share. Data in, data out; -1 and -1.0 mean unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_SPANS = {"year": 31536000, "week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}
_SPAN = re.compile(r"(\d+) ?(year|week|day|hour|minute|second)s?")
_SHORT = re.compile(r"(\d+)([wdhms])")
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)")

CAPABILITIES = {"wlanaccesspoint": "wlan-access-point", "stationonly": "station"}


def span(said: str) -> float:
    """Read ``161 days, 0 hour, 20 minutes`` as seconds."""
    parts = _SPAN.findall(said.lower())
    return float(sum(int(count) * _SPANS[unit] for count, unit in parts)) if parts else -1.0


def duration(said: str) -> int:
    """Read ``1d01h58m07s``, ``00h57m53s``, ``0286h47m`` or ``00:57:53`` as seconds."""
    clock = _CLOCK.fullmatch(said.strip())
    if clock:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return hours * 3600 + minutes * 60 + seconds
    units = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    parts = _SHORT.findall(said)
    return sum(int(count) * units[unit] for count, unit in parts) if parts else -1


def mac(said: str) -> str:
    """Write ``4cf5-5b2e-3d0a`` as NAPALM does: ``4C:F5:5B:2E:3D:0A``."""
    digits = re.sub(r"[^0-9a-fA-F]", "", said).upper()
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2)) if len(digits) == 12 else said


def number(pattern: str, said: str, default: int = -1) -> int:
    """Return the first number that the pattern's group finds."""
    found = re.search(pattern, said, re.MULTILINE)
    return int(found.group(1)) if found else default


def word(pattern: str, said: str, default: str = "") -> str:
    """Return what the pattern's group finds, without blanks and quotes around it."""
    found = re.search(pattern, said, re.MULTILINE)
    return found.group(1).strip().strip('"') if found else default


def blocks(said: str, start: str) -> Iterator[tuple[re.Match[str], str]]:
    """Split an answer at the lines that fit ``start``; give each such line's match and the block behind it."""
    found = list(re.finditer(start, said, re.MULTILINE))
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(said)
        yield match, said[match.end() : end]


def full_name(short: str, names: Mapping[str, str]) -> str:
    """Write an interface's short name (``GE0/1/0``) in full, by the platform's own list."""
    found = re.fullmatch(r"([A-Za-z-]+?)(\d.*)", short)
    return names.get(found.group(1), found.group(1)) + found.group(2) if found else short


def asn(said: str) -> int:
    """Read an AS number, also in dots (RFC 5396)."""
    high, dot, low = said.partition(".")
    return (int(high) << 16) + int(low) if dot else int(high)


def capabilities(said: str) -> list[str]:
    """Return LLDP capabilities as NAPALM writes them."""
    return [CAPABILITIES.get(one, one) for one in re.split(r"[\s,]+", said.lower()) if one]


def pinged(said: str, *, probe: str, trips: str) -> dict[str, Any]:
    """NAPALM's ``ping``: ``probe`` finds address and time of an answer, ``trips`` the summary. Milliseconds."""
    sent = number(r"(\d+) packet\(?s?\)? transmitted", said)
    if sent < 0:
        return {"error": said.strip() or "ping said nothing"}
    received = number(r"(\d+) packet\(?s?\)? received", said, 0)
    found = re.search(trips, said)
    figures = [float(part) for part in found.groups()] if found else [0.0, 0.0, 0.0]
    return {
        "success": {
            "probes_sent": sent, "packet_loss": sent - received, "rtt_min": figures[0], "rtt_avg": figures[1],
            "rtt_max": figures[2], "rtt_stddev": figures[3] if len(figures) > 3 else -1.0,
            "results": [{"ip_address": a, "rtt": float(t)} for a, t in re.findall(probe, said)],
        }
    }  # fmt: skip


_FAMILIES = {
    "bgp": ("bgp", "ebgp", "ibgp"), "ospf": ("ospf", "o_ase", "o_ase1", "o_ase2", "o_intra", "o_inter", "o_nssa"),
    "connected": ("direct",),
}  # fmt: skip
"""What these systems call routes of one protocol."""


def is_of(learned: str, protocol: str) -> bool:
    """Say whether a route that was learned so is of the protocol (``bgp``, ``ospf``, ``static``; empty: any)."""
    wanted = protocol.lower()
    return wanted in ("", learned.lower()) or learned.lower() in _FAMILIES.get(wanted, ())


def route(
    *, protocol: str, active: bool, age: int, next_hop: str, port: str, preference: int, cost: int, table: str
) -> dict[str, Any]:
    """One entry of NAPALM's ``get_route_to``."""
    return {
        "protocol": protocol, "current_active": active, "last_active": active, "age": age, "next_hop": next_hop,
        "outgoing_interface": "blackhole" if port.upper() in ("NULL0", "NULL 0") else port, "selected_next_hop": active,
        "preference": preference, "inactive_reason": "" if active else "not selected", "routing_table": table,
        "protocol_attributes": {"metric": cost},
    }  # fmt: skip


def peer(
    *, state: str, up_s: int, remote_as: int, local_as: int, remote_id: str, description: str,
    received: int, accepted: int, sent: int,
) -> dict[str, Any]:  # fmt: skip
    """One session of NAPALM's ``get_bgp_neighbors``."""
    up = state == "Established"
    return {
        "is_enabled": "admin" not in state.lower(), "is_up": up, "uptime": up_s if up else -1,
        "remote_as": remote_as, "local_as": local_as, "remote_id": remote_id, "description": description,
        "address_family": {
            "ipv4": {"received_prefixes": received, "accepted_prefixes": accepted, "sent_prefixes": sent}
        },
    }  # fmt: skip


def addresses(ports: Iterable[tuple[str, str, str]], address: str) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces_ip`` from names, states and blocks; ``address`` finds an address and its length."""
    found: dict[str, dict[str, Any]] = {}
    for name, _, block in ports:
        for said, length in re.findall(address, block):
            found.setdefault(name, {}).setdefault("ipv4", {})[said] = {"prefix_length": int(length)}
    return found


def adjacencies(said: str, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return ``router_id``, ``interface``, ``state`` (RFC 2328, section 10.1), ``address`` and ``uptime_s`` of each.

    ``said`` is the answer to ``display ospf peer``; ``names`` are the long names of interfaces.
    """
    found: list[dict[str, Any]] = []
    for area, block in blocks(said, r"interface [\d.]+ ?\( ?(?P<port>\S+?) ?\)'s neighbors"):
        found += [
            {
                "router_id": match["id"], "interface": full_name(area["port"], names), "address": match["address"],
                "state": word(r"^ *State *: *(\S+)", one),
                "uptime_s": float(duration(word(r"(?:Neighbor is up for|Neighbor up time *:) *(\S+)", one))),
            }
            for match, one in blocks(block, r"Router ID: *(?P<id>\S+) +Address *: *(?P<address>\S+)")
        ]  # fmt: skip
    return found


def lldp_neighbour(block: str) -> dict[str, Any]:
    """One neighbour of NAPALM's ``get_lldp_neighbors_detail``."""
    return {
        "parent_interface": "", "remote_chassis_id": mac(word(r"^ *Chassis ID *:(.*)$", block)),
        "remote_port": word(r"^ *Port ID *:(.*)$", block),
        "remote_port_description": word(r"^ *Port description *:(.*)$", block),
        "remote_system_name": word(r"^ *System name *:(.*)$", block),
        "remote_system_description": word(r"^ *System description *:(.*)$", block),
        "remote_system_capab": capabilities(word(r"^ *System capabilities supported *:(.*)$", block)),
        "remote_system_enable_capab": capabilities(word(r"^ *System capabilities enabled *:(.*)$", block)),
    }  # fmt: skip


def brief(details: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, str]]]:
    """NAPALM's ``get_lldp_neighbors`` from its ``_detail``."""
    return {
        port: [{"hostname": str(one["remote_system_name"]), "port": str(one["remote_port"])} for one in seen]
        for port, seen in details.items()
    }
