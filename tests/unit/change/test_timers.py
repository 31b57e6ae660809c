"""Timers on devices: how long they run, what a plan says of them, when a restart is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_network import sample_network

from jbnet.change import timers
from jbnet.config.tree import Patch
from jbnet.model.network import Device
from jbnet.platforms.changing import Ending, changing
from jbnet.platforms.registry import names, platform

NOTHING = Patch()


@pytest.fixture
def cpe() -> Device:
    return replace(sample_network().devices["chengdong-lejiawan-r1"], platform="vrp5")


@pytest.mark.parametrize("name", names())
def test_every_platform_says_what_a_change_hangs_on(name: str) -> None:
    known = changing(name)
    assert (known.timer.ending is Ending.RESTART) == (platform(name).commit_timer == "reboot")
    assert known.timer.seconds(1) >= known.timer.least_s
    assert (known.clock != "") == (known.timer.ending is Ending.RESTART)
    assert (known.needed != ()) == (known.doors != ())  # where logins are configured at all


@pytest.mark.parametrize(
    ("name", "wanted", "seconds"),
    [("frr", 90, 90), ("vrp8", 30, 60), ("vrp8", 270, 270), ("comware7", 61, 120), ("ios", 270, 300), ("vrp5", 60, 60)],
)
def test_a_timer_runs_at_least_as_long_as_is_wanted_in_its_own_steps(name: str, wanted: int, seconds: int) -> None:
    assert changing(name).timer.seconds(wanted) == seconds


def test_a_restart_takes_its_time_too() -> None:
    assert timers.back_after("vrp8", 270) == 270
    assert timers.back_after("vrp5", 270) == 300 + timers.RESTART_S


def test_a_restart_is_no_timer_where_it_brings_back_something_else(cpe: Device) -> None:
    assert [str(said) for said in timers.no_restart(cpe, NOTHING, [], saved=False)] == [
        "chengdong-lejiawan-r1: what runs is not what is saved, and a restart would bring back what is saved"
    ]


@pytest.mark.parametrize("line", ["clock timezone BJT add 08:00:00", "ntp-service unicast-server 10.0.0.1"])
def test_a_restart_is_no_timer_where_the_change_touches_the_clock(cpe: Device, line: str) -> None:
    for patch in (Patch(removed=((line,),)), Patch(added=((line,),))):
        (said,) = timers.no_restart(cpe, patch, [], saved=True)
        assert f"`{line}` touches the clock" in str(said)


def test_a_restart_is_told_where_other_sites_hang_on_the_device(cpe: Device) -> None:
    assert not list(timers.no_restart(cpe, NOTHING, [cpe.home], saved=True))
    (said,) = timers.no_restart(cpe, NOTHING, [cpe.home, "chengdong-lejiawan-a"], saved=True)
    assert str(said).endswith("sites behind it depend on it: chengdong-lejiawan-a")


def test_systems_with_a_trial_of_their_own_need_no_restart(cpe: Device) -> None:
    clock = Patch(added=(("clock timezone BJT add 08:00:00",),))
    for name in ("vrp8", "comware7", "ios", "frr"):
        assert not list(timers.no_restart(replace(cpe, platform=name), clock, ["a", "b"], saved=False))
