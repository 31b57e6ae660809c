"""Changes on live routers: waves, leases, both ends of a link, jbnet killed at any moment.

Every device ends as it was before or as it was planned, and never waits unconfirmed for longer than its timer. What
else can come in between (a dead router, a hand on the console, a cut uplink) is shown on the whole backbone by ``make
test-changes``.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import copy_workspace
from eventually import eventually
from running_apply import begin, forged
from workspace import Workspace, deployed_lab

from jbnet.change.codec import from_json
from jbnet.change.model import Plan
from jbnet.config.reading import tree
from jbnet.config.tree import ConfigTree

pytestmark = pytest.mark.lab

SMALL = {
    "locations": ["noc", "core"],
    "without": ["application-server"],
    "sites": ["xining", "chengdong", "datong", "datong-baoku", "haixi", "mangya", "mangya-huatugou"],
}
"""A prefecture with two counties on two lines each, and one with a county on a single line."""
TOWNSHIP, COUNTY, OTHER_COUNTY, BORDER, CORE = "datong-baoku-r1", "datong-r1", "chengdong-r1", "xining-r1", "core-r2"
LONELY, ABOVE = "mangya-r1", "haixi-r1"
"""A county on a single line, and the border router at its other end."""
LONELY_PORT, ABOVE_PORT = "interface up1", "interface d2803-1"
STRAY = "ip route 192.0.2.0/24 blackhole"
TIMER_S = 20
"""The shortest timer that apply takes."""
TIMER = ("--timer", str(TIMER_S))
WAIT_S = TIMER_S + 40.0


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A lab of two prefectures that runs what is declared."""
    with deployed_lab(copy_workspace(tmp_path_factory.mktemp("changes")), SMALL) as workspace:
        yield workspace


@pytest.fixture
def clean(deployed: Workspace) -> Iterator[Workspace]:
    """The lab; what a test left there is taken back by the tool itself."""
    yield deployed
    left = deployed.plan() if deployed.touched else {"changes": {}}
    if left["changes"]:
        deployed.apply(left, *(word for name in left["changes"] for word in ("--override", name)))


def stray(workspace: Workspace, *devices: str) -> None:
    """Type a line on devices that nobody declared: the next plan takes it away."""
    for device in devices:
        workspace.type(device, STRAY)


def has_stray(workspace: Workspace, *devices: str) -> list[bool]:
    return [STRAY in workspace.running(device) for device in devices]


def nothing_is_left(workspace: Workspace) -> bool:
    return not workspace.plan()["changes"]


def test_a_change_goes_wave_by_wave_from_the_leaves_and_the_plan_after_it_is_empty(clean: Workspace) -> None:
    """Meanwhile another run of the same account is kept off the plan that the first one carries out."""
    stray(clean, TOWNSHIP, COUNTY, OTHER_COUNTY, BORDER, CORE)
    made = clean.plan()
    run = begin(clean, made)
    run.until("apply.commit", TOWNSHIP)
    run.process.send_signal(signal.SIGSTOP)
    try:
        refusal = clean.jbnet("apply", made["hash"], "--resume", code=4)
        assert "is being carried out at this moment" in refusal.stderr
    finally:
        run.process.send_signal(signal.SIGCONT)
    states = run.end(0)
    assert set(states.values()) == {"confirmed"}
    assert [set(wave) for wave in run.waves()] == [{TOWNSHIP}, {COUNTY, OTHER_COUNTY}, {BORDER}, {CORE}]
    order = [e["subject"] for e in run.events if e["event"] == "apply.device"]
    assert [order.index(name) for name in (TOWNSHIP, BORDER, CORE)] == [0, 3, 4]
    assert not any(has_stray(clean, *states))
    assert nothing_is_left(clean)


def typed_at_both_ends(workspace: Workspace, *lines: str) -> None:
    workspace.type(LONELY, LONELY_PORT, *lines)
    workspace.type(ABOVE, ABOVE_PORT, *lines)


def has_neighbour(workspace: Workspace) -> bool:
    """Say whether the county and its border router hear each other."""
    return "Full" in workspace.inside(LONELY, "vtysh", "-c", "show ip ospf neighbor")


