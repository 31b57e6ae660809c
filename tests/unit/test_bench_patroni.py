"""What the bench tells Patroni, and what it reads from its answers and from the clients' records."""

from __future__ import annotations

import json
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from jbnet.model.business import Replication
from jbnet.model.network import Database

sys.path[:0] = [str(Path(__file__).parents[1] / "bench")]

import patroni_settings as settings  # noqa: E402  found only on the path set above
from patroni_settings import Member, Preset  # noqa: E402  found only on the path set above

HERE, THERE = "one-db1", "two-db1"


def told(replication: Replication) -> Any:
    database = Database("exchange", "交换库", IPv4Address("10.3.0.2"), 5433, HERE, THERE, replication, 60, 0)
    return Member(database, HERE, "10.1.0.1").settings(["10.1.0.1", "10.2.0.1", "10.4.0.1"], PASSWORDS)


PASSWORDS = {"superuser": "a", "replication": "b", "rewind": "c"}


def listed(here: tuple[str, str], there: tuple[str, str]) -> str:
    members = ((HERE, *here), (THERE, *there))
    return json.dumps([{"Member": name, "Role": role, "State": state} for name, role, state in members])


@pytest.mark.parametrize("preset", [settings.WAN, settings.DEFAULTS, settings.BRISK], ids=lambda preset: preset.name)
def test_a_preset_keeps_patronis_own_rule(preset: Preset) -> None:
    assert preset.loop_wait + 2 * preset.retry_timeout <= preset.ttl


@pytest.mark.parametrize(
    ("replication", "waits"), [(Replication.BLOCK, True), (Replication.DEGRADE, True), (Replication.ASYNC, False)]
)
def test_commits_wait_where_those_of_jbnet_do(replication: Replication, waits: bool) -> None:
    assert told(replication)["bootstrap"]["dcs"]["synchronous_mode"] is waits


def test_its_servers_listen_beside_jbnets_and_know_all_members_of_etcd() -> None:
    found = told(Replication.ASYNC)
    assert found["postgresql"]["listen"] == "10.1.0.1:6433"
    assert found["restapi"]["connect_address"] == "10.1.0.1:8433"
    assert found["etcd3"]["hosts"] == ["10.1.0.1:12379", "10.2.0.1:12379", "10.4.0.1:12379"]


def test_a_member_of_etcd_is_told_of_the_others() -> None:
    argv = settings.etcd_arguments("b", {"a": "10.1.0.1", "b": "10.2.0.1"})
    options = dict(zip(argv[1::2], argv[2::2], strict=True))
    assert options["--initial-cluster"] == "a=http://10.1.0.1:12380,b=http://10.2.0.1:12380"
    assert options["--listen-client-urls"] == "http://10.2.0.1:12379"


LEADS, WAITED_FOR, FOLLOWS = ("Leader", "running"), ("Sync Standby", "streaming"), ("Replica", "streaming")


def test_a_cluster_is_settled_once_its_leader_works_and_the_other_streams() -> None:
    assert settings.settled(listed(LEADS, WAITED_FOR), HERE, synchronous=True)
    assert settings.settled(listed(FOLLOWS, LEADS), THERE, synchronous=False)


@pytest.mark.parametrize(
    ("here", "there", "synchronous"),
    [
        (LEADS, FOLLOWS, True),
        (FOLLOWS, LEADS, False),
        (LEADS, ("Replica", "stopped"), False),
        (LEADS, ("Replica", "running"), False),
        (("Leader", "starting"), FOLLOWS, False),
    ],
    ids=["not waited for yet", "the other leads", "stopped", "not streaming", "leader not at work"],
)
def test_a_cluster_is_not_settled(here: tuple[str, str], there: tuple[str, str], synchronous: bool) -> None:
    assert not settings.settled(listed(here, there), HERE, synchronous=synchronous)


def test_a_cluster_with_one_member_is_not_settled() -> None:
    alone = json.dumps([{"Member": HERE, "Role": "Leader", "State": "running"}])
    assert not settings.settled(alone, HERE, synchronous=False)


def test_the_longest_gap_is_between_neighbours() -> None:
    assert settings.longest_gap([1.0, 1.5, 4.0, 4.2]) == (1.5, 4.0)
    with pytest.raises(ValueError, match="empty"):
        settings.longest_gap([1.0])
