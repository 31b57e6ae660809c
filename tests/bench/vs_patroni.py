"""jbnet beside Patroni on the same hosts, one after the other: a planned move, and a primary whose power is gone.

The demo lab as deployed, each line as slow as declared; three databases each, of which production waits for Golmud
and two do not. Both are written to from a community, a row every 5 ms to each database: jbnet through the service
addresses, Patroni by libpq's ``read-write`` over both sites (``patroni_client``). Of the worst database, a round each.

What is compared is not the same by nature. Patroni decides by itself when its key in etcd has lapsed, and not
sooner; jbnet asks two people and proves a fence. So there are two rows of the failover: from the second approval on,
and from the moment the power is gone, with ten seconds of reading and both signatures in it. Patroni's figure is the
same in both.
``make bench ONLY=dr.patroni``: ten minutes.
"""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import failover
import switchover
from patroni_cluster import Patroni
from patroni_settings import BRISK, DEFAULTS, WAN, Preset, longest_gap
from recovery_lab import acks, await_acks, recovery_lab

from jbnet.lab import faults
from jbnet.lab.client.probe import two_writers_s

sys.path[:0] = [str(Path(__file__).parents[1] / "lab")]

from recovery_drill import wait  # noqa: E402  found only on the path set above

PATIENCE_S = 420.0
BEGINS = "dr.patroni_"
TAIL = 20_000
"""Bytes at a record's end that are looked at all along: it grows to megabytes."""
SILENT_S = 2.0
"""Without this next to nothing is lost: what is committed leaves for the standby as soon as for the client."""
SEED = 6
"""Of the dice by which the power goes at some moment of Patroni's round, as it does."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one failure of Patroni's primary came to, by database where it is one's own.

    ``seconds`` from the failure to the first row accepted; ``lost``: rows acknowledged and not there afterwards.
    """

    preset: Preset
    seconds: dict[str, float]
    lost: dict[str, int]
    acknowledged: int
    two_writers_s: float

    def beside(self) -> dict[str, object]:
        """Return what stands beside the figure. How many were lost is by our own record: Patroni has no such list."""
        return {
            "peer_lost": self.lost,
            "peer_acknowledged": self.acknowledged,
            "peer_two_writers_s": round(self.two_writers_s, 3),
        }


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with recovery_lab() as (drill, memory):
        gap = max(switchover.rounds(drill, memory, 1)["switchover"])
        ours = failover.replaced(drill, memory / "jbnet")
        theirs = Patroni(drill)
        theirs.up()
        peer = theirs.version()
        their_gap = _moved(theirs, memory / "patroni-planned")
        by_default = _replaced(theirs, DEFAULTS, memory / "patroni-defaults", silent_s=SILENT_S)
        theirs.boot(drill.host)
        _bring_home(theirs)
        by_wan = _replaced(theirs, WAN, memory / "patroni-wan")
    print(f"jbnet: {gap} {ours}\npatroni: {their_gap} {by_default} {by_wan}", file=sys.stderr)
    return [
        _row("switchover_gap_s", gap, switchover.GOAL_S, f"{peer}, patronictl switchover", their_gap),
        _failed("failover_approved_s", ours.approved_s, failover.FAILOVER_GOAL_S, peer, by_wan),
        _failed("failover_dark_s", ours.dark_s, None, peer, by_wan),
        _failed("failover_dark_defaults_s", ours.dark_s, None, peer, by_default),
    ]


def _moved(patroni: Patroni, record: Path) -> float:
    """Return the longest gap of the worst database while all move, by Patroni's defaults; they move back then."""
    patroni.adopt(DEFAULTS)
    with patroni.writing(record):
        await_acks(patroni.drill, record)
        patroni.switch_over(patroni.drill.standby)
        await_acks(patroni.drill, record)
    _bring_home(patroni)
    gaps = {name: _gap(record, name) for name in patroni.drill.network.databases}
    each = {name: round(ended - began, 3) for name, (began, ended) in gaps.items()}
    print(f"patronictl switchover: {each}; {_two_writers(record)} s of two writers", file=sys.stderr)
    return max(each.values())


def _bring_home(patroni: Patroni) -> None:
    drill = patroni.drill
    patroni.adopt(BRISK)
    patroni.await_leader(drill.standby)
    patroni.switch_over(drill.host)
    patroni.await_leader(drill.host)


def _replaced(patroni: Patroni, preset: Preset, record: Path, silent_s: float = 0.0) -> Loss:
    """Take the primaries' power away at some moment, wait until all are written to again; the host stays dark.

    ``silent_s``: the lines of the standby's site carry nothing for so long before, as in ``make test-killed``.
    """
    drill = patroni.drill
    patroni.adopt(preset)
    with patroni.writing(record):
        await_acks(drill, record)
        time.sleep(random.Random(SEED).uniform(0, preset.loop_wait))
        lines = drill.lines_of(drill.network.devices[drill.standby].home) if silent_s else []
        drill.lab.impair_all(dict.fromkeys(lines, faults.SILENT))
        time.sleep(silent_s)
        failed = time.monotonic()
        drill.lab.kill(drill.host)
        dark = time.monotonic()
        drill.lab.impair_all(dict.fromkeys(lines, faults.UP))
        names = tuple(drill.network.databases)
        wait(lambda: _written_since(record, dark) >= set(names), "writes at the other site", PATIENCE_S)
        await_acks(drill, record)
    told = {name: {int(ack["id"]) for ack in acks(record) if ack["db"] == name} for name in names}
    return Loss(
        preset,
        {name: round(_gap(record, name)[1] - failed, 2) for name in names},
        {name: len(told[name] - patroni.present(name, record.name)) for name in names},
        sum(map(len, told.values())),
        _two_writers(record),
    )


def _written_since(record: Path, moment: float) -> set[str]:
    """Return the databases that accepted a row later than a second after a moment (monotonic): by the record's end."""
    with record.open("rb") as stream:
        stream.seek(max(0, record.stat().st_size - TAIL))
        lines = stream.read().decode().split("\n")[1:-1]
    said = map(json.loads, lines)
    return {str(line["db"]) for line in said if line["event"] == "acked" and float(line["t"]) > moment + 1.0}


def _gap(record: Path, database: str) -> tuple[float, float]:
    return longest_gap([float(ack["t"]) for ack in acks(record) if ack["db"] == database])


def _two_writers(record: Path) -> float:
    probes = sorted(record.parent.glob(f"{record.name}-probe-*"))
    return two_writers_s(line for probe in probes for line in probe.read_text().split("\n")[:-1])


def _failed(name: str, ours: float, goal: float | None, peer: str, found: Loss) -> dict[str, object]:
    """Return a row of a failover; where nothing else is the goal, Patroni's time is."""
    label = f"{peer}, {found.preset.name} (ttl {found.preset.ttl})"
    theirs = max(found.seconds.values())
    return _row(name, ours, goal or round(theirs, 2), label, theirs) | found.beside()


def _row(name: str, ours: float, goal: float, peer: str, theirs: float) -> dict[str, object]:
    """Return a row whose ratio is ours to theirs: the smaller the better."""
    return {"id": BEGINS + name, "value": round(ours, 3), "unit": "s", "better": "lower", "goal": goal} | {
        "peer": f"{peer}: {theirs:.2f} s", "peer_value": round(theirs, 3), "ratio": round(ours / theirs, 3),
    }  # fmt: skip
