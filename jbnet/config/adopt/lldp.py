"""Who saw whom by LLDP (IEEE 802.1AB), as people saved it: the prompt with the command, and the table below it.

Read are ``display lldp neighbor brief`` of VRP and ``display lldp neighbor-information list`` of Comware. Ports stand
there in short (``GE0/1/0``), in the configuration in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jbnet.config.adopt.facts import Problem, Running, Source
from jbnet.model.findings import Place
from jbnet.model.text import text

Spot = tuple[str, str]
"""A device and one of its ports."""
_PROMPT = re.compile(r"[<\[*~]*(?P<name>[^>\]\s]+)[>\]]\s*dis\w*\s+lldp\s+nei", re.IGNORECASE)
_ROWS = (
    re.compile(r"(?P<port>\S+\d)\s+(?P<device>\S+)\s+(?P<far>\S+\d)\s+\d+\s*"),
    re.compile(
        r"(?P<port>\S+\d)\s+[0-9a-f]{4}(?:-[0-9a-f]{4}){2}\s+(?P<far>\S+\d)\s+(?P<device>\S+)\s*", re.IGNORECASE
    ),
)
_PORT = re.compile(r"(?P<kind>\d*[A-Za-z-]+)(?P<number>\d\S*)")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device saw another one: both with their ports as written, and where that stands."""

    here: Spot
    there: Spot
    place: Place


def sightings(sources: Sequence[Source]) -> Iterator[Sighting]:
    """Yield what the texts say; rows before the first prompt are nobody's."""
    for source in sources:
        name = ""
        for number, line in enumerate(source.content.splitlines(), 1):
            if prompt := _PROMPT.search(line):
                name = prompt["name"]
            elif name and (row := next((m for rule in _ROWS if (m := rule.fullmatch(line.strip()))), None)):
                yield Sighting((name, row["port"]), (row["device"], row["far"]), Place(source.name, number))


def seen_lines(
    found: Sequence[Sighting], devices: Mapping[str, Running]
) -> tuple[dict[frozenset[Spot], Place], list[Problem]]:
    """Return the pairs of ports that saw each other, by their names in the configurations, and what fits nothing."""
    names = {running.name.lower(): device for device, running in devices.items()}
    lines: dict[frozenset[Spot], Place] = {}
    problems: list[Problem] = []
    for one in found:
        spots = [_spot(spot, names, devices) for spot in (one.here, one.there)]
        if None in spots:
            said = text("LLDP: {here} saw {there}; one of them is not among the configurations that were read",
                        here=":".join(one.here), there=":".join(one.there))  # fmt: skip
            problems.append(Problem(one.place, said))
        else:
            lines.setdefault(frozenset(spot for spot in spots if spot is not None), one.place)
    return lines, problems


def _spot(spot: Spot, names: Mapping[str, str], devices: Mapping[str, Running]) -> Spot | None:
    device = names.get(spot[0].lower())
    if device is None:
        return None
    port = next((port for port in devices[device].ports if same_port(spot[1], port)), None)
    return (device, port) if port is not None else None


def same_port(short: str, full: str) -> bool:
    """Say whether a short name is that of a port: ``GE0/1/0`` of ``GigabitEthernet0/1/0``."""
    one, other = _PORT.fullmatch(short), _PORT.fullmatch(full)
    if one is None or other is None or one["number"] != other["number"]:
        return short == full
    capitals = "".join(sign for sign in other["kind"] if sign.isupper())
    return one["kind"] in (other["kind"], capitals) or other["kind"].startswith(one["kind"])
