"""While a recovery works on a host the monitor knows: of no other host, and no longer than it works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from recovery_world import APPROVERS, PRIMARY, STANDBY, Bench, Killed, World, WorldAction, bindings

from jbnet.adapters.maintenance_windows import WindowFile
from jbnet.model.errors import JbnetError
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.ports import StepAction, StepOutcome
from jbnet.recovery.runbook import load_runbook

RUNBOOKS = Path(__file__).parents[3] / "dr" / "runbooks"
EXECUTION = "20261122-1"
DATABASES = ("production", "exchange")


@pytest.fixture
def windows(tmp_path: Path) -> WindowFile:
    return WindowFile(tmp_path / "actions.db")


def in_force(windows: WindowFile, now: datetime) -> set[str]:
    return {device for window in windows.windows() if window.in_force(now) for device in window.devices}


@dataclass
class Watched:
    """An action of the world that notes which hosts the monitor knows of when it acts; each act takes a second."""

    inner: StepAction
    name: str
    bench: Bench
    windows: WindowFile
    seen: list[tuple[str, set[str]]]

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        return self.inner.probe(params)

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        self.bench.clock.sleep(1)
        self.seen.append((f"{self.name}[{params.get('database')}]", in_force(self.windows, self.bench.clock.now())))
        return self.inner.do(params)

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        return self.inner.verify(params)


def started(
    world: World, runbook: str, windows: WindowFile
) -> tuple[Bench, dict[str, StepAction], dict[str, set[str]]]:
    """An execution that is to begin, its actions, and what the monitor will have known at each of them."""
    found, _ = load_runbook(runbook, (RUNBOOKS / f"{runbook}.yaml").read_text(encoding="utf-8"))
    assert found is not None
    bench = Bench(world, windows=windows)
    bench.engine().start(EXECUTION, found, bindings(*DATABASES), ["zhao"], APPROVERS)
    seen = _Seen()
    actions: dict[str, StepAction] = {
        name: Watched(action, name, bench, windows, seen) for name, action in world.actions().items()
    }
    return bench, actions, seen.by_step


class _Seen(list[tuple[str, set[str]]]):
    def __init__(self) -> None:
        super().__init__()
        self.by_step: dict[str, set[str]] = {}

    def append(self, found: tuple[str, set[str]]) -> None:
        self.by_step[found[0]] = found[1]


def test_each_step_of_a_failover_announces_the_host_it_works_on_and_what_is_left_down(windows: WindowFile) -> None:
    bench, actions, seen = started(World.before(*DATABASES), "failover", windows)
    assert bench.engine(actions).run().ok
    assert seen["assess[production]"] == set(), "looking is no work"
    assert seen["fence[production]"] == {PRIMARY}
    assert seen["promote[production]"] == {PRIMARY, STANDBY}, "the fenced host stays announced while work goes on"
    assert in_force(windows, bench.clock.now()) == set(), "what a failover leaves behind is an incident"
    found = windows.windows()
    assert {window.opener for window in found} == {Opener.RECOVERY}
    assert {(window.work, window.who) for window in found} == {(EXECUTION, "zhao")}
    assert {window.related for window in found} == {f"recovery {EXECUTION}"}


def test_what_was_taken_down_is_announced_until_it_is_brought_back_and_no_longer(windows: WindowFile) -> None:
    bench, actions, seen = started(World.after_failover(*DATABASES), "failback", windows)
    assert bench.engine(actions).run().ok
    assert seen["unfence[production]"] == {PRIMARY, STANDBY}, "the stopped host stays announced while work goes on"
    by_step = {window.id.split(":")[2]: window for window in windows.windows() if not window.id.endswith(":down")}
    stopped = next(w for w in windows.windows() if w.id.endswith(":down") and "hand-over[production]" in w.id)
    assert stopped.devices == {STANDBY}
    assert stopped.ended == by_step["rebuild-standby[production]"].ended
    assert by_step["hand-over[production]"].devices == {PRIMARY, STANDBY}
    assert in_force(windows, bench.clock.now()) == set()


class Dying:
    """Windows of a process that is killed while it promotes: what it would write afterwards is not written."""

    def __init__(self) -> None:
        self.kept: dict[str, Maintenance] = {}
        self.dead = False

    def windows(self) -> Sequence[Maintenance]:
        return list(self.kept.values())

    def register(self, window: Maintenance) -> None:
        if not self.dead:
            self.kept[window.id] = window


@dataclass
class Deadly:
    """A promotion during which the process is killed."""

    world: World
    told: Dying

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        return WorldAction(self.world, "promote").probe(params)

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        self.told.dead = True
        raise Killed

    verify = probe


def test_a_recovery_that_is_killed_leaves_windows_that_end_by_themselves(windows: WindowFile) -> None:
    world, told = World.before(*DATABASES), Dying()
    bench, actions, _ = started(world, "failover", windows)
    bench.windows = told
    with pytest.raises(Killed):
        bench.engine({**actions, "promote": Deadly(world, told)}).run()
    left = [window for window in told.windows() if window.ended is None]
    assert {host for window in left for host in window.devices} == {PRIMARY, STANDBY}
    longest = max(window.ends for window in left) - bench.clock.now()
    assert 60 < longest.total_seconds() <= 600


class Full:
    """Windows on a full disk."""

    def __init__(self) -> None:
        self.tries = 0

    def windows(self) -> Sequence[Maintenance]:
        return ()

    def register(self, window: Maintenance) -> None:
        self.tries += 1
        raise JbnetError("no room for {name}", name=window.id)


def test_where_the_monitor_cannot_be_told_the_recovery_goes_on_says_so_once_and_tries_no_more(
    windows: WindowFile,
) -> None:
    bench, actions, _ = started(World.before(*DATABASES), "failover", windows)
    bench.windows = full = Full()
    assert bench.engine(actions).run().ok
    (said,) = bench.log.of("dr.unannounced")
    assert "no room for recovery:" in str(said.data["text"])
    assert full.tries == 1
