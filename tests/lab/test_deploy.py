"""Deploying to a live network: routers as out of their box become the declared network, over the network itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import eventually
from workspace import Workspace

from jbnet.lab.lab import Lab

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def deployed(demo_workspace: Path, demo_lab: Lab) -> Workspace:
    """The demo lab, deployed (by the first test that comes here, whatever ran before)."""
    workspace = Workspace(demo_workspace, demo_lab)
    first = workspace.plan()
    if first["changes"]:
        assert first["unasked"] == []
        events = workspace.apply(first)
        assert events[-1]["data"]["ok"], events[-1]
    return workspace


@pytest.fixture
def clean(deployed: Workspace) -> Iterator[Workspace]:
    """The deployed lab; what a test typed by hand is taken back by the tool itself."""
    yield deployed
    left = deployed.plan()
    if left["changes"]:
        deployed.apply(left, *(word for name in left["changes"] for word in ("--override", name)))


def test_a_second_plan_finds_nothing_to_do(deployed: Workspace) -> None:
    second = deployed.plan()
    assert second["changes"] == {}
    assert second["unasked"] == []
    managed = [d for d in deployed.network.devices.values() if deployed.network.roles[d.role].managed]
    assert len(second["unchanged"]) == len(managed)


def test_every_device_of_ours_sees_every_other(deployed: Workspace) -> None:
    ours = [d.name for d in deployed.network.devices.values() if d.home not in deployed.network.peers]
    for origin in (str(deployed.network.noc), ours[-1]):
        assert eventually(lambda origin=origin: deployed.cut_off(origin, ours) == [], 30)  # type: ignore[misc]  # a default of a lambda has no type


def test_the_ministry_is_reached_and_knows_the_way_back(deployed: Workspace) -> None:
    peer = next(d for d in deployed.network.devices.values() if d.home in deployed.network.peers)
    session = next(s for s in deployed.network.bgp_sessions if s.peer_device == peer.name)

    def established() -> bool:
        said = json.loads(deployed.inside(session.device, "vtysh", "-c", "show bgp summary json"))
        return bool(said["ipv4Unicast"]["peers"][str(session.peer_address)]["state"] == "Established")

    assert eventually(established, 30)


def test_the_backbone_knows_one_summary_a_prefecture_and_none_of_its_counties(deployed: Workspace) -> None:
    routes = json.loads(deployed.inside("core-r1", "vtysh", "-c", "show ip route json"))
    blocks = {s.block for s in deployed.network.sites.values() if s.level == "prefecture" and s.block}
    present = {block for block in blocks if any(d.home in deployed.network.sites and str(block) in routes
               for d in deployed.network.devices.values())}  # fmt: skip
    assert present
    inside = [r for r in routes if any(block.prefixlen < 24 and _within(r, str(block)) for block in present)]
    backbone = {d.name for d in deployed.network.devices.values() if d.home in deployed.network.locations}
    uplinks = {str(c.prefix) for c in deployed.network.circuits.values() if c.a.device in backbone}
    assert set(inside) <= {str(block) for block in present} | uplinks


def _within(route: str, block: str) -> bool:
    from ipaddress import IPv4Network

    return IPv4Network(route).subnet_of(IPv4Network(block))


def test_a_line_typed_by_hand_is_exactly_what_the_next_plan_shows(clean: Workspace) -> None:
    device = next(d.name for d in clean.network.devices.values() if d.role == "county-router")
    clean.type(device, "interface lan1", "bandwidth 77")
    shown = clean.plan()
    assert {name: change["diff"] for name, change in shown["changes"].items()} == {
        device: ["  interface lan1", "-  bandwidth 77"]
    }
    clean.apply(shown)
    assert clean.plan()["changes"] == {}


def test_a_router_that_was_changed_after_the_plan_is_left_alone(clean: Workspace) -> None:
    device = next(d.name for d in clean.network.devices.values() if d.role == "township-cpe")
    clean.type(device, "ip route 192.0.2.0/24 blackhole")
    shown = clean.plan()
    clean.type(device, "ip route 198.51.100.0/24 blackhole")
    events = clean.apply(shown, code=4)
    assert events[-1]["data"]["devices"] == {device: "refused"}
    assert "198.51.100.0/24" in clean.inside(device, "vtysh", "-c", "show running-config")


def test_a_change_that_would_cut_its_own_way_is_refused_before_anything_is_sent(clean: Workspace) -> None:
    device = next(d for d in clean.network.devices.values() if d.role == "county-router")
    clean.type(device.name, f"interface {device.uplink}", "ip address 10.255.255.1/31")
    shown = clean.plan()
    assert "over which the device is managed" in shown["changes"][device.name]["dangers"][0]["template"]
    said = clean.jbnet("apply", shown["hash"], code=4)
    assert f"--override {device.name}" in said.stderr
    assert "10.255.255.1/31" in clean.inside(device.name, "vtysh", "-c", "show running-config")


def test_what_was_applied_is_taken_back_and_drift_is_dated_by_backups(clean: Workspace) -> None:
    device = next(d.name for d in clean.network.devices.values() if d.role == "county-router")
    other = next(d.name for d in clean.network.devices.values() if d.role == "township-cpe")
    kept = json.loads(clean.jbnet("--json", "backup").stdout)["data"]
    assert device in kept["fetched"]
    assert clean.jbnet("drift").stdout.startswith("devices that drifted: 0")
    clean.type(device, "ip route 192.0.2.0/24 blackhole")
    clean.type(other, "ip route 192.0.2.0/24 blackhole")
    (first, second) = json.loads(clean.jbnet("--json", "drift", code=1).stdout)["data"]["drifted"]
    assert {first["device"], second["device"]} == {device, other}
    assert first["diff"] == ["- ip route 192.0.2.0/24 blackhole"]
    assert first["after"] == kept["time"]
    assert first["change"] is None
    assert first["unsaved"]
    change = clean.plan()
    clean.apply(change)
    back = json.loads(clean.jbnet("--json", "rollback", change["hash"]).stdout)["data"]
    assert set(back["changes"]) == {device, other}
    clean.apply(back)
    for name in (device, other):
        assert "192.0.2.0/24" in clean.inside(name, "vtysh", "-c", "show running-config")
    clean.jbnet("rollback", "0" * 12, code=2)


def test_one_command_is_read_from_many_devices_and_what_may_write_needs_leave(clean: Workspace) -> None:
    counties = [d.name for d in clean.network.devices.values() if d.role == "county-router"]
    clean.type(counties[0], "interface lan1", "ip ospf message-digest-key 1 md5 hunter2")
    said = clean.jbnet("--json", "run", "role=county-router", "--", "show ip ospf neighbor").stdout
    answers = {answer["device"]: answer for answer in json.loads(said)["data"]["answers"]}
    assert {name: answer["form"] for name, answer in answers.items()} == dict.fromkeys(counties, "json")
    for name in counties:
        assert any("Full" in " ".join(record.values()) for record in answers[name]["records"]), name
    shown = clean.jbnet("run", counties[0], "--", "show running-config").stdout
    assert "message-digest-key 1 md5 <secret>" in shown
    assert "hunter2" not in shown
    refusal = clean.jbnet("run", counties[0], "--", "clear thread cpu", code=4)
    assert "--write" in refusal.stderr
    clean.jbnet("run", counties[0], "--write", "--yes", "--", "clear thread cpu")


def test_a_device_that_shows_another_host_key_is_told_and_replaced_only_by_name(clean: Workspace) -> None:
    known = clean.folder / ".jbnet" / "known_hosts"
    before = known.read_text()
    lines = {line.split(",")[0]: line for line in before.splitlines()}
    false = f"core-r1 {' '.join(lines['core-r2'].split()[1:3])}"
    try:
        known.write_text(before.replace(lines["core-r1"], false))
        (one,) = json.loads(clean.jbnet("--json", "hostkeys", "check", "core-r1", code=1).stdout)["data"]
        assert one["standing"] == "changed"
        assert (
            "whoever answers there is not core-r1" in clean.jbnet("run", "core-r1", "--", "show version", code=4).stdout
        )
        clean.jbnet("hostkeys", "learn", "core-r1", "--yes", code=4)
        expected = clean.folder / "fingerprints"
        expected.write_text(f"core-r1 {one['shown'][0]['fingerprint']}\n")
        clean.jbnet("hostkeys", "learn", "core-r1", "--replace", "core-r1", "--expect", str(expected))
        clean.jbnet("hostkeys", "check", "core-r1+core-r2")
    finally:
        known.write_text(before)


def test_a_deployed_router_comes_back_from_a_power_cut_as_it_was(clean: Workspace) -> None:
    device = next(d.name for d in clean.network.devices.values() if d.role == "township-cpe")
    clean.lab.kill(device)
    clean.lab.boot(device)

    def as_planned() -> bool:
        said = clean.jbnet("--json", "plan", f"device:{device}", code=None)
        data = json.loads(said.stdout)["data"]
        return bool(data and data["unchanged"] == [device])

    assert eventually(as_planned, 60)


def test_a_county_on_its_backup_line_takes_its_townships_along(clean: Workspace) -> None:
    """The county's aggregate must not hang on the line that fails (forwarding address, RFC 3101, 2.3)."""
    below = [name for name in clean.network.devices if name.startswith("chengdong")]
    assert len(below) == 3
    clean.lab.cut("chengdong-up1")
    try:
        assert eventually(lambda: not clean.cut_off("noc-s1", below))
        assert not clean.cut_off("golmud-dc-db1", below)
    finally:
        clean.lab.heal("chengdong-up1")
    assert eventually(lambda: not clean.cut_off("noc-s1", below))
