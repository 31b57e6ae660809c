"""Looking at leases: what does not answer is unseen, and a database that goes on without its lease says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.model.errors import Unreachable
from jbnet.model.network import Network
from jbnet.recovery.lease import GuardWord, LeaseRecord, LeaseSight, LeaseTerms, StoreHealth
from jbnet.recovery.readiness import Level
from jbnet.services.recover.lease_sight import LeaseEyes, about_leases, failsafe

OLD, NEW = "xining-dc-db1", "golmud-dc-db1"
HOLDS = GuardWord(True, False, "held", "", 2.0, 0.1)
FOLLOWS = GuardWord(False, False, "idle", "", None, 0.1)


@pytest.fixture(scope="module")
def qinghai(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return wiring.load_network(Path(__file__).parents[3], tmp_path_factory.mktemp("state"))


@dataclass
class Store:
    """Implements LeaseStore for those who look."""

    answers: bool = True

    def look(self, database: str) -> LeaseSight:
        if not self.answers:
            raise Unreachable("no member of etcd answers for a quorum: {said}", said="-")
        return LeaseSight(LeaseRecord(OLD, guarded=True), 5, 0.0, 0.0)

    def put(self, database: str, record: LeaseRecord, revision: int) -> bool:
        raise NotImplementedError

    def health(self) -> StoreHealth:
        return StoreHealth(dict.fromkeys("abc", "" if self.answers else "timed out"))


@dataclass
class Guards:
    """Implements LeaseGuards."""

    said: dict[str, GuardWord] = field(default_factory=lambda: {OLD: HOLDS, NEW: FOLLOWS})

    def guard(self, host: str) -> Mapping[str, GuardWord]:
        if host not in self.said:
            raise Unreachable("the watchdog of {host} does not say how it is: {said}", host=host, said="-")
        return dict.fromkeys(("production", "exchange", "decision"), self.said[host])


def levels(network: Network, store: Store, guards: Guards) -> set[Level]:
    return {r.level for r in about_leases(LeaseEyes(store, guards, LeaseTerms()), network, tuple(network.databases))}


def test_every_database_is_judged_by_its_own_store_and_hosts(qinghai: Network) -> None:
    assert levels(qinghai, Store(), Guards()) == {Level.GREEN}
    assert levels(qinghai, Store(), Guards({OLD: HOLDS})) == {Level.AMBER}
    assert levels(qinghai, Store(answers=False), Guards()) == {Level.UNKNOWN}
    assert levels(qinghai, Store(answers=False), Guards({})) == {Level.UNKNOWN}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({OLD: HOLDS, NEW: FOLLOWS}, ""),
        ({OLD: GuardWord(True, False, "held", "failsafe: no quorum", 2.0, 0.1)}, "failsafe: no quorum"),
        ({OLD: FOLLOWS, NEW: GuardWord(True, False, "held", "failsafe: x", 2.0, 0.1)}, "failsafe: x"),
        ({NEW: FOLLOWS}, None),
        ({}, None),
    ],
)
def test_only_who_leads_says_whether_it_goes_on_without_a_lease(
    qinghai: Network, said: dict[str, GuardWord], found: str | None
) -> None:
    eyes = LeaseEyes(Store(), Guards(said), LeaseTerms())
    assert failsafe(eyes, qinghai, "production") == found
    assert failsafe(eyes, qinghai, "no such") is None
