"""A full sweep of a province, and what four hundred dead devices cost the others: how late their polls are.

The real monitor over this workspace's network, its agents simulated in another process. Lateness is measured where a
datagram leaves: between the first requests of two polls of a device that answers there shall be one interval. It is
given as a share of the interval, as the worst of 99 % of the polls: calm, over the rounds in which devices die, and
with dead devices that are known; how much later these make the others than they were calm is a row of its own. All but
CPU seconds and cores are by the wall clock, and mean little where ``load`` says that other work took the machine.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import agents
import poll
from snmp import cpu

from jbnet import wiring
from jbnet.adapters.udp_loop import UdpLoop
from jbnet.services.watch.collected import seldom_collected
from jbnet.services.watch.monitor import Monitor
from jbnet.snmp.conversation import Conversation

ROOT = Path(__file__).parents[2]
DEVICES, DEAD = 1024, 400
INTERVAL_S = 1.0
SWEEPS, ROUNDS = 5, 12
SWEEP_GOAL_S, LATE_GOAL = 2.0, 10.0


class Wire:
    """Notes when the loop sends the first request of a poll to an address."""

    def __init__(self) -> None:
        self.sent: dict[str, list[float]] = defaultdict(list)
        self._transmit = UdpLoop._transmit

    def __enter__(self) -> Wire:
        wire, transmit = self, self._transmit

        def noting(self: UdpLoop, datagram: bytes, conversation: Conversation) -> bool:
            wire.sent[conversation.peer[0]].append(time.monotonic())
            return transmit(self, datagram, conversation)

        UdpLoop._transmit = noting  # type: ignore[method-assign]  # the bench looks over its shoulder
        return self

    def __exit__(self, *_: object) -> None:
        UdpLoop._transmit = self._transmit  # type: ignore[method-assign]  # as it was

    def late(self, addresses: Sequence[str], since: float) -> float:
        """Return by how much of the interval, in per cent, polls were late: the worst of 99 %."""
        gaps = []
        for address in addresses:
            firsts = _firsts([at for at in self.sent[address] if at >= since])
            gaps += [after - before - INTERVAL_S for before, after in zip(firsts, firsts[1:], strict=False)]
        return 100 * max(0.0, sorted(gaps)[int(len(gaps) * 0.99)]) / INTERVAL_S


def _firsts(times: Sequence[float]) -> list[float]:
    """Return the first of the requests of each poll: those that follow within half an interval belong to it."""
    found: list[float] = []
    for at in times:
        if not found or at - found[-1] > INTERVAL_S / 2:
            found.append(at)
    return found


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    network = wiring.load_network(ROOT, ROOT / "build" / "no-state", whole=True)
    with tempfile.TemporaryDirectory() as folder, Wire() as wire:
        monitor, transport = poll.make(network, Path(folder), INTERVAL_S, patient=False)
        monitor.start()
        object.__setattr__(monitor.plant, "watched", frozenset(sorted(monitor.plant.watched)[:DEVICES]))
        with agents.fleet(monitor.plant, Path(folder)) as fleet:
            fleet.take_over(monitor)
            found = _measure(monitor, fleet, wire)
        monitor.close()
        transport.close()
    return found


def _measure(monitor: Monitor, fleet: agents.Fleet, wire: Wire) -> list[dict[str, object]]:
    sweeps, used = [], []
    with seldom_collected():  # as Monitor.run does
        for _ in range(SWEEPS):
            began, before = time.monotonic(), cpu()
            monitor.poll_once()
            sweeps.append(time.monotonic() - began)
            used.append(cpu() - before)
    dead = sorted(monitor.plant.watched)[:: len(monitor.plant.watched) // DEAD][:DEAD]
    living = [fleet.addresses[d] for d in sorted(monitor.plant.watched - set(dead))]
    calm, _ = _run(monitor, wire, living)
    fleet.kill(dead)
    dying, _ = _run(monitor, wire, living)
    late, cores = _run(monitor, wire, living)
    answering = monitor.book.states
    if sum(1 for s in answering.values() if s.answer.up) < len(living):
        raise RuntimeError("not all that live were found to answer")
    return [
        _row("sweep.province_s", min(sweeps), "s", SWEEP_GOAL_S),
        _row("sweep.province_cpu_s", min(used), "CPU-s", SWEEP_GOAL_S),
        _row("sweep.late_calm_pct", calm, "%", LATE_GOAL),
        _row("sweep.late_400_die_pct", dying, "%", LATE_GOAL),
        _row("sweep.late_400_dead_pct", late, "%", LATE_GOAL),
        _row("sweep.later_400_dead_pct", max(0.0, late - calm), "%", LATE_GOAL),
        _row("sweep.cores_400_dead", cores, "cores", 1.0),
    ]


def _run(monitor: Monitor, wire: Wire, living: Sequence[str]) -> tuple[float, float]:
    """Return how late the polls of some rounds are, and how many cores the monitor used."""
    began, used = time.monotonic(), cpu()
    monitor.run(lambda turn: None, ROUNDS)
    return wire.late(living, began), (cpu() - used) / (time.monotonic() - began)


def _row(name: str, value: float, unit: str, goal: float) -> dict[str, object]:
    return {"id": name, "value": round(value, 2), "unit": unit, "better": "lower", "goal": goal} | {
        "peer": None, "peer_value": None, "ratio": round(value / goal, 2), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


if __name__ == "__main__":
    json.dump(rows(), sys.stdout, indent=1)
    print()
