"""What a prefecture sees and handles of the network of Qinghai, and of its incidents: its own eighth, nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jbnet.inventory.scope import Scope
from jbnet.model.levels import Level
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.monitor.agencies import AgencyImpact
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind, Part
from jbnet.monitor.incidents import Incident
from jbnet.monitor.lines import Symptom
from jbnet.monitor.scoped import may_handle, scoped
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.topology.needs import ServiceImpact

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def haixi(qinghai: Network) -> Scope:
    return Scope.of(qinghai, "haixi")


def incident(kind: CauseKind, name: str, **fields: object) -> Incident:
    return replace(Incident("7", CauseId(kind, name), NOW, NOW), **fields)  # type: ignore[arg-type]  # fields vary


def down(device: str) -> Symptom:
    return Symptom(Subject(SubjectKind.DEVICE, device), "unreachable")


def test_the_prefectures_share_the_network_between_them_and_overlap_nowhere(qinghai: Network) -> None:
    prefectures = [site.name for site in qinghai.sites.values() if site.level is Level.PREFECTURE]
    scopes = [Scope.of(qinghai, name) for name in prefectures]
    assert len(scopes) == 8
    for part, declared in (("sites", qinghai.sites), ("premises", qinghai.premises)):
        named = [name for scope in scopes for name in getattr(scope, part)]
        assert len(named) == len(set(named))
        mine = {name for name, noun in declared.items() if getattr(noun, "site", name) != "qinghai"}
        assert set(named) == mine
    devices = [name for scope in scopes for name in scope.devices]
    assert len(devices) == len(set(devices))
    backbone = {"qinghai", *qinghai.locations, *qinghai.peers}
    assert set(qinghai.devices) - set(devices) == {d.name for d in qinghai.devices.values() if d.home in backbone}


def test_haixi_has_what_stands_below_it_by_code_and_nothing_else(qinghai: Network, haixi: Scope) -> None:
    assert haixi.sites == {name for name, site in qinghai.sites.items() if site.code.startswith("6328")}
    assert haixi.devices == {d.name for d in qinghai.devices.values() if d.home in haixi.sites}
    assert not haixi.whole
    assert {qinghai.peers[name].site for name in haixi.peers} == {"haixi"}
    assert Scope.of(qinghai, "6328") == haixi


def test_the_data_centre_in_golmud_is_the_backbones_and_not_haixis(qinghai: Network, haixi: Scope) -> None:
    assert haixi.sees_site("golmud")
    assert not haixi.sees_home("golmud-dc")
    assert not haixi.sees_device("golmud-dc-db1")


def test_a_circuit_is_seen_from_both_ends_and_belongs_to_the_lower_one(qinghai: Network, haixi: Scope) -> None:
    uplink = next(c for c in qinghai.circuits.values() if c.z.device == "haixi-r1")
    assert haixi.sees_circuit(uplink.name)
    assert may_handle(incident(CauseKind.CIRCUIT, uplink.name), haixi)
    golmud = Scope.of(qinghai, "golmud")
    county_line = next(
        c for c in qinghai.circuits.values() if c.z.device == "golmud-r1" and c.a.device in haixi.devices
    )
    above = Scope.of(qinghai, "haixi")
    assert may_handle(incident(CauseKind.CIRCUIT, county_line.name), golmud)
    assert may_handle(incident(CauseKind.CIRCUIT, county_line.name), above)
    for circuit in qinghai.circuits.values():
        ends = {circuit.a.device, circuit.z.device}
        assert haixi.sees_circuit(circuit.name) == bool(ends & haixi.devices)


@pytest.mark.parametrize("subtree", ["gone", "", "632", "golmud-dc", "63280"])
def test_a_part_that_is_not_declared_is_empty_and_never_everything(qinghai: Network, subtree: str) -> None:
    scope = Scope.of(qinghai, subtree)
    assert scope == Scope(qinghai)
    assert not scope.whole
    everything = [*qinghai.sites, *qinghai.locations, *qinghai.peers, *qinghai.devices, *qinghai.circuits]
    assert not [name for name in everything if scope.sees_named(name) or scope.sees_home(name)]


def test_in_a_network_of_nothing_a_part_of_it_is_not_the_whole(qinghai: Network) -> None:
    assert not Scope.of(replace(qinghai, sites={}), "haixi").whole


@pytest.mark.parametrize("subtree", [None, "qinghai", "63"])
def test_the_province_sees_everything(qinghai: Network, subtree: str | None) -> None:
    scope = Scope.of(qinghai, subtree)
    assert scope.whole
    assert scope.devices == set(qinghai.devices)
    assert scope.circuits == set(qinghai.circuits)
    assert scope.locations == set(qinghai.locations)
    assert scope.own_srlgs >= {"egov"}


def test_a_site_belongs_to_its_parent_whatever_the_order_of_the_declaration(qinghai: Network, haixi: Scope) -> None:
    backwards = replace(qinghai, sites={name: qinghai.sites[name] for name in reversed(list(qinghai.sites))})
    assert Scope.of(backwards, "haixi").sites == haixi.sites


def test_an_incident_elsewhere_is_not_there_for_haixi(qinghai: Network, haixi: Scope) -> None:
    elsewhere = incident(
        CauseKind.DEVICE, "yushu-r1", devices=("yushu-r1",), sites=("yushu",), degraded=("nangqian",),
        services=(ServiceImpact("pension", 1),), agencies=(AgencyImpact("pension", 1),), symptoms=(down("yushu-r1"),),
    )  # fmt: skip
    assert scoped(elsewhere, haixi) is None
    assert not may_handle(elsewhere, haixi)
    assert scoped(elsewhere, Scope.of(qinghai, None)) == elsewhere


def test_of_a_cause_above_haixi_it_sees_its_name_and_its_own_part(qinghai: Network, haixi: Scope) -> None:
    levels = next(s for s in qinghai.services.values() if {Level.PREFECTURE, Level.COUNTY} <= set(s.levels))
    shared = incident(
        CauseKind.CARRIER, "unicom", devices=("haixi-r1", "yushu-r1"), sites=("haixi", "yushu", "golmud"),
        peak=("haixi", "yushu"), degraded=("delingha", "nangqian", "golmud-dc"), on_backup=("nangqian",),
        others=("ministry", "finance-haixi", "golmud-dc"), services=(ServiceImpact(levels.name, 3),),
        agencies=(AgencyImpact("pension", 99),), symptoms=(down("haixi-r1"), down("yushu-r1")),
        said=(text("expected"), text("yushu-r1 is dead")), advice=text("call yushu"), related="change 0123456789ab",
        parts=(
            Part(CauseId(CauseKind.CIRCUIT, "haixi-up2"), NOW), Part(CauseId(CauseKind.CIRCUIT, "yushu-up2"), NOW),
            Part(CauseId(CauseKind.DEVICE, "yushu-r1"), NOW),
        ),
    )  # fmt: skip
    found = scoped(shared, haixi)
    assert found is not None
    assert found.root_cause == shared.root_cause
    assert (found.devices, found.sites, found.peak) == (("haixi-r1",), ("haixi", "golmud"), ("haixi",))
    assert (found.degraded, found.on_backup, found.others) == (("delingha",), (), ("finance-haixi",))
    assert [part.id.name for part in found.parts] == ["haixi-up2"]
    assert found.symptoms == (down("haixi-r1"),)
    assert found.services == (ServiceImpact(levels.name, 2),)
    assert {a.name: a.offices for a in found.agencies}.get("pension", 0) <= 2
    assert "yushu" not in str(found.as_json())
    assert (found.said, found.advice, found.related) == (None, None, "")
    assert not may_handle(shared, haixi)


def test_a_service_that_everybody_lost_is_lost_for_all_of_haixi_and_counted_there_alone(
    qinghai: Network, haixi: Scope
) -> None:
    service = next(s for s in qinghai.services.values() if Level.COUNTY in s.levels)
    users = [s for s in qinghai.sites.values() if s.status == "active" and s.level in service.levels]
    dead = incident(CauseKind.DEVICE, "xining-dc-db1", services=(ServiceImpact(service.name, len(users)),))
    found = scoped(dead, haixi)
    assert found is not None
    assert found.services == (ServiceImpact(service.name, sum(site.name in haixi.sites for site in users)),)
    assert found.severity is Severity.CRITICAL
    assert not may_handle(dead, haixi)


def test_how_bad_it_is_follows_from_what_it_does_to_haixi(haixi: Scope) -> None:
    found = scoped(incident(CauseKind.DEVICE, "core-r1", sites=("yushu",), degraded=("haixi",)), haixi)
    assert found is not None
    assert found.severity is Severity.MINOR


MINE = [
    (CauseKind.DEVICE, "haixi-r1"), (CauseKind.SITE, "golmud"), (CauseKind.ALARM, "cpu haixi-r1"),
    (CauseKind.ALARM, "speed haixi-r1/eth1"), (CauseKind.ALARM, "ways haixi"), (CauseKind.ALARM, "loss haixi-up1"),
]  # fmt: skip
OTHERS = [
    (CauseKind.DEVICE, "core-r1"), (CauseKind.SITE, "golmud-dc"), (CauseKind.SITE, "yushu"),
    (CauseKind.ALARM, "cpu core-r1"), (CauseKind.ALARM, "readiness production"), (CauseKind.ALARM, "cpu"),
    (CauseKind.SRLG, "egov"), (CauseKind.CARRIER, "unicom"), (CauseKind.CIRCUIT, "yushu-up1"),
    (CauseKind.SRLG, "qaidam-duct"),  # the data centre in Golmud has a line in it, too
    (CauseKind.DEVICE, "gone-r1"), (CauseKind.CIRCUIT, "gone-up1"), (CauseKind.SRLG, "gone"),
]  # fmt: skip


def test_who_handles_what_follows_from_the_cause_alone(qinghai: Network, haixi: Scope) -> None:
    assert [one for one in MINE if not may_handle(incident(*one), haixi)] == []
    assert [one for one in OTHERS if may_handle(incident(*one), haixi)] == []
    whole = Scope.of(qinghai, None)
    assert all(may_handle(incident(*one), whole) for one in (*MINE, *OTHERS))


def test_a_shared_risk_is_theirs_where_all_its_circuits_are(qinghai: Network) -> None:
    def sharing(*names: str) -> Scope:
        lines = {name: replace(qinghai.circuits[name], srlgs=("bridge",)) for name in names}
        return Scope.of(replace(qinghai, circuits={**qinghai.circuits, **lines}), "haixi")

    bridge = incident(CauseKind.SRLG, "bridge")
    assert may_handle(bridge, sharing("haixi-up1", "haixi-up2"))
    assert not may_handle(bridge, sharing("haixi-up1", "yushu-up1"))


def test_whoever_may_handle_an_incident_sees_it(qinghai: Network) -> None:
    for subtree in ("haixi", "golmud", "yushu", "gone"):
        scope = Scope.of(qinghai, subtree)
        for kind, names in (
            (CauseKind.CIRCUIT, qinghai.circuits), (CauseKind.DEVICE, qinghai.devices), (CauseKind.SITE, qinghai.sites),
            (CauseKind.SRLG, qinghai.srlgs), (CauseKind.CARRIER, qinghai.carriers),
        ):  # fmt: skip
            hidden = [n for n in names if may_handle(incident(kind, n), scope) and not scoped(incident(kind, n), scope)]
            assert hidden == []
