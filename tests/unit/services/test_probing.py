"""Probing beside the rounds: who is dead keeps nobody waiting, and what was lost on an old way counts for nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from eventually import eventually

from jbnet.adapters.clock import SystemClock
from jbnet.monitor.probing import Probe, ProbeKind, Probes, Target
from jbnet.monitor.probing_results import Probed
from jbnet.services.watch.probing import AT_ONCE, EchoRound, Probing

TCP = Probe("ports", ProbeKind.TCP, every_s=0.01)
ECHO = Probe("paths", ProbeKind.ECHO, every_s=1.0, requests=4, window_s=60.0)


def on(probe: Probe, device: str) -> Target:
    return Target(probe, device, "", f"10.0.0.{device}", 80, (device,))


class Dead:
    """Those whose name is in ``dead`` keep a thread until they are let go."""

    def __init__(self, dead: Sequence[str]):
        self.dead = frozenset(dead)
        self.let_go = threading.Event()
        self.tried: list[str] = []

    def probe(self, target: Target) -> Probed:
        self.tried.append(target.device)
        if target.device in self.dead:
            self.let_go.wait(60)
        return Probed(target.probe.name, target.device, "", {"up": float(target.device not in self.dead)})


class Scripted:
    """Echoes that come back as told; ``while_it_lasts`` is called in the middle of a sweep."""

    def __init__(self, trips: Mapping[str, tuple[float | None, ...]]):
        self.trips = trips
        self.while_it_lasts: Callable[[], object] = lambda: None

    def sweep(
        self, addresses: Sequence[str], requests: int, over_s: float, timeout_s: float, stopped: Callable[[], bool]
    ) -> Mapping[str, tuple[float | None, ...]]:
        self.while_it_lasts()
        return {address: self.trips[address] for address in addresses if address in self.trips}


def test_the_dead_keep_nobody_waiting_who_is_well() -> None:
    dead = [f"dead{number}" for number in range(4 * AT_ONCE)]
    tries = Dead(dead)
    probes = Probes((TCP,), tuple(on(TCP, device) for device in ["well", *dead]))
    probing = Probing(probes, Scripted({}), {ProbeKind.TCP: tries}, SystemClock())
    tries.let_go.set()
    probing.start()
    assert eventually(lambda: set(dead) <= set(tries.tried) and len(probing.take()) > 0, 30)
    assert eventually(lambda: tries.tried.count(dead[-1]) > 1, 30), "they are known to be ill"
    tries.let_go.clear()
    seen = tries.tried.count("well")
    try:
        assert eventually(lambda: tries.tried.count("well") >= seen + 3, 30)
    finally:
        tries.let_go.set()
        probing.close()


def test_closing_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    probes = Probes((TCP, ECHO), (on(TCP, "a"), on(ECHO, "a")))
    probing = Probing(probes, Scripted({"10.0.0.a": (0.01,) * 4}), {ProbeKind.TCP: Dead([])}, SystemClock())
    probing.start()
    assert eventually(lambda: {found.probe for found in probing.take()} & {"ports", "paths"}, 30)
    probing.close()
    assert set(threading.enumerate()) <= before


def round_of(trips: Mapping[str, tuple[float | None, ...]]) -> tuple[EchoRound, Scripted]:
    echoes = Scripted(trips)
    return EchoRound(ECHO, [on(ECHO, "a"), on(ECHO, "b")], echoes, SystemClock(), threading.Event()), echoes


def test_losses_are_counted_over_the_window_of_each_device() -> None:
    made, _ = round_of({"10.0.0.a": (0.01, None, 0.03, 0.01), "10.0.0.b": (0.02,) * 4})
    made.sweep()
    first, second = made.sweep()
    assert (first.device, first.values["sent"], first.values["lost"]) == ("a", 8.0, 2.0)
    assert (second.values["lost"], second.values["rtt"], second.values["jitter"]) == (0.0, 0.02, 0.0)


def test_silence_is_no_loss_and_begins_the_count_anew() -> None:
    made, echoes = round_of({"10.0.0.a": (0.01, None, 0.03, 0.01)})
    made.sweep()
    echoes.trips = {"10.0.0.a": (None,) * 4}
    assert made.sweep() == ()
    echoes.trips = {"10.0.0.a": (0.01,) * 4}
    (found,) = made.sweep()
    assert (found.values["sent"], found.values["lost"]) == (4.0, 0.0)


def test_what_was_under_way_when_the_way_changed_does_not_count() -> None:
    made, echoes = round_of({"10.0.0.a": (0.01, None, None, 0.01)})
    made.sweep()
    echoes.while_it_lasts = lambda: made.begin_anew({"a"})
    assert made.sweep() == ()


class Failing:
    """Fails in itself while ``broken``: as an echo probe and as a try of a service."""

    def __init__(self) -> None:
        self.broken = True
        self.tried: list[str] = []

    def _try(self, name: str) -> None:
        self.tried.append(name)
        if self.broken:
            raise ValueError("with hush-hush in it")

    def sweep(
        self, addresses: Sequence[str], requests: int, over_s: float, timeout_s: float, stopped: Callable[[], bool]
    ) -> Mapping[str, tuple[float | None, ...]]:
        self._try("echo")
        return dict.fromkeys(addresses, (0.01,) * requests)

    def probe(self, target: Target) -> Probed:
        self._try("tcp")
        return Probed(target.probe.name, target.device, target.part, {"up": 1.0})


def taken(probing: Probing, found: list[Probed]) -> list[Probed]:
    """Add what came in since to what was found, and return all of it."""
    found += probing.take()
    return found


def test_a_probe_that_fails_in_itself_is_said_once_and_tried_again_until_it_works() -> None:
    failing, said = Failing(), list[str]()
    often = replace(ECHO, every_s=0.01, timeout_s=0.005)
    probes = Probes((TCP, often), (on(TCP, "a"), on(often, "a")))
    probing = Probing(probes, failing, {ProbeKind.TCP: failing}, SystemClock(), lambda what: said.append(str(what)))
    probing.start()
    try:
        assert eventually(lambda: failing.tried.count("echo") > 2 and failing.tried.count("tcp") > 2, 30)
        assert probing.take() == ()
        failing.broken = False
        found: list[Probed] = []
        assert eventually(lambda: {p.probe for p in taken(probing, found)} == {"paths", "ports"}, 30)
    finally:
        probing.close()
    assert sorted(said) == [
        "the probe paths fails (ValueError): nothing is known by it",
        "the probe ports/a fails (ValueError): nothing is known by it",
    ]


def test_a_thread_that_hangs_has_no_beat_any_more_and_the_others_go_on() -> None:
    often, echoes, let_go = replace(ECHO, every_s=0.01, timeout_s=0.005), Scripted({}), threading.Event()
    echoes.while_it_lasts = partial(let_go.wait, 60)
    probes = Probes((TCP, often), (on(TCP, "a"), on(often, "a")))
    probing = Probing(probes, echoes, {ProbeKind.TCP: Dead([])}, SystemClock())
    assert probing.beats() == {}, "what does not run is not waited for"
    probing.start()
    try:
        assert eventually(lambda: set(probing.beats()) == {"echo paths", "services"}, 30)
        stuck = probing.beats()
        assert eventually(lambda: probing.beats()["services"] > stuck["services"] + 1, 30)
        assert probing.beats()["echo paths"] == stuck["echo paths"]
        let_go.set()
        assert eventually(lambda: probing.beats()["echo paths"] > stuck["echo paths"], 30)
    finally:
        let_go.set()
        probing.close()


def test_a_sweep_may_be_quiet_as_long_as_it_is_declared_to_last() -> None:
    slow = replace(ECHO, every_s=60.0, timeout_s=3.0)
    probing = Probing(Probes((slow,), (on(slow, "a"),)), Scripted({"10.0.0.a": (0.01,)}), {}, SystemClock())
    began = time.monotonic()
    probing.start()
    try:
        assert eventually(lambda: probing.beats(), 30)
        assert probing.beats()["echo paths"] >= began + 60.0
    finally:
        probing.close()
