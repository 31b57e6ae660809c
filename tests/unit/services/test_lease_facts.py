"""What hosts are told to run for the lease, and whom they let in for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.model.network import Network
from jbnet.recovery.lease_plan import LeasePlan
from jbnet.services.lease_facts import guard_urls, lease_doors, lease_facts

OLD, NEW, THIRD = "xining-dc-db1", "golmud-dc-db1", "haixi-r2"
PLAN = LeasePlan((OLD, NEW, THIRD))


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return wiring.load_network(Path(__file__).parents[3], tmp_path_factory.mktemp("state"))


def test_every_member_is_told_of_all_others_at_their_stable_addresses(qinghai: Network) -> None:
    told = [lease_facts(qinghai, PLAN, qinghai.devices[name]) for name in PLAN.members]
    clusters = {str(facts["etcd"]["cluster"]) for facts in told if facts}  # type: ignore[index]  # plain data
    assert len(clusters) == 1
    for name in PLAN.members:
        assert f"{name}=https://{qinghai.devices[name].loopback}:2380" in next(iter(clusters))


def test_a_member_without_databases_has_no_watchdog_and_others_have_no_part(qinghai: Network) -> None:
    third = lease_facts(qinghai, PLAN, qinghai.devices[THIRD]) or {}
    assert set(third) == {"addresses", "etcd"}
    assert lease_facts(qinghai, PLAN, qinghai.devices["core-r1"]) is None
    assert lease_facts(qinghai, None, qinghai.devices[OLD]) is None


def test_a_watchdog_asks_the_other_host_of_each_of_its_databases(qinghai: Network) -> None:
    watchdog = (lease_facts(qinghai, PLAN, qinghai.devices[OLD]) or {})["watchdog"]
    assert isinstance(watchdog, dict)
    asked = {found["name"]: found["others"] for found in watchdog["databases"]}
    assert asked == {name: {NEW: guard_urls(qinghai)[NEW]} for name in qinghai.databases}


def test_members_alone_come_in_to_members_and_whoever_has_a_certificate_to_the_rest(qinghai: Network) -> None:
    doors = {what: (port, sources) for what, port, sources in lease_doors(qinghai, PLAN, qinghai.devices[OLD])}
    everybody = [str(qinghai.supernet)]
    assert (doors["etcd"], doors["watchdogs"]) == ((2379, everybody), (2390, everybody))
    assert doors["etcd members"][0] == 2380
    assert str(qinghai.devices[THIRD].loopback) in doors["etcd members"][1]
    assert {what for what, *_ in lease_doors(qinghai, PLAN, qinghai.devices[THIRD])} == {"etcd", "etcd members"}
