"""What database hosts are told of the one repository of backups, and whom they let in for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.model.network import Network
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.services.backup_facts import backup_doors, backup_facts
from jbnet.services.playbook_facts import server_facts

OLD, NEW = "xining-dc-db1", "golmud-dc-db1"
PLAN = BackupsPlan(NEW)


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return wiring.load_network(Path(__file__).parents[3], tmp_path_factory.mktemp("state"))


def told(network: Network, host: str) -> dict[str, object]:
    return backup_facts(network, PLAN, network.devices[host]) or {}


def test_the_repositorys_host_talks_with_all_others_and_each_of_them_with_it_alone(qinghai: Network) -> None:
    assert (told(qinghai, NEW)["here"], told(qinghai, OLD)["here"]) == (True, False)
    address = str(qinghai.devices[NEW].loopback)
    assert told(qinghai, OLD)["peers"] == [{"name": NEW, "address": address, "databases": list(qinghai.databases)}]
    peers = told(qinghai, NEW)["peers"]
    assert isinstance(peers, list)
    assert [peer["name"] for peer in peers] == [OLD]


def test_without_a_declared_repository_and_on_hosts_without_databases_nothing_is_told(qinghai: Network) -> None:
    assert backup_facts(qinghai, None, qinghai.devices[OLD]) is None
    assert backup_facts(qinghai, PLAN, qinghai.devices["noc-s1"]) is None
    assert list(backup_doors(qinghai, None, qinghai.devices[OLD])) == []
    assert server_facts(qinghai, qinghai.devices[OLD])["backups"] is None


def test_only_the_other_database_hosts_come_in_to_the_repository(qinghai: Network) -> None:
    rules = server_facts(qinghai, qinghai.devices[NEW], backups=PLAN)["firewall"]
    assert isinstance(rules, list)
    (rule,) = [one for one in rules if one["what"] == "backups"]
    assert rule["ports"] == [8432]
    assert str(qinghai.devices[OLD].loopback) in rule["sources"]
    assert str(qinghai.supernet) not in rule["sources"]
