"""A part of the network in DOT, the language of Graphviz: homes are clusters, devices nodes, circuits edges."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.network import Circuit, CircuitRole, Network
from jbnet.topology.diagrams.condition import Condition, State
from jbnet.topology.diagrams.graphs import Part
from jbnet.topology.diagrams.palette import FLAT, RED, Palette
from jbnet.topology.diagrams.speech import Speech


def write_dot(network: Network, part: Part, *, speech: Speech, condition: Condition) -> str:
    """Return the DOT text; draw it with ``dot -Tsvg``."""
    palette = Palette(network)
    lines = [
        f"graph {quoted(network.name)} {{",
        '  graph [rankdir=TB, newrank=true, fontname="Noto Sans CJK SC"];',
        '  node [shape=box, fontname="Noto Sans CJK SC"];',
        '  edge [fontname="Noto Sans CJK SC", fontsize=10];',
    ]
    for number, (home, devices) in enumerate(part.homes.items()):
        lines += _cluster(number, _title(network, part, home, speech), devices, condition.of(home))
    lines += [_edge(circuit, palette, condition) for circuit in part.circuits]
    return "\n".join([*lines, "}"]) + "\n"


def quoted(said: str) -> str:
    """Return a DOT string; a line break stays one."""
    escaped = said.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "").replace("\0", "")
    return f'"{escaped}"'


def _title(network: Network, part: Part, home: str, speech: Speech) -> str:
    folded = f" (+{part.folded[home]})" if home in part.folded else ""
    return speech.home(network, home) + folded


def _cluster(number: int, title: str, devices: tuple[str, ...], state: State) -> Iterator[str]:
    if not devices:
        return
    yield f"  subgraph cluster_{number} {{"
    yield f"    label={quoted(title)};"
    if state in FLAT:
        yield f'    style=filled; fillcolor="{FLAT[state]}"; comment="{state}";'
    yield from (f"    {quoted(device)};" for device in devices)
    yield "  }"


def _edge(circuit: Circuit, palette: Palette, condition: Condition) -> str:
    dead = circuit.name in condition.dead
    style = "dotted" if dead else "dashed" if circuit.role is CircuitRole.BACKUP else "solid"
    colour = RED if dead else palette.of(circuit).colour
    said = circuit.name + (f"\n{circuit.bandwidth}M" if circuit.bandwidth is not None else "")
    ends = f"{quoted(circuit.a.device)} -- {quoted(circuit.z.device)}"
    return f'  {ends} [label={quoted(said)}, style={style}, color="{colour}"];'
