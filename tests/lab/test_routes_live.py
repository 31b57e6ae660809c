"""Static routes of somebody's own on live routers: deployed, announced where that is asked, gone with their line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from workspace import Workspace

from jbnet.lab.lab import Lab

pytestmark = pytest.mark.lab
COUNTY, BORDER = "chengdong-r1", "xining-r1"
LINE = 'code: "630102"\n'
"""The line of the county's code in the declaration of its prefecture."""


@pytest.fixture(scope="module")
def deployed(demo_workspace: Path, demo_lab: Lab) -> Workspace:
    """The demo lab, deployed (by the first test that comes here, whatever ran before)."""
    workspace = Workspace(demo_workspace, demo_lab)
    first = workspace.plan()
    if first["changes"]:
        assert workspace.apply(first)[-1]["data"]["ok"]
    return workspace


def plan(workspace: Workspace) -> dict[str, Any]:
    return workspace.data("plan", f"device:{COUNTY}")


@contextmanager
def declared(workspace: Workspace, *routes: str) -> Iterator[None]:
    """Have the county's router declare these routes; then nobody does, and the tool takes them away."""
    file = workspace.folder / "inventory" / "sites" / "xining.yaml"
    before = file.read_text(encoding="utf-8")
    entry = f"{LINE}        devices: {{r1: {{routes: [{', '.join(routes)}]}}}}\n"
    file.write_text(before.replace(LINE, entry), encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")
        left = plan(workspace)
        if left["changes"]:
            workspace.apply(left)


def route(workspace: Workspace, device: str, prefix: str) -> list[dict[str, object]]:
    found = json.loads(workspace.inside(device, "vtysh", "-c", f"show ip route {prefix} json"))
    return list(found.get(prefix, []))


def test_a_declared_route_is_deployed_announced_by_name_and_gone_with_its_line(deployed: Workspace) -> None:
    announced = "{prefix: 172.30.0.0/16, next_hop: up2, announce: true}"
    with declared(deployed, announced, "{prefix: 192.0.2.0/24, next_hop: discard, preference: 200}"):
        made = plan(deployed)
        assert set(made["changes"]) == {COUNTY}
        assert deployed.apply(made)[-1]["data"]["ok"]
        assert plan(deployed)["changes"] == {}
        (kept,) = route(deployed, COUNTY, "192.0.2.0/24")
        assert (kept["protocol"], kept["distance"]) == ("static", 200)
        assert eventually(lambda: [r["protocol"] for r in route(deployed, BORDER, "172.30.0.0/16")] == ["ospf"], 30)
        assert route(deployed, BORDER, "192.0.2.0/24") == []
    assert eventually(lambda: route(deployed, BORDER, "172.30.0.0/16") == [], 30)
    assert "192.0.2.0/24" not in deployed.running(COUNTY)
