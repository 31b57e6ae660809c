"""FRR's and iproute2's JSON turned into NAPALM's shapes. Data in, data out; -1 and -1.0 mean unknown, as in NAPALM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_UNKNOWN_SPEED = 4294967295  # what zebra prints for -1
_VERSION = re.compile(r"^FRRouting (\S+)", re.MULTILINE)
_RTT = re.compile(r"= ([\d.]+)/([\d.]+)/([\d.]+)/([\d.]+) ms")
_PROBES = re.compile(r"(\d+) packets transmitted, (\d+) received")
_PROBE = re.compile(r"from ([\d.]+).*time=([\d.]+) ms")


def facts(version: str, uptime: str, hostname: str, interfaces: Mapping[str, Any]) -> dict[str, Any]:
    """NAPALM's ``get_facts``. ``uptime`` is the text of /proc/uptime (seconds since boot first)."""
    release = _VERSION.search(version)
    name = hostname.strip()
    return {
        "uptime": float(uptime.split()[0]) if uptime.split() else -1.0,
        "vendor": "FRRouting", "model": "Linux", "hostname": name.split(".")[0], "fqdn": name,
        "os_version": release.group(1) if release else "", "serial_number": "",
        "interface_list": sorted(interfaces),
    }  # fmt: skip


def interfaces(shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces`` from ``show interface json``; speed in Mbit/s."""
    return {name: _interface(one) for name, one in shown.items()}


def _interface(shown: Mapping[str, Any]) -> dict[str, Any]:
    speed = shown.get("speed", 0)
    enabled = shown.get("administrativeStatus") == "up"
    return {
        "is_up": enabled and shown.get("operationalStatus") == "up", "is_enabled": enabled,
        "description": str(shown.get("description", "")), "last_flapped": -1.0,
        "speed": -1.0 if speed in (0, _UNKNOWN_SPEED) else float(speed), "mtu": int(shown.get("mtu", -1)),
        "mac_address": str(shown.get("hardwareAddress", "")).upper(),
    }  # fmt: skip


def interface_addresses(shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_interfaces_ip``: interface, family, address, prefix length; none, not listed."""
    found: dict[str, dict[str, Any]] = {}
    for name, one in shown.items():
        for entry in one.get("ipAddresses", ()):
            address, _, length = str(entry["address"]).partition("/")
            family = found.setdefault(name, {}).setdefault("ipv6" if ":" in address else "ipv4", {})
            family[address] = {"prefix_length": int(length or 0)}
    return found


def counters(links: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """NAPALM's ``get_interfaces_counters`` from ``ip -j -s link``; Linux does not count broadcasts."""
    return {str(link["ifname"]): _counted(link.get("stats64", {})) for link in links}


def _counted(stats: Mapping[str, Any]) -> dict[str, int]:
    received, sent = stats.get("rx", {}), stats.get("tx", {})
    multicast = received.get("multicast", -1)
    return {
        "rx_octets": received.get("bytes", -1), "tx_octets": sent.get("bytes", -1),
        "rx_unicast_packets": received.get("packets", -1) - max(0, multicast),
        "tx_unicast_packets": sent.get("packets", -1), "rx_multicast_packets": multicast,
        "tx_multicast_packets": -1, "rx_broadcast_packets": -1, "tx_broadcast_packets": -1,
        "rx_errors": received.get("errors", -1), "tx_errors": sent.get("errors", -1),
        "rx_discards": received.get("dropped", -1), "tx_discards": sent.get("dropped", -1),
    }  # fmt: skip


def arp(neighbours: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """NAPALM's ``get_arp_table`` from ``ip -4 -j -s neigh``; age in seconds since the entry was confirmed."""
    return [
        {
            "interface": str(one.get("dev", "")), "mac": str(one["lladdr"]).upper(), "ip": str(one["dst"]),
            "age": float(one.get("confirmed", -1.0)),
        }
        for one in neighbours
        if "lladdr" in one
    ]  # fmt: skip


def ospf_neighbours(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return ``router_id``, ``interface``, ``state`` (RFC 2328, section 10.1), ``address`` and ``uptime_s``."""
    return [
        {
            "router_id": router_id,
            "interface": str(one.get("ifaceName", "")).partition(":")[0],
            "state": str(one.get("nbrState") or one.get("state") or one.get("converged", "")).partition("/")[0],
            "address": str(one.get("ifaceAddress") or one.get("address", "")),
            "uptime_s": float(one.get("upTimeInMsec", -1000.0)) / 1000.0,
        }
        for router_id, several in _neighbours(shown)
        for one in several
    ]


def _neighbours(shown: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for router_id, several in shown.get("neighbors", shown).items():
        if isinstance(several, Sequence) and not isinstance(several, str):
            yield router_id, several


def bgp_neighbours(shown: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """NAPALM's ``get_bgp_neighbors`` from ``show bgp neighbors json``, default VRF as ``global``; uptime in seconds."""
    peers = {address: one for address, one in shown.items() if isinstance(one, Mapping) and "remoteAs" in one}
    router_ids = [str(one.get("localRouterId", "")) for one in peers.values()]
    return {
        "global": {
            "router_id": router_ids[0] if router_ids else "",
            "peers": {address: _peer(one) for address, one in peers.items()},
        }
    }


def _peer(shown: Mapping[str, Any]) -> dict[str, Any]:
    up = shown.get("bgpState") == "Established"
    return {
        "is_enabled": not shown.get("adminShutDown", False), "is_up": up,
        "uptime": int(shown.get("bgpTimerUpMsec", 0)) // 1000 if up else -1,
        "remote_as": int(shown["remoteAs"]), "local_as": int(shown.get("localAs", -1)),
        "remote_id": str(shown.get("remoteRouterId", "")), "description": str(shown.get("nbrDesc", "")),
        "address_family": {
            name.removesuffix("Unicast").lower(): {
                "received_prefixes": int(family.get("acceptedPrefixCounter", -1)),
                "accepted_prefixes": int(family.get("acceptedPrefixCounter", -1)),
                "sent_prefixes": int(family.get("sentPrefixCounter", -1)),
            }
            for name, family in shown.get("addressFamilyInfo", {}).items()
        },
    }  # fmt: skip


def routes(shown: Mapping[str, Any], protocol: str) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's ``get_route_to`` from ``show ip route ... json``; one entry a next hop."""
    return {
        str(prefix): [
            _route(one, hop) for one in several for hop in one.get("nexthops", ()) if protocol in ("", one["protocol"])
        ]
        for prefix, several in shown.items()
    }


def _route(shown: Mapping[str, Any], hop: Mapping[str, Any]) -> dict[str, Any]:
    selected = bool(shown.get("selected", False))
    return {
        "protocol": str(shown["protocol"]), "current_active": selected, "last_active": selected,
        "age": _seconds(str(shown.get("uptime", ""))), "next_hop": str(hop.get("ip", "")),
        "outgoing_interface": "blackhole" if hop.get("blackhole") else str(hop.get("interfaceName", "")),
        "selected_next_hop": bool(hop.get("fib", False)), "preference": int(shown.get("distance", -1)),
        "inactive_reason": "" if selected else "not selected", "routing_table": str(shown.get("vrfName", "default")),
        "protocol_attributes": {"metric": int(shown.get("metric", -1))},
    }  # fmt: skip


def _seconds(uptime: str) -> int:
    """Read FRR's ``hh:mm:ss``, ``1d02h03m`` or ``02w3d04h``."""
    if uptime.count(":") == 2:
        hours, minutes, seconds = (int(part) for part in uptime.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    units = {"w": 604800, "d": 86400, "h": 3600, "m": 60}
    parts = re.findall(r"(\d+)([wdhm])", uptime)
    return sum(int(count) * units[unit] for count, unit in parts) if parts else -1


def ping(said: str) -> dict[str, Any]:
    """NAPALM's ``ping`` from iputils' text; round trips in milliseconds, ``packet_loss`` in packets."""
    probes = _PROBES.search(said)
    if probes is None:
        return {"error": said.strip() or "ping said nothing"}
    sent, received = int(probes.group(1)), int(probes.group(2))
    rtt = _RTT.search(said)
    low, mean, high, deviation = (float(part) for part in rtt.groups()) if rtt else (0.0, 0.0, 0.0, 0.0)
    results = [{"ip_address": address, "rtt": float(time)} for address, time in _PROBE.findall(said)]
    return {
        "success": {
            "probes_sent": sent, "packet_loss": sent - received, "rtt_min": low, "rtt_avg": mean, "rtt_max": high,
            "rtt_stddev": deviation, "results": results,
        }
    }  # fmt: skip