BOTH_ENDS = {
    "timers and a key": (
        (LONELY_PORT, "ip ospf hello-interval 2", "ip ospf dead-interval 8", "ip ospf authentication message-digest",
         "ip ospf message-digest-key 1 md5 k3y-of-old"),
        (ABOVE_PORT, "ip ospf hello-interval 2", "ip ospf dead-interval 8", "ip ospf authentication message-digest",
         "ip ospf message-digest-key 1 md5 k3y-of-old"),
    ),
    "addresses": (
        (LONELY_PORT, "no ip address 10.65.130.1/31", "ip address 10.65.250.1/31"),
        (ABOVE_PORT, "no ip address 10.65.130.0/31", "ip address 10.65.250.0/31"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BOTH_ENDS)
def test_what_both_ends_must_share_changes_at_both_though_the_far_end_hangs_on_it(clean: Workspace, what: str) -> None:
    for device, lines in zip((LONELY, ABOVE), BOTH_ENDS[what], strict=True):
        clean.type(device, *lines)
    assert eventually(lambda: has_neighbour(clean))
    assert eventually(lambda: not clean.cut_off("noc-s1", [LONELY]))
    made = clean.plan()
    assert [unit["devices"] for unit in made["units"]] == [[LONELY, ABOVE]]
    assert [wave["devices"] for wave in made["waves"]] == [[LONELY, ABOVE]]
    assert [change["dangers"] for change in made["changes"].values()] == [[], []]
    events = clean.apply(made)
    assert events[-1]["data"]["devices"] == {LONELY: "confirmed", ABOVE: "confirmed"}
    acts = [(e["event"], e["subject"]) for e in events if e["event"] in ("apply.commit", "apply.confirm")]
    assert acts == [(f"apply.{act}", name) for act in ("commit", "confirm") for name in (LONELY, ABOVE)]
    assert nothing_is_left(clean)
    assert not clean.cut_off("noc-s1", [LONELY, "mangya-huatugou-r1", ABOVE])


def test_when_the_near_end_fails_neither_end_changes(clean: Workspace) -> None:
    """The backbone area cannot be an NSSA: FRR parses that line and refuses it when it is to run."""
    typed_at_both_ends(clean, "ip ospf hello-interval 2")
    assert eventually(lambda: has_neighbour(clean))
    before = [clean.running(name) for name in (LONELY, ABOVE)]
    made = forged(
        clean, clean.plan(), ABOVE, lambda text: text.replace("router ospf\n", "router ospf\n area 0.0.0.0 nssa\n")
    )
    states = clean.apply(made, *TIMER, code=3)[-1]["data"]["devices"]
    assert states[ABOVE] == "failed"
    assert states[LONELY] in ("reverted", "reverting")
    assert eventually(lambda: not clean.waiting(LONELY), WAIT_S)
    assert [clean.running(name) for name in (LONELY, ABOVE)] == before
    assert eventually(lambda: not clean.cut_off("noc-s1", [LONELY]), WAIT_S)


def test_killed_between_the_confirmations_both_are_changed_though_nobody_carries_it_on(clean: Workspace) -> None:
    """Whoever waits beside the killed run does; ``--resume`` finds nothing to do and may come too early."""
    typed_at_both_ends(clean, "ip ospf hello-interval 2")
    assert eventually(lambda: has_neighbour(clean))
    made = clean.plan()
    run = begin(clean, made)
    run.until("apply.confirm", ABOVE)
    run.kill()
    states = clean.apply(made, "--resume")[-1]["data"]["devices"]
    assert set(states.values()) <= {"already", "confirmed"}
    assert nothing_is_left(clean)
    assert not clean.cut_off("noc-s1", [LONELY])


KILLS = int(os.environ.get("KILLS", "1"))
"""How often jbnet is killed at a random moment; SEED repeats a run."""


def read(config: str) -> ConfigTree:
    """Return a configuration as plans compare it: its secrets are in what runs, and named in what is planned."""
    return tree("frr", config)


def ends(workspace: Workspace, made: Plan, before: Mapping[str, ConfigTree]) -> dict[str, str]:
    """Return for each device of a plan whether it is at rest as before or as planned, or what it is else."""
    found = {}
    for name, change in made.changes.items():
        waits, runs = workspace.waiting(name), read(workspace.running(name))
        state = {before[name]: "before", read(change.intended): "planned"}.get(runs, "neither")
        found[name] = f"{state}, waiting" if waits else state
    return found


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_at_any_moment_every_device_ends_as_before_or_as_planned(clean: Workspace, number: int) -> None:
    """Half of the kills are looked at when the timers have run out, the others are carried on at once."""
    chance = random.Random(f"{os.environ.get('SEED', '1')} {number}")
    stray(clean, TOWNSHIP, COUNTY, OTHER_COUNTY, BORDER)
    typed_at_both_ends(clean, "ip ospf hello-interval 2")
    assert eventually(lambda: has_neighbour(clean))
    shown = clean.plan()
    made = from_json(json.loads(Path(shown["files"][0]).read_text(encoding="utf-8")))
    before = {name: read(clean.running(name)) for name in made.changes}
    run = begin(clean, shown, *TIMER)
    wave = chance.choice(made.waves)
    run.until("apply.wave", str(wave.number))
    time.sleep(chance.uniform(0.0, 4.0))  # any moment will do: what must hold holds at all of them
    run.kill()
    killed = time.monotonic()
    if chance.random() < 0.5:
        assert eventually(lambda: {*ends(clean, made, before).values()} <= {"before", "planned"}, WAIT_S)
        rested = f"at rest after {time.monotonic() - killed:.1f} s: {ends(clean, made, before)}"
        print(f"kill {number}: in wave {wave.number}, after {len(run.events)} events; {rested}")
    ended = any(event["event"] == "apply.end" for event in run.events)
    states = clean.apply(shown, *TIMER, *(() if ended else ("--resume",)))[-1]["data"]["devices"]
    print(f"kill {number}: carried on: {states}")
    assert set(ends(clean, made, before).values()) == {"planned"}
    assert nothing_is_left(clean)
