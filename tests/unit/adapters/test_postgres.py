"""What PostgreSQL's tools print, read; and the texts a cluster runs by."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.postgres_answers import lsn_number, parse_lost, parse_state
from jbnet.lab.client.probe import two_writers, two_writers_s
from jbnet.model.business import Replication
from jbnet.model.errors import UsageError
from jbnet.model.network import Database, Device, Interface, InterfaceKind, Network
from jbnet.model.secrets import Secret
from jbnet.recovery.waiting import lsn_text
from jbnet.services.database_accounts import scram_verifier, set_up_script
from jbnet.services.database_cluster import Layout, cluster
from jbnet.services.database_settings import access_rules, follower_settings, leader_settings

DUMP = """\
rmgr: Transaction len (rec/tot):     34/    34, tx:        741, lsn: 0/03000178, prev 0/03000130, desc: COMMIT 2026-11-22 01:02:03.5 UTC
rmgr: Transaction len (rec/tot):     34/    34, tx:        742, lsn: 0/030001A0, prev 0/03000178, desc: ABORT 2026-11-22 01:02:04.5 UTC
rmgr: Transaction len (rec/tot):     82/    82, tx:        743, lsn: 0/030001C8, prev 0/030001A0, desc: COMMIT 2026-11-22 01:02:05.5 UTC; inval msgs: catcache 80
pg_waldump: error: error in WAL record at 0/30001C8: invalid record length at 0/3000220: wanted 24, got 0
"""  # noqa: E501  # as a device prints it


def network() -> Network:
    def host(name: str, loopback: str, link: str) -> Device:
        ports = (Interface("up1", InterfaceKind.CIRCUIT, IPv4Interface(link)),)
        return Device(name, name, "", "database-server", "frr", IPv4Address(loopback), ports)

    devices = {"a-db1": host("a-db1", "10.1.0.1", "10.1.9.1/31"), "b-db1": host("b-db1", "10.2.0.1", "10.2.9.1/31")}
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, "a-db1", "b-db1", Replication.BLOCK, 60, 0)
    return Network("n", "n", 1, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})


@given(st.integers(min_value=0, max_value=2**64 - 1))
def test_an_lsn_read_back_is_the_same(lsn: int) -> None:
    assert lsn_number(lsn_text(lsn)) == lsn


def test_commits_are_counted_and_aborts_are_not() -> None:
    lost = parse_lost(DUMP, 0x3000178)
    assert lost.count == 2
    assert lost.first[0] == "741 0/03000178 2026-11-22 01:02:03.5"


def test_a_log_that_cannot_be_read_is_unknown_and_not_zero() -> None:
    lost = parse_lost(
        'pg_waldump: error: could not find file "000000010000000000000003": No such file or directory\n', 1
    )
    assert lost.count is None
    assert "could not find file" in lost.reason


def test_a_log_that_ends_at_the_fork_lost_nothing() -> None:
    assert parse_lost("pg_waldump: error: could not find a valid record after 0/3000178\n", 1).count == 0


def test_a_server_that_does_not_answer_has_a_state_all_the_same() -> None:
    head = ["exists", "demoted", "process /proc/12", "state shut down", "checkpoint 0/3000028", "timeline 0000000A"]
    state = parse_state("production", "a-db1", head, None)
    assert (state.exists, state.demoted, state.processes, state.answers) == (True, True, (12,), False)
    assert (state.shut_down, state.was_leading, state.checkpoint, state.timeline) == (True, True, 0x3000028, 10)
    assert state.in_recovery is None
    assert not state.leads


def test_a_standby_that_was_stopped_did_not_lead() -> None:
    assert not parse_state("production", "a-db1", ["state shut down in recovery"], None).was_leading


def test_nobody_but_the_other_host_replicates_and_clients_reach_their_database_only() -> None:
    rules = access_rules(cluster(network(), "production", "a-db1")).splitlines()
    assert [line for line in rules if "replication" in line] == [
        "local replication postgres peer",  # it copies itself, for a drill
        "host replication jbnet_replicator 10.2.0.1/32 scram-sha-256",
        "host replication jbnet_replicator 10.2.9.1/32 scram-sha-256",
    ]
    assert rules[-1] == "host production jbnet_client 10.0.0.0/8 scram-sha-256"
    assert not any(word in line for line in rules for word in ("trust", "0.0.0.0/0", "host all"))


def test_every_role_says_whom_commits_wait_for() -> None:
    assert "synchronous_standby_names = ''" in leader_settings(None)
    assert "synchronous_standby_names = 'FIRST 1 (b_db1)'" in leader_settings("b-db1")
    follower = follower_settings(cluster(network(), "production", "b-db1"), Layout())
    assert "synchronous_standby_names = ''" in follower
    assert "primary_slot_name = 'b_db1'" in follower


def test_a_verifier_fits_its_password_and_holds_none_of_it() -> None:
    verifier = scram_verifier(Secret("s", "correct horse"), "production x")
    assert verifier == scram_verifier(Secret("s", "correct horse"), "production x")
    assert "horse" not in verifier
    _, middle, keys = verifier.split("$")
    rounds, salt = middle.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", b"correct horse", base64.b64decode(salt), int(rounds))
    assert base64.b64decode(keys.split(":")[1]) == hmac.digest(salted, b"Server Key", "sha256")


def test_no_password_stands_in_the_set_up_script() -> None:
    here = cluster(network(), "production", "a-db1")
    held = {name: Secret(name, f"hidden-{name}") for name in ("pg-replication", "pg-client")}
    assert "hidden" not in set_up_script(here, held)


def test_a_host_that_does_not_hold_the_database_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="does not hold"):
        cluster(network(), "production", "c-db1")


def tried(instant: int, host: str, accepted: bool, until: int | None = None) -> str:
    last = instant if until is None else until
    return json.dumps({"db": "p", "instant": instant, "until": last, "host": host, "accepted": accepted})


def test_two_writers_are_counted_by_instant() -> None:
    assert two_writers([tried(1, "a", True), tried(1, "b", False), tried(2, "a", False), tried(2, "b", True)]) == 0
    assert two_writers([tried(1, "a", True), tried(1, "b", True), tried(2, "a", True), tried(2, "b", True)]) == 2


def test_a_write_under_way_for_several_instants_counts_at_each() -> None:
    assert two_writers([tried(1, "a", True, until=4), tried(3, "b", True)]) == 1


def accepted(began: float, ended: float, host: str) -> str:
    return json.dumps({"db": "p", "host": host, "began": began, "t": ended, "accepted": True})


def test_a_host_that_takes_over_after_the_other_ended_makes_no_two_writers() -> None:
    there, back = [accepted(1.0, 1.1, "a"), accepted(1.2, 1.3, "b")], [accepted(3.0, 3.1, "b"), accepted(3.2, 3.3, "a")]
    assert two_writers_s([*there, *back]) == 0


def test_two_writers_are_measured_from_where_one_begins_to_where_the_other_ends_by_all_places_together() -> None:
    seen_here = [accepted(1.0, 1.1, "a"), accepted(1.5, 1.6, "a")]
    seen_there = [accepted(1.2, 1.3, "b"), accepted(1.4, 1.45, "b")]
    assert two_writers_s([*seen_there, *seen_here]) == pytest.approx(0.25)


def test_what_was_refused_makes_no_writer() -> None:
    refused = json.dumps({"db": "p", "host": "b", "began": 1.0, "t": 2.0, "accepted": False})
    assert two_writers_s([accepted(1.0, 2.0, "a"), refused]) == 0
