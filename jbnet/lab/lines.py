"""The lines of a lab as texts for the kernel's tools: ports, the exchange between them, delays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jbnet.lab.faults import ALL, Fault
from jbnet.lab.tunnels import plug

NETEM_QUEUE_PACKETS = 100_000
TABLE, EXCHANGE, LOSSY = "netdev carriers", "exchange", "lossy"
GRAIN = 1000
"""Loss is counted in frames of so many."""
LINES_A_CHAIN = 100
"""Lines of one chain: it may have 256 devices (NFT_NETDEVICE_MAX of the kernel), a line has two."""


@dataclass(frozen=True, slots=True)
class Line:
    """One circuit of a lab that is up. ``port`` begins the names of the carrier's ports; empty: a relay's line."""

    name: str
    a: tuple[str, str]
    z: tuple[str, str]
    latency_ms: float
    port: str

    def as_json(self) -> dict[str, object]:
        """Return the form in which lab.json keeps it."""
        return {
            "name": self.name,
            "a": list(self.a),
            "z": list(self.z),
            "latency_ms": self.latency_ms,
            "port": self.port,
        }


def batch_for(lines: Iterable[Line], lans: Iterable[tuple[str, str]], pids: Mapping[str, int]) -> str:
    """Return the `ip -batch` text that plugs in all lines without delay, and gives each LAN port its switch.

    ``lans`` are (device, interface); ``pids`` are processes in the devices' namespaces.
    """
    commands: list[str] = []
    for line in lines:
        if line.port:
            commands += _ports(line, pids)
    for number, (device, interface) in enumerate(lans):
        commands.append(f"link add lan{number} type veth peer name {interface} netns {pids[device]}")
        commands.append(f"link set lan{number} up")
    return "".join(f"{command}\n" for command in commands)


def _ports(line: Line, pids: Mapping[str, int]) -> list[str]:
    commands = []
    for letter, (device, interface) in (("a", line.a), ("z", line.z)):
        there = holder((device, interface), pids)
        commands.append(f"link add {line.port}{letter} type veth peer name {interface} netns {there}")
        commands.append(f"link set {line.port}{letter} up")
    return commands


def holder(end: tuple[str, str], pids: Mapping[str, int]) -> int:
    """Return the process whose network namespace an end is plugged into: the device's, or that of an encrypted port."""
    return pids.get(plug(*end)) or pids[end[0]]


def exchange_for(lines: Iterable[Line]) -> str:
    """Return the ruleset (nft(8)) that hands frames over from port to port; what has no far port is dropped."""
    ports = [line.port for line in lines if line.port]
    chunks = [ports[first : first + LINES_A_CHAIN] for first in range(0, len(ports), LINES_A_CHAIN)]
    chains = [
        f" chain ports{number} {{\n  type filter hook ingress devices = {{ {_both(chunk)} }} priority 0;\n"
        f"  iif vmap @{LOSSY}\n  fwd to iif map @{EXCHANGE}\n  drop\n }}\n"
        for number, chunk in enumerate(chunks)
    ]
    table = f"map {EXCHANGE} {{ type iface_index : iface_index; }}\n map {LOSSY} {{ type iface_index : verdict; }}"
    return f"table {TABLE} {{\n {table}\n{''.join(chains)}}}\n" + "".join(join(port) for port in ports)


def join(port: str) -> str:
    """Return the command (nft(8)) that hands frames over in both directions of a line."""
    return f"add element {TABLE} {EXCHANGE} {{ {port}a : {port}z, {port}z : {port}a }}\n"


def impaired(port: str, fault: Fault) -> str:
    """Return the commands (nft(8)) that make a line lose frames, or none any more, however it was before."""
    shares = {f"{port}a": fault.lost_a, f"{port}z": fault.lost_z}
    return join(port) + "".join(_losing(end, lost) for end, lost in shares.items())


def _losing(port: str, lost: float) -> str:
    """Return the commands for what comes in at one of the carrier's ports: each has a chain once it lost something."""
    if lost == ALL:
        return f"delete element {TABLE} {EXCHANGE} {{ {port} }}\n"
    chain = f"{TABLE} {LOSSY}_{port}"
    emptied = f"add chain {chain}\nflush chain {chain}\n"
    if not lost:
        return emptied
    rule = f"numgen random mod {GRAIN} < {round(lost * GRAIN / ALL)} drop"
    return f"{emptied}add rule {chain} {rule}\nadd element {TABLE} {LOSSY} {{ {port} : jump {LOSSY}_{port} }}\n"


def faults_in(table: Mapping[str, object]) -> dict[str, float]:
    """Return how many of 100 frames that come in at each port are lost, from ``nft -j list table`` (libnftables-json).

    A port that is not named loses all.
    """
    entries = table["nftables"]
    found: dict[str, float] = {}
    for entry in entries if isinstance(entries, list) else ():
        if entry.get("map", {}).get("name") == EXCHANGE:
            found |= {here: 0.0 for here, _ in entry["map"].get("elem", ())}
    for entry in entries if isinstance(entries, list) else ():
        rule = entry.get("rule", {})
        port = rule.get("chain", "").removeprefix(f"{LOSSY}_")
        if port in found and rule["chain"] != port:
            found[port] = rule["expr"][0]["match"]["right"] * ALL / GRAIN
    return found


def _both(ports: Iterable[str]) -> str:
    return ", ".join(f"{port}{letter}" for port in ports for letter in "az")


def netem_for(lines: Iterable[Line]) -> str:
    """Return the `tc -batch` text that delays the lines: half of the round trip at each of the carrier's ports."""
    return "".join(
        f"qdisc add dev {line.port}{end} root netem delay {line.latency_ms * 500:.0f}us limit {NETEM_QUEUE_PACKETS}\n"
        for line in lines
        if line.port and line.latency_ms
        for end in "az"
    )
