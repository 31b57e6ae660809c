"""A part of the network as a Mermaid flowchart: homes are subgraphs, devices nodes, circuits links."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.errors import UsageError
from jbnet.model.network import Circuit, CircuitRole, Network
from jbnet.model.text import text
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.graphs import Part
from jbnet.topology.diagrams.palette import FLAT, RED
from jbnet.topology.diagrams.speech import Speech

MOST_DEVICES = 160
"""A flowchart of more cannot be read (and Mermaid itself stops at 500 links)."""


def write_mermaid(network: Network, part: Part, *, speech: Speech, condition: Condition) -> str:
    """Return the flowchart. Raises UsageError for a part that is too large to be read."""
    if part.devices > MOST_DEVICES:
        raise UsageError(
            "{count} devices are too many for a Mermaid picture: {most} at most",
            hint=text("draw a part: --view backbone, --view under:SITE or --view site:NAME"),
            count=part.devices,
            most=MOST_DEVICES,
        )
    numbers = {device: f"n{i}" for i, device in enumerate(d for found in part.homes.values() for d in found)}
    lines = ["flowchart TB"]
    for i, (home, devices) in enumerate(part.homes.items()):
        if devices:
            folded = f" (+{part.folded[home]})" if home in part.folded else ""
            lines.append(f"  subgraph s{i}[{quoted(speech.home(network, home) + folded)}]")
            lines += [f"    {numbers[device]}[{quoted(device)}]" for device in devices]
            lines.append("  end")
    lines += [_link(circuit, numbers) for circuit in part.circuits]
    lines += _styles(part, condition)
    return "\n".join(lines) + "\n"


def quoted(said: str) -> str:
    """Return a quoted label: whatever Mermaid or Markdown would read as its own is written as a numbered entity."""
    kept = "".join(c if c.isalnum() or c in " -_.,:()+/·" else "" if ord(c) < 32 else f"#{ord(c)};" for c in said)
    return f'"{kept or " "}"'


def _link(circuit: Circuit, numbers: dict[str, str]) -> str:
    said = circuit.name + (f" {circuit.bandwidth}M" if circuit.bandwidth is not None else "")
    link = "-.-" if circuit.role is CircuitRole.BACKUP else "---"
    return f"  {numbers[circuit.a.device]} {link}|{quoted(said)}| {numbers[circuit.z.device]}"


def _styles(part: Part, condition: Condition) -> Iterator[str]:
    """Yield the colours of states, and red for lines that failed."""
    for i, (home, devices) in enumerate(part.homes.items()):
        if devices and (fill := FLAT.get(condition.of(home))):
            yield f"  style s{i} fill:{fill},stroke:#000000"
    for i, circuit in enumerate(part.circuits):
        if circuit.name in condition.dead:
            yield f"  linkStyle {i} stroke:{RED},stroke-width:3px"
