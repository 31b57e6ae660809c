"""A database with a local standby, set up: who follows whom, who lets whom in, whom commits wait for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from jbnet.model.business import Replication
from jbnet.model.errors import Refused
from jbnet.model.network import Database, Device, Network
from jbnet.services.database_accounts import set_up_template
from jbnet.services.database_cluster import Layout, cluster
from jbnet.services.database_settings import access_rules, follower_settings, server_settings, waits_for
from jbnet.services.databases import refuse_where_moved

EAST, BESIDE, WEST = "east-db1", "east-db2", "west-db1"
LAYOUT = Layout()


def network(mode: Replication = Replication.LOCAL_BLOCK) -> Network:
    devices = {
        name: Device(name, name, "", "database-server", "frr", IPv4Address(f"10.0.0.{at}"), ())
        for at, name in enumerate((EAST, BESIDE, WEST), 1)
    }
    database = Database("cards", "卡", IPv4Address("10.3.0.1"), 5432, EAST, WEST, mode, 60, 60,
                        local_standby=BESIDE if mode.local else None)  # fmt: skip
    return Network("n", "n", 1, IPv4Network("10.0.0.0/8"), devices=devices, databases={"cards": database})


def awaited(host: str, mode: Replication = Replication.LOCAL_BLOCK) -> str | None:
    return waits_for(cluster(network(mode), "cards", host))


def test_commits_wait_for_the_local_one_while_the_primary_leads_and_for_nobody_at_the_other_site() -> None:
    assert [awaited(host) for host in (EAST, WEST)] == [BESIDE, None]
    assert [awaited(host, Replication.BLOCK) for host in (EAST, WEST)] == [WEST, EAST]
    assert [awaited(host, Replication.ASYNC) for host in (EAST, WEST)] == [None, None]


@pytest.mark.parametrize("mode", [Replication.LOCAL_BLOCK, Replication.LOCAL_DEGRADE])
def test_the_server_is_told_the_mode_and_its_keeper_the_standby(mode: Replication) -> None:
    here = server_settings(cluster(network(mode), "cards", EAST), LAYOUT)
    assert f"jbnet.replication = '{mode.value}'" in here
    assert "jbnet.standby = 'east_db2'" in here
    assert ("cards-alone.conf" in here) is mode.degrades
    assert "jbnet.standby" not in server_settings(cluster(network(mode), "cards", WEST), LAYOUT)


def test_the_local_standby_follows_the_primary_through_a_slot_of_its_own() -> None:
    settings = follower_settings(cluster(network(), "cards", BESIDE), LAYOUT)
    assert "host=10.0.0.1 " in settings
    assert "primary_slot_name = 'east_db2'" in settings
    assert "ARRAY['west_db1', 'east_db2']" in set_up_template(cluster(network(), "cards", EAST))
    assert "ARRAY['west_db1']" in set_up_template(cluster(network(Replication.ASYNC), "cards", EAST))


def test_all_three_let_each_other_in_and_two_know_of_no_third() -> None:
    for host, others in ((EAST, {"10.0.0.2", "10.0.0.3"}), (BESIDE, {"10.0.0.1", "10.0.0.3"})):
        rules = access_rules(cluster(network(), "cards", host)).splitlines()
        assert {line.split()[3].removesuffix("/32") for line in rules if "host replication" in line} == others
    assert "10.0.0.2/" not in access_rules(cluster(network(Replication.ASYNC), "cards", EAST))


@dataclass
class Servers:
    """Implements of DatabaseServers, DatabaseServer and ServerState what is asked: who leads."""

    leader: str
    leads: bool = False

    def server(self, database: str, host: str) -> Servers:
        return replace(self, leads=host == self.leader)

    def state(self) -> Servers:
        return self


def test_nothing_is_set_up_where_the_local_standby_leads() -> None:
    with pytest.raises(Refused, match=f"leads on {BESIDE}"):
        refuse_where_moved(network(), Servers(BESIDE))  # type: ignore[arg-type]  # the half that is asked
    refuse_where_moved(network(), Servers(EAST))  # type: ignore[arg-type]  # likewise
