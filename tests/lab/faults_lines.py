"""What goes wrong with the lines between two sites."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fault_drill import ThereAndBack
from faults_hosts import ROOT
from load_drill import Load
from recovery_drill import PATIENCE_S, Drill

from jbnet.lab import faults

FLAPPING_S = 40.0
STOPPING = f"until ls {ROOT}/*.hand-over.stopping >/dev/null 2>&1; do sleep 0.01; done"


@dataclass(frozen=True)
class CutOff(ThereAndBack):
    """The primary's site is cut off and lives: its servers run on until they are reached again."""

    settle_s: float
    name: str = "cut off"

    @classmethod
    def of(cls, seed: int) -> CutOff:
        """Throw the dice."""
        return cls(random.Random(seed).uniform(0.2, 2.0))

    @property
    def how(self) -> str:
        """Say what is cut."""
        return "all lines of the site, servers alive"

    def inflict(self, drill: Drill) -> None:
        """Take every line of its site away."""
        time.sleep(self.settle_s)
        drill.lab.impair_all(self.wrong(drill))

    def wrong(self, drill: Drill) -> dict[str, faults.Fault]:
        """Return what is wrong with each line."""
        return dict.fromkeys(drill.lines_of(drill.network.devices[drill.host].home), faults.CUT)

    def mend(self, drill: Drill) -> None:
        """Heal them."""
        assert drill.running_servers(drill.host) != "", "it was to stay alive behind the cut"
        drill.lab.impair_all(dict.fromkeys(self.wrong(drill), faults.UP))
        drill.await_reachable(drill.host)


@dataclass(frozen=True)
class OneWay(CutOff):
    """The lines of the primary's site lose all frames of one direction; its ports stay up."""

    outward: bool = True
    name: str = "one way"

    @classmethod
    def of(cls, seed: int) -> OneWay:
        """Throw the dice for when; what leaves the site is lost with odd seeds, what comes to it with even ones."""
        return cls(random.Random(seed).uniform(0.2, 2.0), outward=seed % 2 == 1)

    @property
    def how(self) -> str:
        """Say what is lost."""
        return f"what {'leaves' if self.outward else 'comes to'} the site is lost, servers alive"

    def wrong(self, drill: Drill) -> dict[str, faults.Fault]:
        """Return for each line whose frames do not arrive."""
        home = drill.network.devices[drill.host].home
        ends = {line: drill.network.circuits[line].a.device for line in super().wrong(drill)}
        from_a = {line: (drill.network.devices[end].home == home) == self.outward for line, end in ends.items()}
        mute = {True: faults.Fault(lost_a=faults.ALL), False: faults.Fault(lost_z=faults.ALL)}
        return {line: mute[a] for line, a in from_a.items()}


def settled(drill: Drill, execution: str) -> None:
    """With all lines well: the move is gone on with, or was taken back; whatever moved comes home."""
    drill.await_reachable(drill.host)
    drill.await_reachable(drill.standby)
    assert drill.ended(execution) in ("done", "undone")
    drill.bring_home()


@dataclass(frozen=True)
class CutInStop:
    """The lines between the sites are cut while a planned move stops the primaries.

    ``healed_s``: seconds until they are back; None: not before jbnet has given up.
    """

    behind_s: float
    healed_s: float | None
    name: str = "cut in stop"
    may_lose: bool = False

    @classmethod
    def of(cls, seed: int) -> CutInStop:
        """Throw the dice; with odd seeds it stays cut."""
        dice = random.Random(seed)
        return cls(dice.uniform(0.0, 0.4), None if seed % 2 else dice.uniform(2.0, 12.0))

    @property
    def how(self) -> str:
        """Say when."""
        until = "until jbnet gives up" if self.healed_s is None else f"for {self.healed_s:.0f} s"
        return f"{self.behind_s:.2f} s behind the first stop, {until}"

    def through(self, drill: Drill, _: Load) -> None:
        """Cut them when the first server is being stopped."""
        lines = drill.lines_of(drill.network.devices[drill.standby].home)
        with drill.under_way("switchover") as (events, execution):
            drill.console(drill.host, STOPPING)
            time.sleep(self.behind_s)
            drill.lab.impair_all(dict.fromkeys(lines, faults.CUT))
            if self.healed_s is not None:
                time.sleep(self.healed_s)
                drill.lab.impair_all(dict.fromkeys(lines, faults.UP))
            events.finish(2 * PATIENCE_S)
        drill.lab.impair_all(dict.fromkeys(lines, faults.UP))
        settled(drill, execution)


@dataclass(frozen=True)
class Flapping:
    """The lines between the sites come and go, all through a planned move."""

    seed: int
    name: str = "flapping"
    how: str = f"down 0.1 to 1 s, up 0.3 to 2 s, at most {FLAPPING_S:.0f} s"
    may_lose: bool = False

    @classmethod
    def of(cls, seed: int) -> Flapping:
        """Keep the dice for later."""
        return cls(seed)

    def through(self, drill: Drill, _: Load) -> None:
        """Flap from the approval on."""
        with drill.under_way("switchover") as (events, execution), self._flapping(drill):
            events.finish(2 * PATIENCE_S)
        settled(drill, execution)

    @contextmanager
    def _flapping(self, drill: Drill) -> Iterator[None]:
        lines, over = drill.lines_of(drill.network.devices[drill.standby].home), threading.Event()
        flaps = threading.Thread(target=self._flap, args=(drill, lines, over))
        flaps.start()
        try:
            yield
        finally:
            over.set()
            flaps.join()
            drill.lab.impair_all(dict.fromkeys(lines, faults.UP))

    def _flap(self, drill: Drill, lines: list[str], over: threading.Event) -> None:
        dice, end = random.Random(self.seed), time.monotonic() + FLAPPING_S
        while not over.wait(dice.uniform(0.3, 2.0)) and time.monotonic() < end:
            drill.lab.impair_all(dict.fromkeys(lines, faults.CUT))
            over.wait(dice.uniform(0.1, 1.0))
            drill.lab.impair_all(dict.fromkeys(lines, faults.UP))
