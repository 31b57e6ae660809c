"""Rendering: all configurations of the shipped province on one core, and what a network sixteen times as large adds.

CPU seconds, templates compiled anew in the first run; reading the declaration is measured by check.province_s. The
larger network holds every device, circuit, site and prefix sixteen times, under other names; rendering the province's
own devices in it shows whether the time of one grows with the number of all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from jbnet import wiring
from jbnet.config.render import render
from jbnet.model.network import Device, Network, Peer, Premises

ROOT = Path(__file__).parents[2]
TIMES = 16
GOAL_S = 3.0
RUNS = 3
T = TypeVar("T")
L = TypeVar("L", Premises, Peer)


def rows() -> list[dict[str, object]]:
    """Measure the province, then its devices inside the larger network."""
    province = wiring.load_network(ROOT, ROOT / "nowhere", whole=True)
    devices = list(province.devices.values())
    seconds = _median(province, devices)
    larger = _median(_enlarged(province), devices)
    return [
        _row("render.province_s", seconds, GOAL_S, "s of CPU"),
        _row("scale.render_in_larger", larger / seconds, 1.2, "times"),
    ]


def _enlarged(network: Network) -> Network:
    return replace(
        network, sites=_copies(network.sites), devices=_copies(network.devices), circuits=_copies(network.circuits),
        premises=_copies(network.premises, _elsewhere), peers=_copies(network.peers, _elsewhere),
        ports=_copies(network.ports),
    )  # fmt: skip


def _copies(found: Mapping[str, T], change: Callable[[T, int], T] = lambda value, _number: value) -> dict[str, T]:
    more = {f"{number}-{name}": change(value, number) for number in range(1, TIMES) for name, value in found.items()}
    return {**found, **more}


def _elsewhere(noun: L, number: int) -> L:
    """Return premises or a partner at another site, its line on another device."""
    line = replace(noun.line, device=f"{number}-{noun.line.device}") if noun.line else None
    return replace(noun, site=f"{number}-{noun.site}", line=line)


def _median(network: Network, devices: Iterable[Device]) -> float:
    return sorted(_all(network, devices) for _ in range(RUNS))[RUNS // 2]


def _all(network: Network, devices: Iterable[Device]) -> float:
    """Return the CPU seconds for the devices' configurations."""
    began = time.process_time()
    for device in devices:
        render(network, device)
    return time.process_time() - began


def _row(name: str, value: float, goal: float, unit: str) -> dict[str, object]:
    return {
        "id": name, "value": round(value, 3), "unit": unit, "better": "lower", "goal": goal, "peer": None,
        "peer_value": None, "ratio": round(value / goal, 2),
    }  # fmt: skip
