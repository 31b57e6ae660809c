"""Looking for readiness: side by side, bounded, each failure a value; and the fake servers against the contract."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from readiness_world import ONE, TWO, FakeServer, database, follower, leader, looks_as_expected, ring

from jbnet.model.errors import Missing, Unreachable
from jbnet.model.network import Application, Device, Network
from jbnet.recovery.observed import RingLook, ServerLook, ServiceLook, Unseen
from jbnet.recovery.readiness import Level
from jbnet.recovery.readiness_around import Port
from jbnet.services.recover.readiness import NoClient, Sight, look_at, look_at_applications
from jbnet.services.recover.side_by_side import Asked

NAMES = ("production", "exchange")


def network() -> Network:
    hosts = ((ONE, "one"), (TWO, "two"), ("one-app1", "one"), ("two-app1", "two"))
    devices = {
        name: Device(name, home, "", "server", "frr", IPv4Address(f"10.0.0.{at}"), ())
        for at, (name, home) in enumerate(hosts, 1)
    }
    apps = {
        "card": Application("card", "卡", ("one-app1", "two-app1"), ("production",), 8082),
        "left": Application("left", "余", (), ("exchange",), 8084),
        "other": Application("other", "他", ("one-app1",), ("decision",), 8083),
        "portless": Application("portless", "无", ("one-app1",), ("production",), None),
    }
    databases = {name: database(name) for name in NAMES}
    return Network("n", "n", 64512, IPv4Network("10.0.0.0/8"), devices=devices, databases=databases, applications=apps)


@dataclass
class World:
    """Implements DatabaseServers, Fence (its looking half), RouteControl (likewise), ServiceLooks and PortProber."""

    servers: dict[tuple[str, str], FakeServer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    doors: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in NAMES:
            self.servers[name, ONE] = FakeServer(ONE, replace(leader(), database=name))
            self.servers[name, TWO] = FakeServer(TWO, replace(follower(), database=name))

    def sight(self) -> Sight:
        return Sight(network(), self, self, self, self, self)  # type: ignore[arg-type]  # the halves that look

    def server(self, name: str, host: str) -> FakeServer:
        return self.servers[name, host]

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        return {name: self.server(name, host).look() for name in databases}

    def received(self, host: str, databases: Sequence[str]) -> Mapping[str, int | None]:
        return {name: self.server(name, host).received() for name in databases}

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        self.asked.extend(f"rings {name} {host}" for name in databases)
        return {name: (ring("r1"),) for name in databases}

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        self.asked.extend(f"filters {name} {host}" for name in databases)
        return {name: {"r2": False} for name in databases}

    def announces(self, address: str, host: str) -> bool:
        if host in self.silent:
            raise Unreachable("{host} does not answer", host=host)
        return host == ONE

    def identity(self, name: str, address: str, timeout: float) -> ServiceLook:
        return ServiceLook("7000000000000000001", in_recovery=False)

    def knock(self, host: str, port: int, timeout: float) -> str:
        return self.doors[host]

    def release(self, host: str, port: int, timeout: float) -> str | None:
        assert self.doors[host] == Port.OPEN, "what does not listen is not asked"
        return self.releases.get(host)


def test_the_fake_servers_keep_the_contract_of_real_ones() -> None:
    looks_as_expected(FakeServer(ONE, leader()), FakeServer(TWO, follower()))


def test_everything_that_is_well_is_seen() -> None:
    looks = look_at(World().sight(), NAMES)
    assert [look.database.name for look in looks] == list(NAMES)
    for look in looks:
        assert look.leaders == (ONE,)
        assert look.announced == {ONE: True, TWO: False}
        assert look.received_after == {TWO: 5000}
        assert set(look.rings) == {ONE}
        assert look.filters == {TWO: {"r2": False}}


def test_a_dead_host_is_a_value_and_the_others_are_seen() -> None:
    world = World(silent={ONE})
    for name in NAMES:
        world.server(name, ONE).silent = True
    look = look_at(world.sight(), NAMES)[0]
    assert isinstance(look.primary, Unseen)
    assert str(look.primary.reason) == f"{ONE} does not answer"
    assert isinstance(look.standby, ServerLook)
    assert look.announced == {ONE: None, TWO: False}


def test_a_host_that_hangs_costs_its_own_share_and_no_more() -> None:
    world, hang = World(), threading.Event()
    world.server("production", ONE).late = hang.wait  # type: ignore[assignment]  # what it returns is not looked at
    began = time.monotonic()
    looks = look_at(world.sight(), NAMES, seconds=0.5)
    assert time.monotonic() - began < 5
    hang.set()
    assert [isinstance(look.primary, Unseen) for look in looks] == [True, True]
    assert [isinstance(look.standby, ServerLook) for look in looks] == [True, True]


def test_hosts_are_asked_side_by_side() -> None:
    world, together = World(), threading.Barrier(2, timeout=10)
    for host in (ONE, TWO):
        once = iter([together.wait])
        world.server("production", host).late = lambda once=once: next(once, lambda: None)()  # type: ignore[misc]  # bound by its default
    assert [look.leaders for look in look_at(world.sight(), NAMES)] == [(ONE,), (ONE,)]


def test_where_the_standby_leads_its_rings_are_read_and_the_filters_around_the_other() -> None:
    world = World()
    world.servers["exchange", ONE].now = replace(follower(), database="exchange", host=ONE)
    world.servers["exchange", TWO].now = replace(leader(), database="exchange", host=TWO)
    looks = {look.database.name: look for look in look_at(world.sight(), NAMES)}
    assert looks["exchange"].leader == TWO
    assert set(looks["exchange"].rings) == {TWO}
    assert set(looks["exchange"].filters) == {ONE}
    assert {f"rings exchange {TWO}", f"filters exchange {ONE}", f"rings production {ONE}"} <= set(world.asked)


def test_a_defect_of_one_look_does_not_hide_the_others() -> None:
    def broken() -> int:
        raise ValueError("no JSON")

    found = Asked({"a": broken, "b": lambda: 2}, 5).answers()
    assert found["b"] == 2
    assert isinstance(found["a"], Unseen)
    assert str(found["a"].reason) == "internal error: ValueError: no JSON"


def test_without_the_clients_password_every_look_says_so() -> None:
    with pytest.raises(Missing):
        NoClient(Missing("secret {name} is nowhere", name="pg-client")).identity("production", "10.3.0.1", 1)


BOTH = {"one-app1": Port.OPEN, "two-app1": Port.OPEN}


@pytest.mark.parametrize(
    ("doors", "releases", "wanted"),
    [
        (BOTH, {"one-app1": "1.2", "two-app1": "1.2"}, Level.GREEN),
        (BOTH, {"one-app1": "1.2", "two-app1": "1.3"}, Level.RED),
        (BOTH, {"one-app1": "1.2"}, Level.AMBER),
        (BOTH, {}, Level.AMBER),
        ({"one-app1": Port.OPEN, "two-app1": Port.CLOSED}, {"one-app1": "1.2"}, Level.RED),
        ({"one-app1": Port.CLOSED, "two-app1": Port.CLOSED}, {}, Level.UNKNOWN),
    ],
)
def test_applications_of_these_databases_are_asked_on_both_sites(
    doors: dict[str, str], releases: dict[str, str], wanted: Level
) -> None:
    found = look_at_applications(World(doors=doors, releases=releases).sight(), NAMES, "one", "two")
    assert [(result.subject, result.level) for result in found] == [
        ("card", wanted),
        ("left", Level.UNKNOWN),
    ]
