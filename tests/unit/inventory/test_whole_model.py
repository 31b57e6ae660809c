"""What the loader makes of the whole model: underlays, payers, premises, partners, applications."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from jbnet.inventory import load
from jbnet.inventory.costs import By, monthly_costs
from jbnet.inventory.rules.contacts import is_phone
from jbnet.inventory.rules.geography import distance_km
from jbnet.model.network import Level, Network, Status, Zone

AGENCIES = """
vrfs: {pension: {rd: "64512:1", vlan: 101}}
agencies:
  pension:
    name_zh: 养老
    vrf: pension
    slot: 2
    levels: [prefecture, county]
    line: {carrier: telecom, bandwidth: 10}
    lines: {prefecture: {bandwidth: 50, payer: prefecture}, county: null}
"""


def with_west(files: dict[str, str], prefecture: str = "", county: str = "") -> dict[str, str]:
    west = files["inventory/sites/west.yaml"].replace("    name_zh: 西州\n", f"    name_zh: 西州\n{prefecture}")
    return {**files, "inventory/sites/west.yaml": west.replace("name_zh: 湖县}", f"name_zh: 湖县{county}}}")}


def loaded(files: dict[str, str]) -> Network:
    found = load(files)
    assert found.network is not None, found.findings
    return found.network


def test_a_circuit_shares_the_risk_of_its_underlay_unless_it_names_others(qinghai: Network) -> None:
    assert qinghai.circuits["xining-up1"].srlgs == ("egov",)
    assert qinghai.circuits["xining-up2"].srlgs == ()
    assert qinghai.circuits["yushu-up1"].srlgs == ("egov", "g0613-duct")
    assert qinghai.srlgs["egov"].underlay
    assert not qinghai.srlgs["g0613-duct"].underlay


def test_every_shared_risk_is_declared_and_every_payer_is_a_site(qinghai: Network) -> None:
    for circuit in qinghai.circuits.values():
        assert set(circuit.srlgs) <= qinghai.srlgs.keys()
        assert circuit.payer is None or circuit.payer in qinghai.sites
        assert circuit.handoff is None or (circuit.underlay and "{" not in circuit.handoff)


@pytest.mark.parametrize(
    ("circuit", "payer"),
    [("xining-up1", "qinghai"), ("golmud-up1", "haixi"), ("golmud-up2", "golmud"), ("golmud-hexi-up1", "golmud"),
     ("ministry-up1", "qinghai"), ("golmud-dc-up1", "qinghai")],
)  # fmt: skip
def test_a_payer_named_by_level_is_the_site_of_that_level_above(qinghai: Network, circuit: str, payer: str) -> None:
    assert qinghai.circuits[circuit].payer == payer


def test_every_active_site_of_an_agencys_levels_has_its_premises(qinghai: Network) -> None:
    for agency in qinghai.agencies.values():
        wanted = {
            f"{site.name}-{agency.name}"
            for site in qinghai.sites.values()
            if site.level in agency.levels and site.status is Status.ACTIVE
        }
        assert {name for name, premises in qinghai.premises.items() if premises.agency == agency.name} == wanted
    assert len(qinghai.premises) == 3 * (1 + 8 + 45)


def test_premises_have_prefixes_of_their_own_inside_the_sites(qinghai: Network) -> None:
    taken: list[IPv4Network] = []
    for premises in qinghai.premises.values():
        own = qinghai.sites[premises.site].own
        assert own is not None
        assert premises.prefix.subnet_of(own)
        taken.append(premises.prefix)
    taken.sort()
    assert not any(one.overlaps(other) for one, other in zip(taken, taken[1:], strict=False))


def test_a_site_may_change_its_premises_line_or_have_none(small_files: dict[str, str]) -> None:
    files = {**small_files, "inventory/agencies.yaml": AGENCIES}
    network = loaded(with_west(files, county=", premises: {pension: {bandwidth: 4, line_number: H-1}}"))
    east, lake = network.premises["east-pension"].line, network.premises["lake-pension"].line
    assert east is not None
    assert (east.carrier, east.bandwidth, east.payer, east.device) == ("telecom", 50, "east", "east-r1")
    assert lake is not None
    assert (lake.carrier, lake.bandwidth, lake.line_number) == ("telecom", 4, "H-1")
    assert network.premises["oldtown-pension"].line is None
    west = loaded(with_west(files, prefecture="    premises: {pension: null}\n"))
    assert west.premises["west-pension"].line is None


def test_planned_sites_have_no_premises_and_what_they_say_is_judged(small_files: dict[str, str]) -> None:
    files = {**small_files, "inventory/agencies.yaml": AGENCIES}
    network = loaded(with_west(files, county=", status: planned, premises: {pension: {bandwidth: 4}}"))
    assert "lake-pension" not in network.premises
    found = load(with_west(files, county=", status: planned, premises: {pension: {carrier: nobody}}"))
    assert [finding.code for finding in found.findings] == ["JB114"]


def test_status_is_that_of_the_site_above_unless_written(small_files: dict[str, str]) -> None:
    network = loaded(with_west(small_files, prefecture="    status: planned\n"))
    assert network.sites["lake"].status is Status.PLANNED
    found = load(with_west(small_files, prefecture="    status: planned\n", county=", status: active"))
    assert [finding.code for finding in found.findings] == ["JB287"]


def test_partners_are_met_where_their_kind_says(qinghai: Network) -> None:
    partners = [peer for peer in qinghai.peers.values() if peer.zone is Zone.EXTRANET]
    assert len(partners) == 7 * 9
    for peer in partners:
        assert peer.site is not None
        assert qinghai.sites[peer.site].level in (Level.PROVINCE, Level.PREFECTURE)
        assert peer.line is not None
        assert peer.line.device in qinghai.devices
        assert peer.line.prefix is not None
        assert set(peer.services) <= qinghai.services.keys()


def test_names_of_lines_are_unique_among_circuits(qinghai: Network) -> None:
    offices = [office.line for office in qinghai.premises.values()]
    partners = [peer.line for peer in qinghai.peers.values()]
    names = [line.name for line in (*offices, *partners) if line is not None]
    assert len(set(names)) == len(names)
    assert not set(names) & qinghai.circuits.keys()


def test_every_service_stands_on_applications_that_survive_a_data_centre(qinghai: Network) -> None:
    for service in qinghai.services.values():
        assert service.applications
        assert service.objective.rto_s is not None
        for name in service.applications:
            homes = {qinghai.devices[host].home for host in qinghai.applications[name].hosts}
            assert homes == {"xining-dc", "golmud-dc"}


def test_the_real_network_is_a_mix_of_platforms(qinghai: Network) -> None:
    platforms = {device.platform for device in qinghai.devices.values()}
    assert {"vrp8", "vrp5", "comware7", "frr"} <= platforms


def test_unknown_costs_are_counted_and_not_taken_for_nothing(qinghai: Network) -> None:
    circuit = qinghai.circuits["xining-up1"]
    before = {cost.key: cost for cost in monthly_costs(qinghai, By.CARRIER)}
    changed = replace(qinghai, circuits={**qinghai.circuits, circuit.name: replace(circuit, monthly_cost=None)})
    after = {cost.key: cost for cost in monthly_costs(changed, By.CARRIER)}
    assert after["telecom"].lines == before["telecom"].lines
    assert after["telecom"].unpriced == before["telecom"].unpriced + 1
    assert before["telecom"].yuan - after["telecom"].yuan == circuit.monthly_cost


@pytest.mark.parametrize("phone", ["10000", "4008-110-110", "0971-0000301", "+86 971 0000301", "12333"])
def test_numbers_that_can_be_dialled(phone: str) -> None:
    assert is_phone(phone)


@pytest.mark.parametrize("phone", ["", "12", "0971-", "-12345", "0971-123a", "见通讯录", "1" * 16, "+", "123\n"])
def test_numbers_that_cannot(phone: str) -> None:
    assert not is_phone(phone)


def test_distances_are_those_of_the_globe(qinghai: Network) -> None:
    km = distance_km(qinghai.sites["xining"], qinghai.sites["golmud"])
    assert km is not None
    assert 600 < km < 625
    assert distance_km(qinghai.sites["xining"], qinghai.sites["chengdong-lejiawan"]) is None
