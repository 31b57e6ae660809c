"""Replacing a host by its lease: only without a better proof, only after the silence, never beside a living leader."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from lease_store import NEW, OLD, Rings, Store, Word
from recovery_world import ManualClock

from jbnet import wiring
from jbnet.model.network import Network
from jbnet.ports import FenceProof
from jbnet.recovery.lease import LeaseRecord, LeaseTerms, Ruling, seen_again
from jbnet.services.recover.lease_fence import BY_LEASE, LeaseFence
from jbnet.services.recover.leasing import Leasing


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return wiring.load_network(Path(__file__).parents[3], tmp_path_factory.mktemp("state"))


@dataclass
class Site:
    network: Network
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.store, self.word, self.rings = Store(self.clock), Word(), Rings()
        leasing = Leasing(self.store, self.word, LeaseTerms(), self.clock)
        self.fence = LeaseFence(self.network, self.rings, leasing)

    def close(self) -> FenceProof:
        return self.fence.close("production", OLD)

    def ruling(self, proof: FenceProof) -> str:
        return str(proof.observations[-1]["ruling"])


def test_a_silent_leader_is_replaced_after_the_silence_and_not_before(qinghai: Network) -> None:
    site = Site(qinghai)
    proof = site.close()
    assert (proof.proved, proof.by) == (True, BY_LEASE)
    assert site.clock.monotonic() >= 60
    assert site.store.record == LeaseRecord(NEW, taken_from=OLD, number=1)
    assert site.fence.check("production", OLD).proved


def test_what_was_watched_before_counts(qinghai: Network) -> None:
    site = Site(qinghai)
    assert not site.fence.check("production", OLD).proved
    site.clock.sleep(50)
    site.close()
    assert 60 <= site.clock.monotonic() < 62


def test_a_leader_that_renews_again_is_not_replaced(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.renews_until = 1e6
    proof = site.close()
    assert (proof.proved, site.ruling(proof)) == (False, Ruling.WAIT)
    assert site.store.record.holder == OLD
    assert "refuse" not in site.word.asked


def test_a_leader_that_goes_on_by_failsafe_is_not_made_to_stop(qinghai: Network) -> None:
    site = Site(qinghai)
    site.word.acknowledged_s = 3.0
    proof = site.close()
    assert (proof.proved, site.ruling(proof)) == (False, Ruling.FAILSAFE)
    assert "refuse" not in site.word.asked
    assert site.clock.monotonic() <= 1, "waiting does not help"


def test_an_acknowledgement_that_was_the_last_one_is_waited_out(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.look("production")
    site.clock.sleep(100)
    site.word.acknowledged_s, site.word.clock = 20.0 - 100, site.clock  # its host booted 20 s ago, or it told it then
    assert site.close().by == BY_LEASE
    assert 40 <= site.clock.monotonic() - 100 <= 42


def test_without_a_quorum_or_the_standbys_word_nothing_is_proved(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.quorum = False
    assert site.ruling(site.close()) == Ruling.NO_STORE
    site.store.quorum, site.word.silent = True, True
    assert site.ruling(site.close()) == Ruling.NO_WORD
    assert not site.fence.check("production", OLD).proved


def test_a_proof_that_was_seen_goes_first_and_the_lease_is_handed_over(qinghai: Network) -> None:
    site = Site(qinghai)
    site.rings.proof = replace(site.rings.proof, proved=True, by="filter on xining-dc-r1")
    assert site.close().by == "filter on xining-dc-r1"
    assert site.clock.monotonic() == 0
    assert site.store.record == LeaseRecord(NEW, number=1)
    site.rings.proof = replace(site.rings.proof, proved=False)
    assert not site.fence.check("production", OLD).proved, "a lease that was given proves nothing by itself"


def test_a_connection_that_was_accepted_disproves_the_lease_too(qinghai: Network) -> None:
    site = Site(qinghai)
    site.rings.proof = replace(site.rings.proof, observations=({"what": "connection", "outcome": "accepted"},))
    assert not site.close().proved
    site.store.record = LeaseRecord(NEW, taken_from=OLD)
    assert not site.fence.check("production", OLD).proved


def test_an_answer_that_was_lost_leaves_the_standby_refusing_and_is_found_later(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.loses_answers = True
    assert not site.close().proved
    assert site.word.refuses, "it may be written: the leader must not be told to go on"
    site.store.quorum = True
    assert site.fence.check("production", OLD).proved


def test_a_host_that_nobody_guards_is_not_replaced_by_its_silence(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.record = LeaseRecord(OLD)
    proof = site.close()
    assert (proof.proved, site.ruling(proof)) == (False, Ruling.UNGUARDED)


def test_a_store_that_elects_a_leader_meanwhile_is_waited_for_and_the_silence_counts_on(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.away = (20.0, 30.0)
    assert site.close().proved
    assert 60 <= site.clock.monotonic() < 62


def test_a_store_that_stays_away_is_not_waited_for_long(qinghai: Network) -> None:
    site = Site(qinghai)
    site.store.away = (20.0, 1e6)
    assert site.ruling(site.close()) == Ruling.NO_STORE
    assert site.clock.monotonic() < 40


def test_a_store_made_anew_begins_the_silence_anew() -> None:
    before = seen_again(None, LeaseRecord(OLD, guarded=True, number=900), 7, 0.0, 0.0)
    assert seen_again(before, LeaseRecord(OLD, guarded=True, number=3), 7, 80.0, 80.0).silent_s == 0
