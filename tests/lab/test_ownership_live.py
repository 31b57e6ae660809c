"""A live router of which parts are others': plan, rehearsal, apply and rollback leave these as they run."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml
from conftest import Collected, copy_workspace
from eventually import eventually
from workspace import Workspace

from jbnet import wiring

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

SMALL = {
    "locations": ["noc", "core"],
    "without": ["application-server"],
    "sites": ["xining", "chengdong", "chengdong-lejiawan"],
}
COUNTY, DOWN = "chengdong-r1", "interface lan1"
OURS = "description by hand"
OTHERS = (
    "ip prefix-list BY-OTHERS seq 5 permit 198.51.100.0/24",
    "ip route 198.51.100.0/24 blackhole",
    "route-map BY-OTHERS permit 10",
)
LATER = "ip route 203.0.113.0/24 blackhole"
OWNERSHIP = {
    "sections": {"statics": "observed", "prefix-lists": "foreign"},
    "lines": {"route-map BY-OTHERS permit 10": "foreign"},
}
MODEL = "platform: vrp8, device_type: netengine-8000-m1a"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A prefecture whose counties run FRR in the field too; one of them has parts that others decide about."""
    folder = copy_workspace(tmp_path_factory.mktemp("ownership"))
    (folder / "topology" / "lab.yaml").write_text(yaml.safe_dump({"scales": {"small": SMALL}}))
    (folder / "topology" / "ownership.yaml").write_text(yaml.safe_dump({"ownership": {"devices": {COUNTY: OWNERSHIP}}}))
    roles = folder / "inventory" / "roles.yaml"
    assert MODEL in roles.read_text()
    roles.write_text(roles.read_text().replace(MODEL, "platform: frr"))
    lab = wiring.lab(folder, folder / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(folder, "small"), "small", Collected(), deployed=True)
        workspace = Workspace(folder, lab)
        assert eventually(lambda: not workspace.cut_off("noc-s1", list(workspace.network.devices)))
        for line in OTHERS:
            workspace.type(COUNTY, line)
        yield workspace
    finally:
        lab.down()


def others(workspace: Workspace) -> list[bool]:
    running = workspace.running(COUNTY).splitlines()
    return [line in running for line in OTHERS]


def test_what_others_typed_is_no_change_and_drift_tells_what_is_only_observed(shared: Workspace) -> None:
    assert not shared.plan()["changes"]
    for line in OTHERS:
        assert line not in shared.jbnet("render", f"device:{COUNTY}").stdout
    shared.inside(COUNTY, "vtysh", "-c", "write")
    told = shared.jbnet("drift", "--diff").stdout
    assert OTHERS[1] in told
    assert "BY-OTHERS" not in told


def test_plan_rehearsal_apply_and_rollback_leave_what_is_others(shared: Workspace) -> None:
    shared.type(COUNTY, DOWN, OURS)
    made = dict(json.loads(shared.jbnet("--json", "plan", f"device:{COUNTY}", "--rehearse").stdout)["data"])
    lines = [line for line in made["changes"][COUNTY]["diff"] if line[:1] in "+-"]
    assert [line.split()[1] for line in lines] == ["description"] * len(lines)
    assert made["rehearsal"]["blessed"]
    assert shared.apply(made)[-1]["data"]["ok"]
    assert all(others(shared))
    assert OURS not in shared.running(COUNTY)
    assert not shared.plan()["changes"]

    shared.type(COUNTY, LATER)  # what others do afterwards is no change of ours that going back would take along
    back = dict(json.loads(shared.jbnet("--json", "rollback", made["hash"]).stdout)["data"])
    assert back["changes"][COUNTY]["dangers"] == []
    assert not [line for line in back["changes"][COUNTY]["diff"] if "BY-OTHERS" in line or "blackhole" in line]
    assert shared.apply(back)[-1]["data"]["ok"]
    assert all(others(shared))
    assert LATER in shared.running(COUNTY)
    assert OURS in shared.running(COUNTY)
