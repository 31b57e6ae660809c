"""Probing beside the rounds: threads of its own, whose results the next round takes with it.

Echoes have a thread for each declared probe. Services are tried by two small pools: one for those that answered the
last time, one for those that did not, so that the time-outs of the dead keep nobody waiting who is well.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from jbnet.model.text import Text, text
from jbnet.monitor.probing import Probe, ProbeKind, Probes, Target
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.probing_rules import UP
from jbnet.monitor.probing_window import EchoWindow
from jbnet.ports import Clock
from jbnet.ports.probing import Echoes, ServiceProbe

AT_ONCE = 8
"""Services tried at the same time in each pool."""
TICK_S = 0.2
"""Seconds between two looks at what is due."""


class Probing:
    """Inert until ``start``; ``take`` may be called by another thread than the one that runs it.

    ``services`` tries each kind of service; a kind without one is not tried. ``say`` is told of a probe that fails in
    itself: it is tried again like all others, and of its target nothing is known meanwhile.
    """

    def __init__(
        self,
        probes: Probes,
        echoes: Echoes,
        services: Mapping[ProbeKind, ServiceProbe],
        clock: Clock,
        say: Callable[[Text], None] = lambda _: None,
    ):
        self._clock = clock
        self._stop = threading.Event()
        self._results = Results()
        self._rounds = [
            EchoRound(probe, [t for t in probes.of(ProbeKind.ECHO) if t.probe is probe], echoes, clock, self._stop, say)
            for probe in probes.declared
            if probe.kind is ProbeKind.ECHO
        ]
        self._rota = Rota([t for t in probes.services() if t.probe.kind in services], services, self._results, say)
        self._threads: list[threading.Thread] = []
        self._tried = 0.0

    def start(self) -> None:
        """Begin."""
        for number, one in enumerate(self._rounds):
            self._run(f"echo-{number}", partial(one.run, self._results))
        if self._rota.targets:
            self._run("probes", self._try_services)

    def take(self) -> tuple[Probed, ...]:
        """Return what came in since this was asked last; of one target tried twice, the later."""
        return self._results.take()

    def begin_anew(self, devices: Collection[str]) -> None:
        """Count the losses of these devices from nothing: the way to them has changed, or was cut."""
        for one in self._rounds:
            one.begin_anew(devices)

    def beats(self) -> Mapping[str, float]:
        """Return until when each of its threads may be quiet, in monotonic seconds; of those that were started."""
        found = {f"echo {one.name}": one.quiet_until for one in self._rounds} | {"services": self._tried}
        return {name: beat for name, beat in found.items() if beat}

    def close(self) -> None:
        """End. A try that is under way is waited for, as long as its deadline lets it last."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._rota.close()

    def _run(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _try_services(self) -> None:
        while not self._stop.is_set():
            self._tried = self._clock.monotonic()
            self._rota.step(self._tried)
            self._stop.wait(TICK_S)


class Results:
    """What came in and was not taken yet, by target; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str, str], Probed] = {}

    def put(self, found: Iterable[Probed]) -> None:
        """Keep results: all of them are taken together or not at all."""
        with self._lock:
            self._waiting.update({(p.probe, p.device, p.part): p for p in found})

    def take(self) -> tuple[Probed, ...]:
        """Return and forget what waits, in the order of names."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return tuple(taken[key] for key in sorted(taken))


class EchoRound:
    """One echo probe: sweep after sweep, each counted into the windows of its devices."""

    def __init__(
        self,
        probe: Probe,
        targets: Sequence[Target],
        echoes: Echoes,
        clock: Clock,
        stop: threading.Event,
        say: Callable[[Text], None] = lambda _: None,
    ):
        self._faults = Faults(say)
        self._probe, self._echoes, self._clock, self._stop = probe, echoes, clock, stop
        self._devices = {target.address: target.device for target in targets}
        self._lock = threading.Lock()
        self._windows = {target.device: EchoWindow(probe.window_s) for target in targets}
        self._fresh: set[str] = set()
        self.name, self.quiet_until = probe.name, 0.0

    def run(self, results: Results) -> None:
        """Sweep until stopped."""
        while self._devices and not self._stop.is_set():
            began = self._clock.monotonic()
            self.quiet_until = began + max(self._probe.every_s, self._probe.timeout_s)
            found = self._tried()
            if not self._stop.is_set():
                results.put(found)
                self._stop.wait(max(0.0, began + self._probe.every_s - self._clock.monotonic()))

    def _tried(self) -> tuple[Probed, ...]:
        try:
            found = self.sweep()
        except Exception as error:  # noqa: BLE001  what one sweep meets must not end all others
            self._faults.met(self._probe.name, error)
            return ()
        self._faults.over(self._probe.name)
        return found

    def sweep(self) -> tuple[Probed, ...]:
        """Send the requests of one interval; return what is known of every device after it."""
        probe = self._probe
        with self._lock:
            self._fresh = set(self._windows)
        over = max(0.0, probe.every_s - probe.timeout_s)
        trips = self._echoes.sweep(list(self._devices), probe.requests, over, probe.timeout_s, self._stop.is_set)
        now = self._clock.monotonic()
        with self._lock:
            for address, of_address in trips.items():
                device = self._devices[address]
                if device in self._fresh:
                    self._windows[device].add(now, of_address)
            known = {device: window.values() for device, window in self._windows.items()}
        return tuple(Probed(probe.name, device, "", values) for device, values in sorted(known.items()) if values)

    def begin_anew(self, devices: Collection[str]) -> None:
        """Forget what was counted for devices, the sweep that is under way included."""
        with self._lock:
            for device in self._windows.keys() & set(devices):
                self._windows[device].clear()
                self._fresh.discard(device)


class Rota:
    """Who is tried when, and in which pool. A target is tried again ``every_s`` after the last try began."""

    def __init__(
        self,
        targets: Sequence[Target],
        services: Mapping[ProbeKind, ServiceProbe],
        results: Results,
        say: Callable[[Text], None] = lambda _: None,
    ):
        self.targets = targets
        self._faults = Faults(say)
        self._services, self._results = services, results
        self._due: dict[int, float] = {}
        self._ill: set[int] = set()
        self._under_way: dict[int, Future[Probed]] = {}
        self._pools: tuple[ThreadPoolExecutor, ThreadPoolExecutor] | None = None

    def step(self, now: float) -> None:
        """Hand in what is done, and begin what is due."""
        for number in [n for n, future in self._under_way.items() if future.done()]:
            self._settle(number, self._under_way.pop(number))
        for number, target in enumerate(self.targets):
            if number not in self._under_way and now >= self._due.get(number, now):
                self._due[number] = now + target.probe.every_s
                pool = self._pool(number in self._ill)
                self._under_way[number] = pool.submit(self._services[target.probe.kind].probe, target)

    def close(self) -> None:
        """End the pools; what waits in them is not begun."""
        for pool in self._pools or ():
            pool.shutdown(wait=True, cancel_futures=True)
        self._pools = None

    def _pool(self, ill: bool) -> ThreadPoolExecutor:
        if self._pools is None:
            first, second = (ThreadPoolExecutor(AT_ONCE, thread_name_prefix=name) for name in ("probe", "probe-ill"))
            self._pools = (first, second)
        return self._pools[ill]

    def _settle(self, number: int, future: Future[Probed]) -> None:
        target = self.targets[number]
        name = "/".join(part for part in (target.probe.name, target.device, target.part) if part)
        error = future.exception()
        if error is not None:
            self._ill.add(number)
            self._faults.met(name, error)
            return
        found = future.result()
        self._faults.over(name)
        (self._ill.discard if found.values.get(UP) == 1.0 else self._ill.add)(number)
        self._results.put([found])


class Faults:
    """Probes that fail in themselves, each said once until it works again."""

    def __init__(self, say: Callable[[Text], None]):
        self._say = say
        self._met: set[str] = set()

    def met(self, name: str, error: BaseException) -> None:
        """Say that a probe failed, by the kind of its error: the words of one may hold what a probe logs in with."""
        if name not in self._met:
            self._met.add(name)
            kind = type(error).__name__
            self._say(text("the probe {probe} fails ({error}): nothing is known by it", probe=name, error=kind))

    def over(self, name: str) -> None:
        """Note that a probe works."""
        self._met.discard(name)
