"""Behind the databases' move: applications in their order, one payment, and what a person is told where they fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from jbnet.model.errors import UsageError
from jbnet.model.network import Application, Device, Network
from jbnet.ports import Said
from jbnet.services.recover.actions_application import VerifyApplications

PARAMS = {"site": "standby", "applications": ["card", "portal"], "payment": "card"}
SITES = {"primary": "east", "standby": "west"}


def network() -> Network:
    hosts = (("e1", "east"), ("w1", "west"), ("w2", "west"))
    devices = {
        name: Device(name, home, "", "server", "frr", IPv4Address(f"10.0.0.{at}"), ())
        for at, (name, home) in enumerate(hosts, 1)
    }
    apps = {
        "card": Application("card", "卡", ("e1", "w1", "w2"), ("production",), 8082),
        "portal": Application("portal", "网", ("e1", "w1"), ("exchange",), 8443),
        "mute": Application("mute", "无", ("e1", "w1"), (), None),
    }
    return Network("n", "n", 64512, IPv4Network("10.0.0.0/8"), devices=devices, applications=apps)


@dataclass
class World:
    """Implements ApplicationCalls and Clock; who is in ``states`` answers so, the others refuse."""

    states: dict[tuple[str, int], int] = field(default_factory=dict)
    comes_up: dict[tuple[str, int], float] = field(default_factory=dict)
    payments: dict[str, Mapping[str, object]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    at: float = 0.0
    forgets: bool = False

    def call(self, host: str, port: int, path: str, body: Mapping[str, object] | None, timeout: float) -> Said:
        self.asked.append(f"{host}:{port}{path}")
        code = self.states.get((host, port))
        if (host, port) in self.comes_up:
            code = 200 if self.at >= self.comes_up[host, port] else 503
        if code is None:
            return Said(None, {"error": "refused"}, refused=True)
        if body is not None and code == 200:
            self.payments[str(body["number"])] = body
            return Said(201, body)
        if path.startswith("/payments/") and code == 200:
            found = None if self.forgets else self.payments.get(path.removeprefix("/payments/"))
            return Said(200, found) if found else Said(404, {"error": "no such thing"})
        return Said(code, {"state": "up"} if code == 200 else {"error": "", "why": {"production": "no answer"}})

    def monotonic(self) -> float:
        return self.at

    def now(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def sleep(self, seconds: float) -> None:
        self.at += max(seconds, 1.0)

    def action(self, *, lab: bool = False, site: str = "") -> VerifyApplications:
        """``site``: the only one whose application hosts this lab has."""
        whole = network()
        built = {n: d for n, d in whole.devices.items() if not site or d.home == site}
        return VerifyApplications(replace(whole, devices=built), SITES, self, self, lab)


UP = {("w2", 8082): 200, ("w1", 8443): 200}


def test_one_host_of_the_site_is_enough_and_one_payment_is_registered_and_queried() -> None:
    world = World(dict(UP))
    assert not world.action().probe(PARAMS).done
    found = world.action().do(PARAMS)
    assert found.done, str(found.text)
    assert list(world.payments) == [found.evidence["payment"]]
    assert found.evidence["host"] == "w2"
    assert not [asked for asked in world.asked if asked.startswith("e1")], "the other site is not asked"
    assert world.action().verify(PARAMS).done
    assert len(world.payments) == 1


def test_an_application_that_comes_up_meanwhile_is_waited_for() -> None:
    world = World(dict(UP), comes_up={("w1", 8443): 5.0})
    found = world.action().do(PARAMS)
    assert found.done
    assert 5 <= world.at < 30
    assert found.evidence["back"] == [
        {"application": "card", "after_s": 0.0},
        {"application": "portal", "after_s": world.at},
    ]


def test_one_that_works_does_not_count_before_those_in_front_of_it() -> None:
    world = World(dict(UP), comes_up={("w1", 8082): 5.0, ("w2", 8082): 5.0})
    back = world.action().do(PARAMS).evidence["back"]
    assert back == [{"application": name, "after_s": world.at} for name in ("card", "portal")]


@pytest.mark.parametrize("states", [{("w1", 8443): 200}, {}, UP | {("w2", 8082): 503}])
def test_the_first_one_that_does_not_work_is_named_and_nothing_is_paid(states: dict[tuple[str, int], int]) -> None:
    world = World(dict(states))
    found = world.action().do(PARAMS)
    assert not found.done
    assert str(found.text).startswith("card does not work at west: w1: refused; w2: ")
    assert (world.payments, world.at >= 30) == ({}, True)
    assert not world.action().verify(PARAMS).done


def test_a_payment_that_cannot_be_queried_afterwards_is_no_payment() -> None:
    found = World(dict(UP), forgets=True).action().do(PARAMS)
    assert not found.done
    assert str(found.text) == "card took no payment: w1: refused; w2: no such thing"


def test_a_lab_may_leave_application_hosts_out() -> None:
    world = World()
    found = world.action(lab=True, site="east").do(PARAMS)
    assert (found.done, found.evidence["back"]) == (True, [])
    assert str(found.text) == "no application is in this lab at west: none was asked"
    assert world.action(lab=True, site="east").verify(PARAMS).done
    assert world.asked == []


def test_outside_a_lab_a_site_without_application_hosts_is_no_site_to_move_to() -> None:
    found = World().action(site="east").do(PARAMS)
    assert not found.done
    assert str(found.text) == "no host of card is declared at west"


@pytest.mark.parametrize("states", [{}, {("w1", 8443): 200}, UP | {("w2", 8082): 503}])
def test_a_lab_that_has_the_hosts_is_as_strict_as_production(states: dict[tuple[str, int], int]) -> None:
    assert World(dict(UP)).action(lab=True, site="west").do(PARAMS).evidence["host"] == "w2"
    found = World(dict(states)).action(lab=True, site="west").do(PARAMS)
    assert not found.done
    assert str(found.text).startswith("card does not work at west: w1: refused; w2: ")
    assert not World(dict(states)).action(lab=True, site="west").verify(PARAMS).done


def test_without_a_payment_they_are_only_asked() -> None:
    world = World(dict(UP))
    params = {name: value for name, value in PARAMS.items() if name != "payment"}
    assert world.action().do(params).done
    assert world.payments == {}


@pytest.mark.parametrize("params", [{"applications": ["mute"]}, {"applications": ["other"]}, {"applications": None}])
def test_what_no_application_is_is_wrong_use(params: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        World(dict(UP)).action().do(PARAMS | params)
