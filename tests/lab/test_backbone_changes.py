"""Changes of the whole live backbone: every router of it, every site of it asked all the time, and what comes between.

What is changed moves traffic: each router's way up had been made dear by hand, and becomes the usual one again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import pytest
from conftest import Collected, copy_workspace
from eventually import eventually
from running_apply import begin, forged
from site_watch import SiteWatch
from workspace import Workspace

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1800)]

SCALE = "backbone"
NOC, FAR_SIDE = "noc-s1", "golmud-dc-db1"
STRAY, TYPED = "ip route 192.0.2.0/24 blackhole", "ip route 198.51.100.0/24 blackhole"
DEAR = "ip ospf cost 2000"
PREFECTURE = "haixi"
PAIR, CORE = ("haixi-r1", "haixi-r2"), "core-r2"
LONELY = "mangya-r1"
"""A county on a single line."""
TIMER = ("--timer", "20")
TIMERS_S = 120.0
"""In this time the timers of a killed run are over, and routing has come back, also on a machine that is busy."""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The backbone as it is deployed; all of it is reached from the NOC."""
    folder = copy_workspace(tmp_path_factory.mktemp("backbone-changes"))
    lab = wiring.lab(folder, folder / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(folder, SCALE), SCALE, Collected(), deployed=True)
        workspace = Workspace(folder, lab)
        with watched(workspace) as watch:
            assert eventually(watch.everybody, TIMERS_S)
        yield workspace
    finally:
        lab.down()


@pytest.fixture
def backbone(deployed: Workspace) -> Iterator[Workspace]:
    """The backbone; what a test left there is taken back by the tool itself."""
    yield deployed
    left = deployed.plan() if deployed.touched else {"changes": {}}
    if left["changes"]:
        deployed.apply(left, *(word for name in left["changes"] for word in ("--override", name)))


def watched(workspace: Workspace, vantage: str = NOC, *, without: Iterable[str] = ()) -> SiteWatch:
    return SiteWatch(workspace.lab, workspace.network, vantage, without=without)


def routers(workspace: Workspace) -> list[str]:
    return [d.name for d in workspace.network.devices.values() if workspace.network.roles[d.role].managed]


def below(workspace: Workspace, prefecture: str) -> list[str]:
    """Return the routers of a prefecture and of its counties."""
    sites = {name for name, site in workspace.network.sites.items() if prefecture in (name, site.parent)}
    return [name for name in routers(workspace) if workspace.network.devices[name].home in sites]


def mistype(workspace: Workspace, devices: Iterable[str]) -> None:
    """Type on devices what nobody declared: a discard route, and a cost that sends their traffic round about."""

    def type_on(name: str) -> None:
        uplink = workspace.network.devices[name].uplink
        workspace.type(name, STRAY, *([f"interface {uplink}", DEAR] if uplink else []))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(type_on, devices))


def is_wrong(workspace: Workspace, device: str) -> bool:
    return STRAY in workspace.running(device)


