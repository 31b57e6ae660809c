"""The action move-name and its readiness, on name servers in memory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from name_servers import ALIAS, PAY, FakeNameServers, records, zone_of
from sample_network import sample_network

from jbnet.model.errors import CommandFailed, Refused, Unreachable, UsageError
from jbnet.model.network import Network
from jbnet.recovery.readiness import Level, Question
from jbnet.services.recover.actions_name import FOLLOW_S, MoveName, typed
from jbnet.services.recover.readiness_names import look_at_names

FIRST, SECOND, THIRD = "192.0.2.10", "192.0.2.11", "192.0.2.12"
STEP = {"name": PAY, "from": "east", "to": "west"}
BACK = {"name": PAY, "from": "west", "to": "east"}
EAST, WEST = records("10.1.0.1"), records("10.2.0.1", "2001:db8::2")


@dataclass
class Hasty:
    """A clock by which waiting takes no time."""

    passed: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


@pytest.fixture
def servers() -> FakeNameServers:
    return FakeNameServers(zone_of(FIRST, SECOND, THIRD))


@pytest.fixture
def network(servers: FakeNameServers) -> Network:
    return replace(sample_network(), dns={servers.zone.name: servers.zone})


@pytest.fixture
def action(network: Network, servers: FakeNameServers) -> MoveName:
    return MoveName(network, servers, Hasty())


def test_a_name_is_moved_once_told_how_long_it_is_kept_and_moved_back(
    action: MoveName, servers: FakeNameServers
) -> None:
    assert not action.probe(STEP).done
    done = action.do(STEP)
    assert done.done
    assert "clients may keep the old answer for 600 s" in str(done.text)
    assert servers.data[PAY] == (WEST, 30)
    assert (action.probe(STEP).done, action.verify(STEP).done) == (True, True)
    assert action.do(STEP).evidence["changed"] is False
    assert len(servers.sent) == 1
    assert action.do(BACK).done
    assert servers.data[PAY][0] == EAST


@pytest.mark.parametrize("said", [records("10.9.9.9"), EAST | records("2001:db8::9"), frozenset()])
def test_what_somebody_else_wrote_is_refused_and_stays(
    action: MoveName, servers: FakeNameServers, said: frozenset[object]
) -> None:
    servers.set(PAY, said)  # type: ignore[arg-type]  # records, as the decorator cannot say
    with pytest.raises(Refused, match="was not changed: it says"):
        action.do(STEP)
    assert servers.sent == []
    assert servers.data[PAY][0] == said


def test_who_comes_between_a_look_and_the_change_wins(action: MoveName, servers: FakeNameServers) -> None:
    servers.raced = lambda: servers.set(PAY, records("10.9.9.9"))
    with pytest.raises(Refused, match=r"it says 10\.9\.9\.9"):
        action.do(STEP)
    assert servers.data[PAY][0] == records("10.9.9.9")


def test_a_change_made_meanwhile_by_another_of_us_is_done(action: MoveName, servers: FakeNameServers) -> None:
    servers.raced = lambda: servers.set(PAY, WEST)
    assert action.do(STEP).done


def test_behind_a_lost_answer_the_second_try_finds_it_done(action: MoveName, servers: FakeNameServers) -> None:
    servers.loses = 1
    with pytest.raises(Unreachable):
        action.do(STEP)
    assert action.probe(STEP).done
    assert action.do(STEP).done
    assert len(servers.sent) == 1


def test_a_secondary_that_lags_fails_the_step_and_is_named(network: Network, servers: FakeNameServers) -> None:
    clock = Hasty()
    action = MoveName(network, servers, clock)
    servers.lagging = {THIRD}
    done = action.do(STEP)
    assert not done.done
    assert str(done.text) == f"{PAY} does not lead to west yet at {THIRD} (10.1.0.1, 1)"
    assert clock.passed >= FOLLOW_S
    assert (action.probe(STEP).done, action.verify(STEP).done) == (False, False)
    servers.lagging = set()
    assert action.verify(STEP).done


def test_a_silent_secondary_holds_nothing_up_and_is_named(action: MoveName, servers: FakeNameServers) -> None:
    servers.silent = {SECOND}
    done = action.do(STEP)
    assert done.done
    assert f"without an answer: {SECOND}" in str(done.text)
    assert not action.probe(STEP).done
    assert action.verify(STEP).done


def test_a_dark_primary_changes_nothing_and_says_what_next(action: MoveName, servers: FakeNameServers) -> None:
    servers.silent = {FIRST}
    with pytest.raises(Unreachable, match=f"was not changed.*{FIRST}.*make one of {SECOND}, {THIRD} the primary"):
        action.do(STEP)
    assert not action.verify(STEP).done


def test_a_key_that_is_refused_fails_the_step(action: MoveName, servers: FakeNameServers) -> None:
    servers.refuse = "it does not know it"
    with pytest.raises(CommandFailed, match="it does not know it"):
        action.do(STEP)


@pytest.mark.parametrize("step", [{**STEP, "name": "pai.example.net"}, {**STEP, "to": "north"}, {"name": PAY}])
def test_what_is_not_declared_is_wrong_use(action: MoveName, network: Network, step: dict[str, object]) -> None:
    for act in (action.probe, action.do, action.verify, lambda params: typed(network, params)):
        with pytest.raises(UsageError):
            act(step)


def test_a_dry_run_says_what_nsupdate_would_be_told(network: Network) -> None:
    assert [line for _, line in typed(network, STEP)] == [
        f"server {FIRST} 53",
        "zone example.net.",
        f"prereq yxrrset {PAY}. IN A 10.1.0.1",
        f"prereq nxrrset {PAY}. IN AAAA",
        f"prereq nxrrset {PAY}. IN CNAME",
        f"update delete {PAY}. A",
        f"update add {PAY}. 30 IN A 10.2.0.1",
        f"update add {PAY}. 30 IN AAAA 2001:db8::2",
        "send",
    ]


def levels(network: Network, servers: FakeNameServers) -> dict[str, Level]:
    found = look_at_names(network, servers)
    assert not any(result.serves(question) for result in found for question in Question)
    return {result.check.value: result.level for result in found if result.subject == PAY}


def test_readiness_says_where_it_leads_who_answers_and_whether_it_could_be_changed(
    network: Network, servers: FakeNameServers
) -> None:
    assert levels(network, servers) == {"name": Level.AMBER, "name-servers": Level.GREEN, "name-key": Level.GREEN}
    servers.set(PAY, EAST, 30)
    before = dict(servers.data)
    assert set(levels(network, servers).values()) == {Level.GREEN}
    assert servers.data == before
    servers.lagging = {SECOND}
    servers.set(PAY, WEST, 30)
    assert levels(network, servers)["name-servers"] is Level.RED
    servers.lagging, servers.silent = set(), {SECOND}
    assert levels(network, servers)["name-servers"] is Level.UNKNOWN
    servers.refuse = "it does not know it"
    assert levels(network, servers)["name-key"] is Level.RED
    servers.set(PAY, records("10.9.9.9"))
    assert levels(network, servers)["name"] is Level.RED
    servers.silent = {FIRST}
    found = levels(network, servers)
    assert (found["name"], found["name-key"]) == (Level.UNKNOWN, Level.UNKNOWN)


def test_without_zones_nothing_is_asked(servers: FakeNameServers) -> None:
    assert look_at_names(sample_network(), servers) == ()
    assert ALIAS in servers.data
