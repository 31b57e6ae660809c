"""The steps of a drill: it begins only where it may, hears the host out, gives way, and is proved by another look."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, cast

import pytest
from recovery_world import ManualClock

from jbnet.model.business import Replication
from jbnet.model.errors import Refused, Unreachable
from jbnet.model.network import Database, Device, Network
from jbnet.ports import DatabaseServers
from jbnet.ports.drill import DrillOrder
from jbnet.recovery.drill import DrillLimits, HostLook, Left
from jbnet.recovery.drill_backup import Backup, BackupLook
from jbnet.recovery.observed import ServerLook
from jbnet.recovery.restored import Restored
from jbnet.services.recover.actions_drill import ClearDrill, DrillDatabase, DrillTools, ways_out

EAST, WEST = "east-db1", "west-db1"
STEP = {"database": "production", "host": WEST}
GIB = 1 << 30
BACKUP = Backup("20261122-230000F", "full", 1_000_000.0, GIB, "000000010000000000000002", "000000010000000000000002")
OLD = Left(folder="/drill", drill="drill old", sessions=0, slots=0)


def network() -> Network:
    devices = {
        name: Device(name, name[:4], "", "database-server", "frr", IPv4Address(address), ())
        for name, address in ((EAST, "10.1.0.1"), (WEST, "10.2.0.1"))
    }
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, EAST, WEST, Replication.BLOCK, 60, 0)
    return Network("n", "n", 64512, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})


SAID: tuple[Mapping[str, object], ...] = (
    {"phase": "copying"},
    {"phase": "alive", "free": 1},
    {"phase": "copied", "seconds": 2.0, "bytes": 1},
    {"phase": "enclosed", "holds": True},
    {"phase": "recovered", "seconds": 0.5, "replayed": 900, "newest_row": 99.0},
    {"phase": "leads", "seconds": 0.2, "timeline": 2},
    {"phase": "wrote", "seconds": 0.1, "holds": True},
    {"phase": "smoke", "name": "ledger", "holds": True, "said": "t"},
    {"phase": "amcheck", "holds": True},
    {"phase": "checksums", "holds": True},
    {"phase": "ended", "left": {}},
)


@dataclass
class FakeServer:
    """The part of DatabaseServer that a drill uses."""

    clients: set[str]

    def present(self, client: str) -> frozenset[int]:
        return frozenset({1} if client in self.clients else ())


@dataclass
class FakeServers:
    """The part of DatabaseServers that a drill uses."""

    looks: dict[str, ServerLook | None]
    rows: dict[str, set[str]] = field(default_factory=dict)

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        found = self.looks[host]
        if found is None:
            raise Unreachable("{host} does not answer", host=host)
        return {"production": found}

    def server(self, database: str, host: str) -> Any:
        return FakeServer(self.rows.get(host, set()))


@dataclass
class FakeBubbles:
    """Implements Bubbles: says what it is told to, and keeps what was asked of it."""

    said: Iterable[Mapping[str, object]] = SAID
    there: Left = field(default_factory=Left)
    found: HostLook = field(default_factory=lambda: HostLook(90 * GIB, 100 * GIB, GIB))
    did: list[object] = field(default_factory=list)
    backups: BackupLook = field(default_factory=lambda: BackupLook((BACKUP,), "000000010000000000000004"))

    def look_backups(self, database: str, host: str) -> BackupLook:
        return self.backups

    def look(self, database: str, host: str) -> HostLook:
        return replace(self.found, left=self.there)

    def run(self, order: DrillOrder) -> Generator[Mapping[str, object], None, None]:
        self.did.append(order)
        try:
            yield from self.said
        finally:
            self.did.append("closed")

    def left(self, database: str, host: str) -> Left:
        return self.there

    def clear(self, database: str, host: str, *, ends: bool) -> Left:
        self.did.append(f"clear ends={ends}")
        if ends or self.there.keeper is None:
            self.there = Left()
        return self.there

    def commands(self, order: DrillOrder) -> Sequence[Sequence[str]]:
        return ()


FROM_BACKUP = {**STEP, "from": "backup"}
RESTORED = ({"phase": "restored", "label": BACKUP.label, "seconds": 9.0},
            {"phase": "fetched", "segments": 3, "holds": True, "said": "", "seconds": 1.0})  # fmt: skip
SAID_OF_BACKUP = (SAID[0], *RESTORED, *SAID[1:])


class World:
    """One drill: what is seen of the servers, what the host says, who else is at it."""

    def __init__(self, bubbles: FakeBubbles) -> None:
        self.bubbles = bubbles
        leads = ServerLook("production", EAST, in_recovery=False, written=1000, newest_row=100.0)
        follows = ServerLook("production", WEST, in_recovery=True, replayed=900, receiver="streaming")
        self.servers = FakeServers({EAST: leads, WEST: follows})
        self.earnest: list[str | None] = []
        self.drawn: list[Sequence[str]] = []
        self.counted: list[Restored] = []
        given = DrillTools(network(), cast("DatabaseServers", self.servers), ManualClock(), bubbles, DrillLimits(),
                           lambda: self.earnest.pop(0) if self.earnest else None, self._draw,
                           self.counted.extend)  # fmt: skip
        self.action, self.clear = DrillDatabase(given), ClearDrill(given)

    def _draw(self, among: Sequence[str]) -> str:
        self.drawn.append(among)
        return among[-1]

    @property
    def order(self) -> DrillOrder:
        return next(one for one in self.bubbles.did if isinstance(one, DrillOrder))


def test_a_drill_of_which_all_holds_is_done_with_its_figures() -> None:
    world = World(FakeBubbles())
    assert not world.action.probe(STEP).done
    outcome = world.action.do(STEP)
    assert outcome.done
    assert (outcome.evidence["rto_s"], outcome.evidence["behind_bytes"], outcome.evidence["behind_s"]) == (
        0.8,
        100,
        1.0,
    )
    assert world.action.verify(STEP).done
    assert world.bubbles.did[-1] == "closed"


def test_the_leader_is_looked_at_when_the_copy_is_whole_and_not_before_or_after() -> None:
    world = World(FakeBubbles())

    def said() -> Generator[Mapping[str, object], None, None]:
        for line in SAID:
            if line["phase"] == "copied":
                world.servers.looks[EAST] = ServerLook("production", EAST, in_recovery=False, written=5000)
            yield line
            world.servers.looks[EAST] = ServerLook("production", EAST, in_recovery=False, written=9000)

    world.bubbles.said = said()
    assert world.action.do(STEP).evidence["behind_bytes"] == 4100


@pytest.mark.parametrize("gone", range(2, len(SAID)))
def test_a_drill_that_stops_short_or_of_which_something_does_not_hold_is_not_done(gone: int) -> None:
    line = SAID[gone]
    without = [one for one in SAID if one is not line]
    spoilt = [{**one, "holds": False} if one is line and "holds" in one else one for one in SAID]
    if line["phase"] != "smoke":
        assert not World(FakeBubbles(without)).action.do(STEP).done
    if "holds" in line:
        assert not World(FakeBubbles(spoilt)).action.do(STEP).done


def test_what_was_written_inside_and_is_seen_outside_spoils_it() -> None:
    world = World(FakeBubbles())
    world.servers.rows[EAST] = {f"drill {world_time()}"}
    outcome = world.action.do(STEP)
    assert not outcome.done
    assert outcome.evidence["seen_outside"] == [EAST]


def world_time() -> str:
    return ManualClock().now().strftime("%Y%m%dT%H%M%SZ")


def test_a_failure_on_the_host_is_told_with_its_reason() -> None:
    outcome = World(FakeBubbles([SAID[0], {"phase": "failed", "why": "full"}, SAID[-1]])).action.do(STEP)
    assert not outcome.done
    assert "the room that stays free was reached" in str(outcome.text)


def test_where_there_must_be_no_drill_nothing_is_begun() -> None:
    world = World(FakeBubbles())
    world.servers.looks[EAST] = None
    with pytest.raises(Refused, match="nobody is seen to lead"):
        world.action.do(STEP)
    assert world.bubbles.did == []


def test_what_a_killed_drill_left_is_taken_away_first_and_told() -> None:
    world = World(FakeBubbles(there=OLD))
    outcome = world.action.do(STEP)
    assert outcome.done
    assert world.bubbles.did[0] == "clear ends=False"
    removed = outcome.evidence["removed_before"]
    assert isinstance(removed, dict)
    assert removed["drill"] == "drill old"


def test_a_drill_that_goes_on_elsewhere_is_let_be() -> None:
    world = World(FakeBubbles(there=replace(OLD, keeper=77)))
    with pytest.raises(Refused, match="going on there"):
        world.action.do(STEP)
    assert world.bubbles.did == ["clear ends=False"]


def test_a_drill_gives_way_to_a_recovery_in_earnest() -> None:
    world = World(FakeBubbles())
    world.earnest = [None, None, "20261123-7"]
    with pytest.raises(Refused, match="gives way to 20261123-7"):
        world.action.do(STEP)
    assert world.bubbles.did[-1] == "closed", "closing it is what ends the drill on the host"


@pytest.mark.parametrize("left", [OLD, replace(Left(), processes=(7,)), replace(Left(), sessions=None)])
def test_with_anything_left_or_unknown_the_second_look_says_no(left: Left) -> None:
    world = World(FakeBubbles(there=left))
    assert not world.action.verify(STEP).done


def test_a_standby_that_does_not_follow_any_more_spoils_the_second_look() -> None:
    world = World(FakeBubbles())
    world.servers.looks[WEST] = ServerLook("production", WEST, in_recovery=True, receiver=None)
    assert not world.action.verify(STEP).done


def test_the_way_back_ends_what_goes_on_and_takes_it_away() -> None:
    world = World(FakeBubbles(there=replace(OLD, keeper=77)))
    assert not world.clear.probe(STEP).done
    assert world.clear.do(STEP).done
    assert world.bubbles.did == ["clear ends=True"]
    assert world.clear.verify(STEP).done


def test_both_hosts_and_every_service_are_tried_from_inside() -> None:
    world = World(FakeBubbles())
    world.action.do(STEP)
    assert set(world.order.ways_out) == {
        ("10.1.0.1", 5432), ("10.1.0.1", 22), ("10.2.0.1", 5432), ("10.2.0.1", 22), ("10.3.0.1", 5432),
    }  # fmt: skip
    assert ways_out(network(), "production", WEST) == ways_out(network(), "production", EAST)


@pytest.mark.parametrize(
    ("asked", "befalls"), [(None, ""), ("none", ""), ("killed-leading", "killed-leading"), ("any", "killed-leading")]
)
def test_a_surprise_is_what_was_asked_for_or_drawn(asked: str | None, befalls: str) -> None:
    world = World(FakeBubbles())
    world.action.do({**STEP, **({"surprise": asked} if asked else {})})
    assert world.order.surprise == befalls
    assert bool(world.drawn) == (asked == "any")


def test_a_backup_that_led_is_named_with_how_far_it_was_behind_and_counts_as_a_restore_test() -> None:
    world = World(FakeBubbles(SAID_OF_BACKUP))
    outcome = world.action.do(FROM_BACKUP)
    assert outcome.done, str(outcome.text)
    taken = outcome.evidence["backup"]
    assert isinstance(taken, dict)
    now = ManualClock().now()
    assert (taken["label"], taken["age_s"]) == (BACKUP.label, round(now.timestamp() - BACKUP.ended, 1))
    assert (outcome.evidence["behind_bytes"], outcome.evidence["behind_s"]) == (100, 1.0)
    assert BACKUP.label in str(outcome.text)
    assert world.counted == [Restored("production", WEST, BACKUP.label, now)]
    assert world.order.backup is not None


@pytest.mark.parametrize("line", RESTORED)
def test_a_backup_of_which_a_stage_is_missing_or_log_is_lacking_is_not_done_and_does_not_count(
    line: Mapping[str, object],
) -> None:
    for said in (
        [one for one in SAID_OF_BACKUP if one is not line],
        [{**one, "holds": False, "said": "lacks"} if one.get("phase") == "fetched" else one for one in SAID_OF_BACKUP],
    ):
        world = World(FakeBubbles(said))
        assert not world.action.do(FROM_BACKUP).done
        assert world.counted == []


def test_a_copy_of_the_standby_is_no_restore_test() -> None:
    world = World(FakeBubbles())
    assert world.action.do(STEP).done
    assert world.counted == []
    assert world.order.backup is None


def test_a_backup_takes_the_room_that_it_and_its_log_need_and_not_that_of_the_databases() -> None:
    world = World(FakeBubbles(SAID_OF_BACKUP, found=HostLook(60 * GIB, 100 * GIB, 1)))
    world.bubbles.backups = BackupLook((replace(BACKUP, size=50 * GIB),), "")
    with pytest.raises(Refused, match="a copy takes 56849 MiB"):
        world.action.do(FROM_BACKUP)
    assert world.bubbles.did == []


def test_without_a_backup_nothing_is_begun() -> None:
    world = World(FakeBubbles())
    world.bubbles.backups = BackupLook()
    with pytest.raises(Refused, match="there is no backup in the repository that west-db1 knows"):
        world.action.do(FROM_BACKUP)
    assert world.bubbles.did == []


def test_a_backup_may_be_drilled_on_the_host_that_leads_and_a_copy_may_not() -> None:
    world = World(FakeBubbles(SAID_OF_BACKUP))
    there = {**FROM_BACKUP, "host": EAST}
    outcome = world.action.do(there)
    assert outcome.done, str(outcome.text)
    assert outcome.evidence["behind_bytes"] == 100, "the host itself is the leader that was looked at"
    assert world.action.verify(there).done
    assert not world.action.verify({**STEP, "host": EAST}).done
    with pytest.raises(Refused, match="does not follow"):
        world.action.do({**STEP, "host": EAST})


def test_a_copy_of_an_earlier_time_is_behind_nobody() -> None:
    world = World(FakeBubbles(SAID_OF_BACKUP))
    at = "2001-01-01T08:00:00+08:00"
    outcome = world.action.do({**FROM_BACKUP, "at": at})
    assert outcome.done, str(outcome.text)
    assert (outcome.evidence["behind_bytes"], outcome.evidence["behind_s"]) == (None, None)
    assert at in str(outcome.text)
    with pytest.raises(Refused, match="no backup ended before"):
        world.action.do({**FROM_BACKUP, "at": "1970-01-02T00:00:00+00:00"})


def test_what_has_not_been_yet_cannot_be_gone_back_to() -> None:
    with pytest.raises(Refused, match="yet to come"):
        World(FakeBubbles(SAID_OF_BACKUP)).action.do({**FROM_BACKUP, "at": "2999-01-01T00:00:00+00:00"})
