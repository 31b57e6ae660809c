"""The recovery actions against servers, a fence and routes that a test sets: order, refusals, what is unknown."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hand_over_ready import FakeHandOvers

from jbnet import wiring
from jbnet.model.business import Replication
from jbnet.model.errors import CommandFailed, Refused, Unreachable, UsageError
from jbnet.model.network import Database, Device, Network
from jbnet.ports import FenceProof, LostTransactions, Promotion, ServerState
from jbnet.recovery.approval import BEYOND, BOTH
from jbnet.recovery.lease import LeaseRecord, LeaseSight, LeaseTerms, MemberWord, StoreHealth
from jbnet.recovery.lineage import Line
from jbnet.recovery.observed import RingLook, ServerLook
from jbnet.recovery.step_params import ON_RECORD
from jbnet.services.recover.actions import Place, Tools, near_watchers
from jbnet.services.recover.actions_all import all_actions
from jbnet.services.recover.actions_assess import loss
from jbnet.services.recover.leasing import Leasing

OLD, NEW = "east-db1", "west-db1"
BESIDE = f"{NEW[:4]}-r1"


def network(replication: Replication = Replication.BLOCK, rpo_s: int = 0) -> Network:
    devices = {
        name: Device(name, name[:4], "", "database-server", "frr", IPv4Address(address), ())
        for name, address in ((OLD, "10.1.0.1"), (NEW, "10.2.0.1"), (BESIDE, "10.2.0.9"))
    }
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, OLD, NEW, replication, 60, rpo_s)
    return Network("n", "n", 64512, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})


def leader(**more: object) -> ServerState:
    known = {"in_recovery": False, "timeline": 1, "written": 1000, "was_leading": True, "synchronous_to": ""}
    return ServerState("production", OLD, True, False, (1,), True, **{**known, **more})  # type: ignore[arg-type]  # any of its fields


def standby(**more: object) -> ServerState:
    known = {"in_recovery": True, "timeline": 1, "received": 900, "replayed": 900, "synchronous_to": ""}
    return ServerState("production", NEW, True, True, (1,), True, **{**known, **more})  # type: ignore[arg-type]  # any of its fields


def stopped(host: str = OLD, **more: object) -> ServerState:
    known = {"shut_down": True, "was_leading": True, "checkpoint": 950, "timeline": 1}
    return ServerState("production", host, True, True, (), False, **{**known, **more})  # type: ignore[arg-type]  # any of its fields


@dataclass
class FakeServer:
    """Implements DatabaseServer; ``now`` is what it says of itself, None: it is silent."""

    host: str
    now: ServerState | None
    peer: FakeServer | None = None
    did: list[str] = field(default_factory=list)
    forks: tuple[int, ...] | None = (960,)
    """Where the timelines before its own ended, from the first on; None: their history is not there."""
    lost: LostTransactions = field(default_factory=lambda: LostTransactions(0, "0/0"))
    rewind_fails: bool = False
    rows: frozenset[int] = frozenset()

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        if self.now is None:
            raise Unreachable("{host} does not answer", host=self.host)
        return self.now

    def _is(self, **more: object) -> None:
        self.now = replace(self.state(), **more)  # type: ignore[arg-type]  # any of its fields

    def start(self) -> None:
        self.did.append("start")
        self._is(processes=(1,), answers=True, in_recovery=self.state().demoted, receiver="streaming")
        if self.peer and self.peer.now:
            member = self.host.replace("-", "_")
            self.peer._is(followers=({"name": member, "state": "streaming"},))

    def stop(self, timeout: float) -> None:
        self.did.append("stop")
        self.now = stopped(self.host)

    def kill(self, grace: float) -> None:
        self.did.append("kill")
        self._is(processes=(), answers=False, demoted=True, in_recovery=None, receiver=None)

    def checkpoint(self) -> None:
        self.did.append("checkpoint")

    def settings(self, synchronous_to: str | None, follow: bool) -> None:
        self.did.append(f"settings {synchronous_to} {follow}")
        self._is(
            synchronous_to=f"FIRST 1 ({synchronous_to.replace('-', '_')})" if synchronous_to else "", demoted=follow
        )

    def lead(self, slot: str, timeout: float) -> Promotion:
        before = self.state()
        if before.answers and not before.leads:
            self.settings(None, follow=False)
            self.did.append("promote")
            self._is(in_recovery=False, demoted=False, timeline=2, written=901)
        if before.answers:
            self.ensure_slot(slot)
        return Promotion(before, self.state(), 960)

    def ensure_slot(self, name: str) -> None:
        self.did.append(f"slot {name}")

    def drop_slots(self) -> None:
        self.did.append("drop slots")

    def line(self, timeline: int) -> Line | None:
        if self.forks is None:
            return None
        return Line(timeline, tuple(enumerate(self.forks[: timeline - 1], 1)))

    def lost_since(self, timeline: int, lsn: int, until: int | None = None) -> LostTransactions:
        self.did.append(f"list {timeline} {lsn}" + (f" {until}" if until is not None else ""))
        return self.lost

    def rewind(self) -> str:
        self.did.append("rewind")
        if self.rewind_fails:
            raise CommandFailed("no")
        return ""

    def copy(self) -> None:
        self.did.append("copy")

    def clear_demotion(self) -> None:
        self.did.append("clear mark")

    def present(self, client: str) -> frozenset[int]:
        return self.rows


@dataclass
class FakeFence:
    """Implements Fence."""

    proved: bool = True
    filters: dict[str, bool | None] = field(default_factory=lambda: {"r1": False})

    def glance(self, database: str, host: str) -> FenceProof:
        return self.check(database, host)

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        return FenceProof(database, host, self.proved, "filter", ({"what": "filter", "holds": self.proved},))

    def close(self, database: str, host: str) -> FenceProof:
        return self.check(database, host)

    def open(self, database: str, host: str) -> FenceProof:
        self.filters = {router: None if state is None else False for router, state in self.filters.items()}
        return self.check(database, host)

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        return {}

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        return {}

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        return self.filters


@dataclass
class FakeRoutes:
    """Implements RouteControl; ``silent`` hosts do not answer."""

    held: set[str] = field(default_factory=lambda: {OLD})
    silent: set[str] = field(default_factory=set)
    did: list[str] = field(default_factory=list)
    ways: list[tuple[str, ...]] = field(default_factory=list)
    """What routing says of the address, one after the other; then that the way is there."""

    def announce(self, address: str, host: str, *, prefer: bool) -> None:
        self.did.append(f"announce {host} {prefer}")
        self.held.add(host)

    def withdraw(self, address: str, host: str) -> None:
        self._asked(host)
        self.did.append(f"withdraw {host}")
        self.held.discard(host)

    def announces(self, address: str, host: str) -> bool:
        self._asked(host)
        return host in self.held

    def seen_at(self, address: str, device: str) -> tuple[str, ...]:
        self._asked(device)
        return self.ways.pop(0) if self.ways and address == "10.3.0.1" else ("10.9.0.1",)

    def _asked(self, host: str) -> None:
        if host in self.silent:
            raise Unreachable("{host} does not answer", host=host)


class FakeWrites:
    """Implements WriteCheck."""

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        return {"ok": True, "client": "c", "n": 7, "server": address, "error": ""}


class FakeClock:
    """Implements Clock; sleeping moves it."""

    def __init__(self) -> None:
        self.t = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.t

    def sleep(self, seconds: float) -> None:
        self.t += seconds


class World:
    """Two servers and everything around them."""

    def __init__(
        self,
        old: ServerState | None,
        new: ServerState | None,
        replication: Replication = Replication.BLOCK,
        rpo_s: int = 0,
    ):
        self.old, self.new = FakeServer(OLD, old), FakeServer(NEW, new)
        self.old.peer, self.new.peer = self.new, self.old
        self.fence, self.routes = FakeFence(), FakeRoutes()
        self.handovers = FakeHandOvers(self._stop, self._promoted, lambda: self.routes.held.add(NEW))
        self.clock = FakeClock()
        self.tools = Tools(
            network(replication, rpo_s),
            self,
            self.fence,
            self.routes,
            self.handovers,
            FakeWrites(),
            self.clock,
            ("noc",),
        )
        self.actions = all_actions(self.tools)

    def _promoted(self) -> None:
        self.new.lead("old", 1.0)

    def _stop(self) -> None:
        self.old.now = stopped()
        self.new._is(receiver=None, replayed=1070)

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        """No action looks closer."""
        raise NotImplementedError

    def received(self, host: str, databases: Sequence[str]) -> Mapping[str, int | None]:
        """No action asks again."""
        raise NotImplementedError

    def server(self, database: str, host: str) -> FakeServer:
        return {OLD: self.old, NEW: self.new}[host]


def params(**more: str) -> dict[str, object]:
    return {"database": "production", **more}


def test_an_unknown_lag_is_none_and_never_zero() -> None:
    database = network().databases["production"]
    figures = loss(Place(database, OLD, NEW), None, standby(replay_age_s=2.5))
    assert figures["lag_bytes"] is None
    assert figures["waited_for_standby"] is None
    assert figures["behind_s"] == 2.5


def test_assess_gives_the_lag_of_a_living_primary() -> None:
    outcome = World(leader(), standby()).actions["assess"].do(params(primary=OLD, standby=NEW))
    assert outcome.evidence["lag_bytes"] == 100


@pytest.mark.parametrize(
    ("behind", "beyond"),
    [
        ({"received": 900, "replay_age_s": 61.0}, True),
        ({"received": 900, "replay_age_s": 1.0, "newest_row_age_s": 61.0}, True),
        ({"received": 900, "replay_age_s": 60.0}, False),
        ({"received": 1000, "replay_age_s": 3600.0}, False),
        ({"received": None, "replay_age_s": 3600.0}, False),
    ],
)
def test_a_loss_beyond_the_objective_is_said_and_marked(behind: dict[str, object], beyond: bool) -> None:
    world = World(leader(), standby(**behind), Replication.ASYNC, rpo_s=60)
    outcome = world.actions["assess"].do(params(primary=OLD, standby=NEW))
    assert outcome.evidence[BEYOND] is beyond
    assert ("61.0 s behind, and 60 s are allowed" in str(outcome.text)) is beyond


@pytest.mark.parametrize(
    ("action", "given"),
    [
        ("assess", {"primary": OLD, "standby": NEW}),
        ("check-standby", {"host": NEW, "source": OLD}),
        ("list-lost", {"host": NEW, "source": OLD}),
        ("rebuild-standby", {"host": NEW, "source": OLD}),
    ],
)
def test_another_cluster_behind_the_standbys_address_is_neither_promoted_nor_overwritten(
    action: str, given: dict[str, str]
) -> None:
    world = World(leader(system_identifier="71"), standby(system_identifier="72"))
    with pytest.raises(Refused, match=r"hold different clusters \(system identifiers 71, 72\)"):
        world.actions[action].do(params(**given))
    assert not {"kill", "copy", "rewind", "settings None True"} & {*world.new.did, *world.old.did}


@dataclass
class LeaseLooks:
    """Implements LeaseStore and LeaseWord: nobody answers; when it was asked is remembered."""

    clock: FakeClock
    asked: list[float] = field(default_factory=list)

    def look(self, database: str) -> LeaseSight:
        self.asked.append(self.clock.monotonic())
        raise Unreachable("no member of etcd answers for a quorum: {said}", said="-")

    def put(self, database: str, record: LeaseRecord, revision: int) -> bool:
        raise NotImplementedError

    def health(self) -> StoreHealth:
        raise NotImplementedError

    def word(self, host: str, database: str) -> MemberWord:
        raise Unreachable("{host} does not answer", host=host)

    refuse = accept = word


@dataclass
class SlowToFail(FakeServer):
    """A host that is dark: six seconds until that is known."""

    clock: FakeClock = field(default_factory=FakeClock)

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        self.clock.sleep(6.0)
        return super().state(via, heartbeat=heartbeat)


def test_the_silence_of_a_lease_is_counted_from_before_a_dark_primary_is_waited_for() -> None:
    world = World(None, standby())
    world.old = SlowToFail(OLD, None, clock=world.clock)
    looks = LeaseLooks(world.clock)
    tools = replace(world.tools, leasing=Leasing(looks, looks, LeaseTerms(), world.clock))
    outcome = all_actions(tools)["assess"].do(params(primary=OLD, standby=NEW))
    assert looks.asked == [0.0, 6.0]
    lease = outcome.evidence["lease"]
    assert isinstance(lease, dict)
    assert lease["ruling"] == "no quorum"


@pytest.mark.parametrize(("count", "beyond"), [(0, False), (3, True), (None, True)])
def test_approvers_are_told_that_both_take_writes_and_what_each_has_alone(count: int | None, beyond: bool) -> None:
    world = World(leader(written=1160), standby(in_recovery=False, timeline=2, written=1000, received=900))
    world.old.lost = LostTransactions(count, "0/3C0", reason="" if count is not None else "the log begins later")
    world.new.lost = LostTransactions(7, "0/3C0")
    outcome = world.actions["assess"].do(params(primary=OLD, standby=NEW))
    assert outcome.evidence[BOTH] is True
    assert outcome.evidence[BEYOND] is beyond
    alone = outcome.evidence["alone"]
    assert isinstance(alone, dict)
    assert (alone[OLD]["transactions"], alone[OLD]["bytes"]) == (count, 200)
    assert (alone[NEW]["transactions"], alone[NEW]["bytes"]) == (7, 40)
    said = str(outcome.text)
    assert "BOTH TAKE WRITES" in said
    assert f"{NEW} has 7;" in said
    assert ("has ? transactions" in said) is (count is None)


def test_where_both_parted_is_not_known_it_is_not_nothing() -> None:
    world = World(leader(), standby(in_recovery=False, timeline=2))
    world.new.forks = None
    outcome = world.actions["assess"].do(params(primary=OLD, standby=NEW))
    assert (outcome.evidence[BEYOND], outcome.evidence["expected_loss_bytes"]) == (True, None)


@dataclass
class SlowLog(FakeServer):
    """A host whose log cannot be read in time."""

    def lost_since(self, timeline: int, lsn: int, until: int | None = None) -> LostTransactions:
        time.sleep(2.0)
        return super().lost_since(timeline, lsn, until)


def test_a_log_that_is_read_too_slowly_is_unknown_and_does_not_hold_a_failover_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jbnet.services.recover.actions_assess.ALONE_S", 0.3)
    world = World(leader(written=1160), standby(in_recovery=False, timeline=2, written=1000))
    world.old = SlowLog(OLD, world.old.now)
    world.new.lost = LostTransactions(7, "0/3C0")
    outcome = world.actions["assess"].do(params(primary=OLD, standby=NEW))
    alone = outcome.evidence["alone"]
    assert isinstance(alone, dict)
    assert (alone[OLD]["transactions"], alone[NEW]["transactions"]) == (None, 7)
    assert outcome.evidence[BEYOND] is True


def test_what_would_take_minutes_to_read_is_not_read_while_people_wait() -> None:
    world = World(leader(written=1 << 40), standby(in_recovery=False, timeline=2, written=1000))
    outcome = world.actions["assess"].do(params(primary=OLD, standby=NEW))
    assert not [done for done in world.old.did if done.startswith("list")]
    assert "has ? transactions" in str(outcome.text)


def test_one_that_clients_reach_is_never_ended_to_follow_the_other() -> None:
    world = World(leader(), standby(in_recovery=False, timeline=2))
    for action in ("list-lost", "rebuild-standby"):
        with pytest.raises(Refused, match="takes writes and announces"):
            world.actions[action].do(params(host=OLD, source=NEW))
    assert "kill" not in world.old.did


def test_one_that_was_fenced_alive_announces_on_and_is_brought_back_for_the_other_does_too() -> None:
    world = World(leader(), standby(in_recovery=False, timeline=2))
    world.routes.held |= {OLD, NEW}
    assert world.actions["list-lost"].do(params(host=OLD, source=NEW)).evidence["lost"]


def test_assess_refuses_when_nothing_could_take_over() -> None:
    with pytest.raises(Refused, match="nothing could take over"):
        World(leader(), None).actions["assess"].do(params(primary=OLD, standby=NEW))


def test_a_fence_that_is_not_proved_is_refused_with_what_was_seen() -> None:
    world = World(None, standby())
    world.fence.proved = False
    with pytest.raises(Refused, match="holds=False"):
        world.actions["fence"].do(params(host=OLD))


def test_nothing_is_promoted_beside_a_primary_whose_fence_is_not_proved() -> None:
    world = World(None, standby())
    world.fence.proved = False
    with pytest.raises(Refused, match="silence proves nothing"):
        world.actions["promote"].do(params(host=NEW))
    assert world.new.did == []


def test_a_promoted_server_waits_for_no_standby_and_keeps_a_slot_for_the_old_primary() -> None:
    world = World(None, standby())
    outcome = world.actions["promote"].do(params(host=NEW))
    assert outcome.done
    assert world.new.did == ["settings None False", "promote", "slot east_db1"]
    assert outcome.evidence["received"] == 900


def test_a_second_promotion_promotes_nothing() -> None:
    world = World(None, leader())
    assert world.actions["promote"].probe(params(host=NEW)).done
    world.actions["promote"].do(params(host=NEW))
    assert "promote" not in world.new.did


def test_a_primary_without_a_streaming_standby_is_not_stopped() -> None:
    with pytest.raises(Refused, match="does not stream"):
        World(leader(), standby()).actions["stop-primary"].do(params(host=OLD))


def test_a_primary_with_a_streaming_standby_is_stopped_and_marked() -> None:
    world = World(leader(followers=({"name": "west_db1", "state": "streaming"},)), standby())
    assert world.actions["stop-primary"].do(params(host=OLD)).done


@pytest.mark.parametrize(("replayed", "arrived"), [(950, False), (951, True)])
def test_caught_up_means_that_the_shutdown_checkpoint_was_replayed(replayed: int, arrived: bool) -> None:
    world = World(stopped(), standby(replayed=replayed))
    assert world.actions["wait-caught-up"].probe(params(host=NEW)).done is arrived


def test_where_a_crashed_primary_ended_is_not_known_so_nobody_caught_up() -> None:
    world = World(stopped(shut_down=False), standby(replayed=2000))
    with pytest.raises(CommandFailed, match="not known"):
        world.actions["wait-caught-up"].do(params(host=NEW))


def test_what_an_old_primary_has_alone_is_on_record_before_anything_is_taken_away() -> None:
    world = World(stopped(shut_down=False, receiver=None), leader(timeline=2))
    world.old.lost = LostTransactions(3, "0/3C0", ("7 0/3D0 t",))
    action = world.actions["list-lost"]
    assert not action.probe(params(host=OLD, source=NEW)).done
    outcome = action.do(params(host=OLD, source=NEW))
    assert outcome.evidence["lost"] == asdict(world.old.lost)
    assert str(outcome.text) == f"production: {OLD} has 3 transactions alone"
    assert not {"clear mark", "rewind", "copy", "start"} & set(world.old.did)
    assert action.verify(params(host=OLD, source=NEW)).evidence["lost"] == outcome.evidence["lost"]


def test_an_old_primary_that_was_started_behind_its_marker_has_what_it_has_alone() -> None:
    world = World(stopped(shut_down=False, was_leading=False, receiver=None), leader(timeline=2))
    world.old.lost = LostTransactions(3, "0/3C0", ("7 0/3D0 t",))
    outcome = world.actions["list-lost"].do(params(host=OLD, source=NEW))
    assert str(outcome.text) == f"production: {OLD} has 3 transactions alone"
    assert world.actions["rebuild-standby"].do(params(host=OLD, source=NEW)).evidence["by"] == "rewind"


def test_a_standby_on_its_leaders_timeline_has_nothing_alone() -> None:
    world = World(stopped(shut_down=False, was_leading=False, receiver=None), leader())
    outcome = world.actions["list-lost"].do(params(host=OLD, source=NEW))
    assert str(outcome.text) == f"production: {OLD} has 0 transactions alone"
    assert world.actions["rebuild-standby"].do(params(host=OLD, source=NEW)).evidence["by"] == "start"


def test_a_log_that_cannot_tell_what_is_lost_is_not_passed_over() -> None:
    world = World(stopped(shut_down=False, receiver=None), leader(timeline=2))
    world.old.lost = LostTransactions(None, "0/3C0", reason="the log begins later")
    with pytest.raises(CommandFailed, match="cannot be listed: the log begins later"):
        world.actions["list-lost"].do(params(host=OLD, source=NEW))


def promoted_by_hand(**more: object) -> World:
    """The old one leads as ever; the new one was promoted by hand at 960, and stopped behind a marker."""
    return World(leader(), stopped(NEW, **{"timeline": 2, "shut_down": False, "receiver": None, **more}))


@pytest.mark.parametrize("led", [True, False])
def test_what_a_standby_that_was_promoted_by_hand_has_alone_is_listed_without_a_record_of_it(led: bool) -> None:
    """``led`` False: it was started again behind its marker, so that its control file calls it a standby."""
    world = promoted_by_hand(was_leading=led)
    world.new.lost = LostTransactions(3, "0/3C0", ("7 0/3D0 t",))
    outcome = world.actions["list-lost"].do(params(host=NEW, source=OLD))
    assert str(outcome.text) == f"production: {NEW} has 3 transactions alone"
    assert "list 2 960" in world.new.did
    assert world.actions["rebuild-standby"].do(params(host=NEW, source=OLD)).evidence["by"] == "rewind"


def test_of_two_that_went_their_own_ways_both_pieces_of_the_log_are_listed() -> None:
    world = promoted_by_hand()
    world.old.now = leader(timeline=2)
    world.old.forks, world.new.forks = (900,), (960,)
    world.new.lost = LostTransactions(1, "0/384", ("7 0/3D0 t",), numbers={"7": ("bank/7",)})
    outcome = world.actions["list-lost"].do(params(host=NEW, source=OLD))
    assert [done for done in world.new.did if done.startswith("list")] == ["list 1 900 960", "list 2 960"]
    assert outcome.evidence["lost"] == asdict(replace(world.new.lost, count=2, first=("7 0/3D0 t",) * 2))


@pytest.mark.parametrize("streams", [False, True])
def test_two_timelines_of_one_number_are_not_taken_for_one(streams: bool) -> None:
    """pg_rewind would do nothing, and the host would stream with other data: seen on PostgreSQL 15."""
    world = promoted_by_hand()
    world.old.now = leader(timeline=2, followers=STREAMING if streams else (), synchronous_to="FIRST 1 (west_db1)")
    world.old.forks, world.new.forks = (900,), (960,)
    if streams:
        world.new._is(in_recovery=True, receiver="streaming", answers=True, was_leading=False, processes=(1,))
    action = world.actions["rebuild-standby"]
    assert not action.probe(params(host=NEW, source=OLD)).done
    outcome = action.do(params(host=NEW, source=OLD))
    assert str(outcome.evidence["by"]).startswith("copy, because: both call their own timeline 2")
    assert world.new.did.index("kill") < world.new.did.index("copy")
    assert "rewind" not in world.new.did


def test_two_that_wrote_on_one_timeline_are_not_said_to_have_nothing_alone() -> None:
    world = World(leader(), stopped(NEW, shut_down=False, receiver=None))
    with pytest.raises(CommandFailed, match="both wrote on timeline 1, and no history says where they parted") as told:
        world.actions["list-lost"].do(params(host=NEW, source=OLD))
    assert "--skip --accept-loss" in str(told.value.hint)


@pytest.mark.parametrize("fault", ["history", "log"])
def test_what_was_never_listed_is_not_rebuilt_away_until_somebody_says_so(fault: str) -> None:
    world = promoted_by_hand()
    if fault == "history":
        world.new.forks = None
    world.new.lost = LostTransactions(None, "", reason="the log begins later")
    with pytest.raises(Refused, match="is not rebuilt: what it has alone cannot be listed") as told:
        world.actions["rebuild-standby"].do(params(host=NEW, source=OLD))
    assert "--accept-loss" in str(told.value.hint)
    assert not {"clear mark", "rewind", "copy", "start"} & set(world.new.did)
    given = {**params(host=NEW, source=OLD), ON_RECORD: True}
    assert world.actions["rebuild-standby"].do(given).evidence["by"] == "rewind"


def test_nothing_is_listed_against_a_server_that_does_not_lead() -> None:
    with pytest.raises(Refused, match="does not lead"):
        World(stopped(), standby()).actions["list-lost"].do(params(host=OLD, source=NEW))


def test_losses_are_listed_before_anything_is_rewound_and_the_source_checkpoints_first() -> None:
    world = World(stopped(shut_down=False, receiver=None), leader(timeline=2))
    world.old.lost = LostTransactions(3, "0/3C0", ("7 0/3D0 t",))
    outcome = world.actions["rebuild-standby"].do(params(host=OLD, source=NEW))
    assert world.new.did[0] == "checkpoint"
    done = world.old.did
    assert done.index("list 1 960") < done.index("clear mark") < done.index("rewind") < done.index("start")
    assert outcome.evidence["lost"] == asdict(world.old.lost)


def test_a_clean_stop_before_the_fork_needs_no_rewind() -> None:
    world = World(stopped(), leader(timeline=2))
    outcome = world.actions["rebuild-standby"].do(params(host=OLD, source=NEW))
    assert outcome.evidence["by"] == "start"
    assert "rewind" not in world.old.did


def test_a_rewind_that_fails_ends_in_a_copy() -> None:
    world = World(stopped(shut_down=False), leader(timeline=2))
    world.old.rewind_fails = True
    outcome = world.actions["rebuild-standby"].do(params(host=OLD, source=NEW))
    assert str(outcome.evidence["by"]).startswith("copy")
    assert world.old.did.index("copy") < world.old.did.index("start")


@pytest.mark.parametrize(
    ("replication", "waits"), [(Replication.BLOCK, True), (Replication.DEGRADE, True), (Replication.ASYNC, False)]
)
def test_commits_wait_for_the_rebuilt_standby_where_declared(replication: Replication, waits: bool) -> None:
    world = World(stopped(), leader(timeline=2), replication)
    world.actions["rebuild-standby"].do(params(host=OLD, source=NEW))
    assert (f"settings {OLD} False" in world.new.did) is waits


def test_nothing_is_rebuilt_from_a_server_that_does_not_lead() -> None:
    with pytest.raises(Refused, match="does not lead"):
        World(stopped(), standby()).actions["rebuild-standby"].do(params(host=OLD, source=NEW))


def test_while_the_old_host_is_silent_the_new_announcement_wins_over_its() -> None:
    world = World(None, leader())
    world.routes.silent.add(OLD)
    outcome = world.actions["move-address"].do(params(**{"from": OLD, "to": NEW}))
    assert world.routes.did == [f"announce {NEW} True"]
    assert outcome.evidence["old_host_released"] is False
    assert world.actions["move-address"].verify(params(**{"from": OLD, "to": NEW})).done


def test_when_the_old_host_let_go_the_announcement_is_an_ordinary_one() -> None:
    world = World(stopped(), leader())
    world.actions["move-address"].do(params(**{"from": OLD, "to": NEW}))
    assert world.routes.did[-1] == f"announce {NEW} False"
    assert world.routes.held == {NEW}


def test_with_every_watcher_dark_the_way_is_read_back_beside_the_new_leader() -> None:
    world = World(None, leader())
    world.routes.silent |= {OLD, "noc"}
    world.actions["move-address"].do(params(**{"from": OLD, "to": NEW}))
    found = world.actions["move-address"].verify(params(**{"from": OLD, "to": NEW}))
    assert (found.done, found.evidence["watcher"]) == (True, BESIDE)


def test_with_nobody_left_to_read_it_back_an_address_is_not_said_to_have_moved() -> None:
    world = World(None, leader())
    world.routes.silent |= {OLD, "noc", BESIDE}
    world.actions["move-address"].do(params(**{"from": OLD, "to": NEW}))
    assert not world.actions["move-address"].verify(params(**{"from": OLD, "to": NEW})).done


def test_beside_a_host_its_own_router_is_asked_first(tmp_path: Path) -> None:
    qinghai = wiring.load_network(Path(__file__).parents[3], tmp_path)
    assert near_watchers(qinghai, "golmud-dc-db1") == ("golmud-dc-r1", "golmud-dc-app1", "golmud-dc-r2")


def test_a_write_that_arrived_elsewhere_is_not_a_proof() -> None:
    world = World(None, leader())
    with pytest.raises(CommandFailed, match="arrived elsewhere"):
        world.actions["verify-writes"].do(params(host=NEW))
    world.new.rows = frozenset({7})
    assert world.actions["verify-writes"].do(params(host=NEW)).done


def test_a_router_that_does_not_answer_is_not_taken_as_open() -> None:
    world = World(leader(), standby())
    world.fence.filters = {"r1": False, "r2": None}
    assert not world.actions["unfence"].probe(params(host=OLD)).done
    with pytest.raises(CommandFailed, match="r2"):
        world.actions["unfence"].do(params(host=OLD))


def test_a_primary_stopped_for_a_fence_that_failed_takes_up_again() -> None:
    world = World(stopped(), standby())
    world.actions["unfence"].do(params(host=OLD))
    assert world.old.did == ["clear mark", f"settings {NEW} False", "start"]


def test_a_stopped_host_stays_stopped_while_the_other_leads() -> None:
    world = World(stopped(), leader())
    assert world.actions["unfence"].probe(params(host=OLD)).done
    world.actions["unfence"].do(params(host=OLD))
    assert world.old.did == []


def test_a_step_that_lacks_a_parameter_or_names_a_stranger_is_wrong_use() -> None:
    world = World(leader(), standby())
    for given in ({"database": "production"}, {"database": "none", "host": OLD}, params(host="noc")):
        with pytest.raises(UsageError):
            world.actions["promote"].probe(given)


THERE = {"from": OLD, "to": NEW}
STREAMING = ({"name": "west_db1", "state": "streaming"},)


def handing_over(**standby_is: object) -> World:
    """The old one leads, the new one follows closely."""
    return World(leader(followers=STREAMING), standby(receiver="streaming", **standby_is))


def test_everything_is_made_ready_before_the_first_word_of_a_hand_over() -> None:
    world = handing_over()
    outcome = world.actions["hand-over"].do(params(**THERE))
    assert outcome.done
    assert world.handovers.did == ["arm", "stop", "lead", "announce", "withdraw", "close"]
    assert world.new.did[0] == "slot east_db1"
    assert world.old.did == ["checkpoint"]
    assert world.routes.held == {NEW}
    assert not world.handovers.orders
    assert world.actions["hand-over"].probe(params(**THERE)).done


def test_what_a_hand_over_proves_is_in_its_evidence() -> None:
    evidence = handing_over().actions["hand-over"].do(params(**THERE)).evidence
    assert isinstance(evidence["fence"], dict)
    assert evidence["fence"]["proved"] is True
    assert (evidence["checkpoint"], evidence["replayed"]) == (950, 1070)


@pytest.mark.parametrize("word", ["arm", "stop", "lead"])
def test_a_hand_over_that_fails_before_the_promotion_leaves_the_old_leader_leading(word: str) -> None:
    world = handing_over()
    world.handovers.fails = {word: "before"}
    with pytest.raises(CommandFailed, match=f"{OLD} leads as before: {word} failed"):
        world.actions["hand-over"].do(params(**THERE))
    assert world.old.state().leads
    assert not world.old.state().demoted
    assert world.new.state().in_recovery
    assert "drop slots" in world.new.did
    assert world.routes.held == {OLD}
    assert world.actions["take-back"].probe(params(**THERE)).done


def test_a_stop_that_is_not_proved_promotes_nothing() -> None:
    world = handing_over()
    world.handovers.proved = False
    with pytest.raises(CommandFailed, match="not proved to be fenced"):
        world.actions["hand-over"].do(params(**THERE))
    assert "promote" not in world.new.did
    assert world.old.state().leads


def test_a_promotion_of_which_nothing_was_heard_starts_nothing_on_the_old_host() -> None:
    world = handing_over()
    world.handovers.fails = {"lead": "after"}
    with pytest.raises(Refused, match=f"a promotion was begun on {NEW}"):
        world.actions["hand-over"].do(params(**THERE))
    assert "start" not in world.old.did
    with pytest.raises(Refused, match="a promotion was begun"):
        world.actions["take-back"].do(params(**THERE))
    world.handovers.fails = {}
    assert world.actions["hand-over"].do(params(**THERE)).done
    assert world.routes.held == {NEW}


def test_where_the_old_host_is_silent_in_the_middle_it_is_said_that_nothing_was_promoted() -> None:
    world = handing_over()
    world.handovers.fails, world.handovers.silent = {"stop": "after"}, {OLD}
    with pytest.raises(Refused, match="nor is it taken back"):
        world.actions["hand-over"].do(params(**THERE))
    assert world.new.state().in_recovery
    assert "start" not in world.old.did


def test_a_hand_over_whose_process_was_killed_behind_the_stop_goes_on_to_the_promotion() -> None:
    world = World(stopped(), standby(replayed=1070))
    outcome = world.actions["hand-over"].do(params(**THERE))
    assert outcome.done
    assert isinstance(outcome.evidence["fence"], dict)
    assert world.new.state().leads
    assert not world.old.state().leads


def test_a_stopped_leader_whose_last_records_never_arrived_is_started_again() -> None:
    world = World(stopped(), standby(replayed=950, receiver=None))
    with pytest.raises(CommandFailed, match="leads as before"):
        world.actions["hand-over"].do(params(**THERE))
    assert world.old.did == ["clear mark", "settings west-db1 False", "start"]
    assert world.old.state().leads


def test_a_standby_that_is_far_behind_is_not_waited_for_with_the_leader_stopped() -> None:
    world = World(leader(followers=STREAMING, written=1 << 40), standby(receiver="streaming"))
    with pytest.raises(Refused, match="not close behind"):
        world.actions["hand-over"].do(params(**THERE))
    assert world.handovers.did == []


def test_an_address_that_was_not_announced_in_time_is_announced_behind_it() -> None:
    world = handing_over()
    world.handovers.fails = {"announce": "before", "withdraw": "before"}
    outcome = world.actions["hand-over"].do(params(**THERE))
    assert outcome.evidence["address_errors"] == ["announce failed", "withdraw failed"]
    assert world.routes.held == {NEW}


@pytest.mark.parametrize("name", ["hand-over", "move-address"])
def test_a_way_that_was_seen_counts_though_routing_moves_again_behind_it(name: str) -> None:
    world = handing_over()
    world.actions["hand-over"].do(params(**THERE))
    way = ("10.9.0.1",)
    world.routes.ways = [(), way, (), ()]
    assert world.actions[name].verify(params(**THERE)).done
    assert world.routes.ways == [(), ()]


def test_with_both_leading_no_address_moves() -> None:
    world = World(leader(), leader(timeline=2))
    with pytest.raises(Refused, match="not proved"):
        world.actions["hand-over"].do(params(**THERE))
    assert world.routes.held == {OLD}


def test_filters_of_a_failover_are_opened_before_the_address_comes_home() -> None:
    world = handing_over()
    world.fence.filters = {"r1": True}
    filters: list[bool | None] = []

    def announce() -> None:
        filters.extend(world.fence.filters.values())
        world.routes.held.add(NEW)

    world.handovers.announces = announce
    world.actions["hand-over"].do(params(**THERE))
    assert filters == [False]


@pytest.mark.parametrize("there", [leader(), replace(standby(), demoted=False), replace(standby(), exists=False)])
def test_nothing_is_taken_back_from_a_host_that_is_not_known_to_be_a_standby(there: ServerState) -> None:
    world = World(stopped(), there)
    with pytest.raises(Refused, match="not known to be a standby"):
        world.actions["take-back"].do(params(**THERE))
    assert world.old.did == []


def test_what_is_noted_of_a_promotion_long_given_up_does_not_stand_in_the_way() -> None:
    world = handing_over()
    world.handovers.begun = {NEW}
    assert world.actions["hand-over"].do(params(**THERE)).done
    assert not world.handovers.begun