def redundant(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield routers that stand in for each other: of one role in one home, or at the upper ends of a router's lines."""
    devices, seconds = workspace.network.devices, dict[str, set[str]]()
    for circuit in workspace.network.circuits.values():
        seconds.setdefault(circuit.z.device, set()).add(circuit.a.device)
    for one, other in combinations(devices.values(), 2):
        is_pair = (one.home, one.role) == (other.home, other.role)
        if is_pair or any({one.name, other.name} <= uppers for uppers in seconds.values()):
            yield one.name, other.name


def spans(workspace: Workspace, change: str) -> Mapping[str, tuple[int, int]]:
    """Return for each device the entries of the journal between which its configuration was not certain."""
    found: dict[str, tuple[int, int]] = {}
    for entry in SqliteJournal(workspace.folder / ".jbnet" / "change.db", SystemClock()).entries():
        data, device = entry["data"], str(entry["subject"])
        assert isinstance(data, dict)
        seq = int(str(entry["seq"]))
        if data.get("change") == change and (entry["kind"], data.get("act")) == ("device.intent", "commit"):
            found[device] = (seq, seq)
        elif data.get("change") == change and device in found:
            found[device] = (found[device][0], seq)
    return found


def never_together(workspace: Workspace, made: Mapping[str, Any]) -> bool:
    """Say whether no two routers that stand in for each other were ever uncertain at the same time."""
    when = spans(workspace, made["hash"])
    pairs = [(when[a], when[b]) for a, b in redundant(workspace) if a in when and b in when]
    assert pairs
    return all(one[1] < other[0] or other[1] < one[0] for one, other in pairs)


def rounds(made: Mapping[str, Any]) -> list[set[str]]:
    return [set(wave["devices"]) for wave in made["waves"]]


def nothing_is_left(workspace: Workspace) -> bool:
    return not workspace.plan()["changes"]


def waiting(workspace: Workspace, devices: Iterable[str]) -> list[str]:
    return [name for name in devices if workspace.waiting(name)]


def test_a_change_of_every_router_goes_in_waves_and_no_site_is_lost_meanwhile(backbone: Workspace) -> None:
    """Seen from both data sides. The plan right after it is empty."""
    everyone = routers(backbone)
    assert len(everyone) > 60
    mistype(backbone, everyone)
    made = backbone.plan()
    assert set(made["changes"]) == set(everyone)
    waves = rounds(made)
    assert not [pair for wave in waves for pair in redundant(backbone) if wave.issuperset(pair)]
    with watched(backbone) as here, watched(backbone, FAR_SIDE) as there:
        assert eventually(lambda: here.everybody() and there.everybody())
        run = begin(backbone, made)
        assert set(run.end(0).values()) == {"confirmed"}
        assert eventually(lambda: here.everybody() and there.everybody())
    assert [set(wave) for wave in run.waves()] == waves
    assert never_together(backbone, made)
    assert (here.lost, there.lost) == (set(), set()), (here.longest, there.longest)
    assert here.sites > 50
    assert here.looks > len(waves)
    assert nothing_is_left(backbone)
    assert not any(is_wrong(backbone, name) for name in everyone)


def test_a_border_router_that_dies_half_way_costs_only_whoever_has_no_other_way(backbone: Workspace) -> None:
    """Its partner was not touched in that wave, and carries the prefecture; it boots as it was before."""
    part = [*below(backbone, PREFECTURE), CORE]
    mistype(backbone, part)
    made = backbone.plan()
    first, second = in_turn(made)
    run = begin(backbone, made, *TIMER)
    run.until("apply.looking", first)
    backbone.lab.kill(first)
    alone = {*Forecaster(backbone.network, demand={}).of(FailureSet.of(devices=[first])).cut_off}
    assert not alone & {PREFECTURE, "delingha", "golmud"}
    try:
        states = run.end(3)
        assert states[first] == "reverting"
        assert not {second, CORE} & set(states)
        with watched(backbone, without=_at(backbone, alone)) as watch:
            assert eventually(watch.everybody, TIMERS_S)
    finally:
        backbone.lab.boot(first)
    with watched(backbone) as watch:
        assert eventually(watch.everybody, TIMERS_S)
    assert is_wrong(backbone, first)
    assert not waiting(backbone, part)
    rest = backbone.plan()
    done = set().union(*rounds(made)[: rounds(made).index({first})])
    assert {states[name] for name in done} == {"confirmed"}
    assert set(rest["changes"]) == set(part) - done
    with watched(backbone) as watch:
        assert backbone.apply(rest)[-1]["data"]["ok"]
        assert eventually(watch.everybody)
    assert not watch.lost, watch.longest
    assert nothing_is_left(backbone)


def in_turn(made: Mapping[str, Any]) -> list[str]:
    """Return the two border routers of the prefecture, the one that is changed first standing first."""
    return sorted(PAIR, key=lambda name: next(n for n, wave in enumerate(rounds(made)) if name in wave))


def _at(workspace: Workspace, homes: Collection[str]) -> list[str]:
    return [device.name for device in workspace.network.devices.values() if device.home in homes]


def test_killed_half_way_the_rest_is_carried_on_and_no_site_is_lost(backbone: Workspace) -> None:
    everyone = routers(backbone)
    mistype(backbone, everyone)
    made = backbone.plan()
    begun = made["waves"][0]["devices"]
    with watched(backbone) as watch:
        run = begin(backbone, made)
        run.until("apply.device", begun[len(begun) // 2])
        run.kill()
        assert "--resume" in backbone.jbnet("apply", made["hash"], code=4).stderr
        states = backbone.apply(made, "--resume")[-1]["data"]["devices"]
        assert eventually(watch.everybody)
    assert set(states) == set(everyone)
    assert set(states.values()) == {"already", "confirmed"}
    assert not waiting(backbone, everyone)
    assert not watch.lost, watch.longest
    assert nothing_is_left(backbone)


def test_a_line_typed_on_a_router_that_is_yet_to_come_stays_and_the_others_of_its_wave_go_on(
    backbone: Workspace,
) -> None:
    part = [*below(backbone, PREFECTURE), *below(backbone, "haibei"), CORE]
    mistype(backbone, part)
    made = backbone.plan()
    border = in_turn(made)[0]
    wave = next(devices for devices in rounds(made) if border in devices)
    before, others = rounds(made)[: rounds(made).index(wave)], wave - {border}
    assert before
    assert others
    with watched(backbone) as watch:
        run = begin(backbone, made)
        run.until("apply.wave", "1")
        backbone.type(border, TYPED)
        states = run.end(4)
        assert eventually(watch.everybody)
    assert states[border] == "refused"
    assert {states[name] for name in set().union(others, *before)} == {"confirmed"}
    assert set(states) == {border}.union(others, *before)
    assert TYPED in backbone.running(border)
    assert is_wrong(backbone, border)
    assert not watch.lost, watch.longest
    rest = backbone.plan()
    assert f"- {TYPED}" in rest["changes"][border]["diff"]
    assert backbone.apply(rest)[-1]["data"]["ok"]
    assert nothing_is_left(backbone)


@pytest.mark.parametrize("jbnet", ["looks on", "is killed"])
def test_a_change_that_breaks_its_own_uplink_returns_by_itself(backbone: Workspace, jbnet: str) -> None:
    """The plan was made to overlook it, and what the guard says on the device is overridden; nobody has to reach it."""
    mistype(backbone, [LONELY, CORE])
    before = backbone.running(LONELY)
    uplink = f"interface {backbone.network.devices[LONELY].uplink}\n"
    made = forged(backbone, backbone.plan(), LONELY, lambda text: text.replace(uplink, f"{uplink} shutdown\n"))
    with watched(backbone, without=_at(backbone, {backbone.network.devices[LONELY].home})) as watch:
        run = begin(backbone, made, *TIMER, "--override", LONELY)
        run.until("apply.commit", LONELY)
        assert eventually(lambda: backbone.cut_off(NOC, [LONELY]))
        if jbnet == "is killed":
            run.kill()
        else:
            states = run.end(3)
            assert list(states) == [LONELY]
            assert states[LONELY] in ("reverting", "reverted")
        assert eventually(lambda: not backbone.waiting(LONELY), TIMERS_S)
        assert backbone.running(LONELY) == before
        assert eventually(lambda: not backbone.cut_off(NOC, [LONELY]), TIMERS_S)
    assert not watch.lost, watch.longest
    assert is_wrong(backbone, CORE)
    said = json.loads(backbone.inside(LONELY, "/usr/local/libexec/jbnet-commit", "status"))
    assert said["last"]["outcome"] == "timer"
