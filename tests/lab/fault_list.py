"""Every fault there is, and those that the environment asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from fault_drill import Fault
from faults_disk import DiskFull
from faults_hosts import Autostart, Frozen, Killed, StraightBack
from faults_lines import CutInStop, CutOff, Flapping, OneWay
from faults_standby import Behind, SlotLost, WrongCluster
from faults_steps import Planned, RewindFails, RouterRefuses, SecondPromotion

KINDS: dict[str, Callable[[int], Fault]] = {
    "killed": Killed.of,
    "frozen": Frozen.of,
    "cut off": CutOff.of,
    "planned": Planned.of,
    "cut in stop": CutInStop.of,
    "one way": OneWay.of,
    "flapping": Flapping.of,
    "autostart": Autostart.of,
    "straight back": StraightBack.of,
    "second promotion": SecondPromotion.of,
    "router refuses": RouterRefuses.of,
    "rewind fails": RewindFails.of,
    "behind": Behind.of,
    "slot lost": SlotLost.of,
    "disk full": DiskFull.of,
    "wrong cluster": WrongCluster.of,
}
SEEDS = {"killed": "1-3", "cut in stop": "1-2", "one way": "1-2", "disk full": "1-2"}
"""The throws of the dice where the environment names none; one for all others."""


def chosen() -> Iterator[tuple[Fault, int]]:
    """Yield the faults that ``FAULTS`` asks for (all), by the dice that ``SEEDS`` asks for."""
    wanted = os.environ.get("FAULTS") or ",".join(KINDS)
    for name in wanted.split(","):
        for seed in _numbers(os.environ.get("SEEDS") or SEEDS.get(name, "1")):
            yield KINDS[name](seed), seed


def _numbers(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)
