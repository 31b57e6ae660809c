"""A lab as a whole: up, down, and what one does with it in between."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jbnet.lab import factory, host, keys, memory, power, process, record, storage
from jbnet.lab.build import Builder, LabSecrets
from jbnet.lab.circuits import Circuits
from jbnet.lab.faults import CUT, SILENT, UP, Fault
from jbnet.lab.paths import MARK, LabPaths
from jbnet.lab.power import Power
from jbnet.lab.record import Chassis, Record
from jbnet.lab.spec import LabSpec, spec_from
from jbnet.model.errors import Missing, TargetError, UsageError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import Reporter

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Status:
    """How a lab is: power of devices by name (``on``, ``booting``, ``off``), state of circuits by name."""

    scale: str
    devices: Mapping[str, str]
    circuits: Mapping[str, str]


class Lab:
    """The lab of one workspace. The constructor does nothing; ``state_dir`` decides whose lab it is."""

    def __init__(self, workspace: Path, state_dir: Path, secrets: LabSecrets):
        self.workspace = workspace
        self.paths = LabPaths(state_dir)
        self._secrets = secrets
        self._power = Power(self.paths)

    def up(
        self, network: Network, scale: str, reporter: Reporter, *, deployed: bool = False, force: bool = False
    ) -> bool:
        """Bring the lab of a (restricted) network up; False when it is up already. See ``up_spec``.

        ``deployed``: devices boot with the configuration that is rendered for them, not as out of their box.
        """
        return self.up_spec(spec_from(network, scale, deployed=deployed), reporter, force=force)

    def up_spec(self, spec: LabSpec, reporter: Reporter, *, force: bool = False) -> bool:
        """Bring a lab up. What a killed run left is removed first; an interrupted start leaves nothing.

        ``force``: also where the memory that is left looks too little.
        Raises Missing (the machine lacks something), CommandFailed (a device did not boot), TargetError (another
        ``up`` is at work, or a lab that is not the wanted one is up).
        """
        found = host.require(spec)
        self.paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if (found_up := self.record()) is not None:
                _same(found_up, spec)
                return False
            self._remove()
            if not force:
                _fits(spec)
            try:
                Builder(self.paths, self._secrets, self.environment()).build(spec, host.NETEM in found, reporter)
            except BaseException:
                with _uninterrupted():
                    self._remove()
                raise
        return True

    def down(self) -> bool:
        """End the lab and remove all that it or a killed run left; False when there was nothing."""
        if not self.paths.state.exists() and not storage.left(self.paths.runtime):
            return False
        with self._locked():
            return self._remove()

    def record(self) -> Record | None:
        """Return the record of the lab if it is up: written, and its carriers' process alive."""
        return record.standing(self.paths.record)

    def status(self) -> Status | None:
        """Return how the lab is, or None when it is not up."""
        found = self.record()
        if found is None:
            return None
        states = self._circuits(found).states()
        return Status(found.scale, {name: self._power.state(name) for name in found.devices}, states)

    def cut(self, circuit: str, *, silent: bool = False) -> None:
        """Cut a circuit: both ends lose the carrier; ``silent``: interfaces stay up and nothing arrives."""
        self.impair(circuit, SILENT if silent else CUT)

    def impair(self, circuit: str, fault: Fault) -> None:
        """Cut a circuit in any way, or lose a share of its frames; what was wrong with it before is over."""
        self.impair_all({circuit: fault})

    def impair_all(self, faults: Mapping[str, Fault]) -> None:
        """Do so with several circuits at the same moment."""
        found = self._up()
        for circuit in faults:
            self._known(circuit, (line.name for line in found.lines), "no circuit {name} in the lab")
        self._circuits(found).set_states(faults)

    def heal(self, circuit: str | None = None) -> list[str]:
        """Heal one circuit, or all that are cut; return the names of those healed."""
        found = self._up()
        circuits = self._circuits(found)
        if circuit is not None:
            self._known(circuit, (line.name for line in found.lines), "no circuit {name} in the lab")
        broken = [name for name, state in circuits.states().items() if state != UP.word and circuit in (None, name)]
        circuits.set_states(dict.fromkeys(broken, UP))
        return broken

    def kill(self, device: str) -> None:
        """Take a device's power away (SIGKILL to its first process)."""
        self._device(device)
        self._power.cut(device, time.monotonic() + power.BOOT_TIMEOUT_S)

    def boot(self, device: str) -> None:
        """Give a device power and wait until it runs. Raises CommandFailed."""
        self._device(device)
        for _ in self._power.switch_on((device,)):
            pass

    def exchange(self, device: str) -> None:
        """Put another box in a device's place, as it leaves the factory, and give it power.

        Its lines are plugged into the same ports. What is known of host keys is left alone: the new one is another.
        """
        self.kill(device)
        factory.wipe(self.paths, device)
        self.boot(device)

    def run(
        self, device: str, argv: Sequence[str], *, stdin: str | None = None, timeout: float | None = 60.0
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as root inside a device and return what it answered. Raises TargetError (no power)."""
        return subprocess.run(
            self.inside(device, argv), input=stdin, capture_output=True, text=True, timeout=timeout, check=False,
            env=self.environment(device_side=True),
        )  # fmt: skip

    def inside(self, device: str, argv: Sequence[str]) -> list[str]:
        """Return the command line that runs ``argv`` in all namespaces of a device."""
        self._device(device)
        pid = self._power.first_process(device)
        if pid is None:
            raise TargetError(
                "{device} has no power", device=device, hint=text("jbnet lab boot {device}", device=device)
            )
        spaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wdns=/")
        return ["nsenter", f"--target={pid}", *spaces, *argv]

    def popen(self, device: str, argv: Sequence[str], **options: object) -> subprocess.Popen[bytes]:
        """Start a process of the host (its files, its Python) in a device's network; ``options`` are Popen's."""
        command = ["nsenter", f"--net={self.netns(device)}", *argv]
        options.setdefault("env", self.environment())
        return subprocess.Popen(command, **options)  # type: ignore[call-overload,no-any-return]  # any of Popen

    def netns(self, device: str) -> str:
        """Return the path of a device's network namespace; it stays through a power failure."""
        return self._device(device).netns

    def environment(self, *, device_side: bool = False) -> dict[str, str]:
        """Return the environment of a process that belongs to the lab: `down` ends it."""
        base = (
            {"PATH": host.PATH, "HOME": "/root", "TERM": os.environ.get("TERM", "dumb")} if device_side else os.environ
        )
        return {**base, MARK: str(self.paths.runtime)}

    def _up(self) -> Record:
        found = self.record()
        if found is None:
            raise TargetError("the lab is not up", hint=text("jbnet lab up"))
        return found

    def _device(self, name: str) -> Chassis:
        found = self._up()
        self._known(name, found.devices, "no device {name} in the lab")
        return found.devices[name]

    @staticmethod
    def _known(name: str, names: Iterable[str], template: str) -> None:
        if name not in set(names):
            raise UsageError(template, name=name, hint=text("jbnet lab status lists what there is"))

    def _circuits(self, found: Record) -> Circuits:
        return Circuits(self.paths, found.lines, found.carriers.pid)

    def _remove(self) -> bool:
        return demolish(self.paths)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep `up` and `down` of the same lab apart. Raises TargetError when one is at work."""
        self.paths.state.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.paths.lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise TargetError(
                    "another `jbnet lab` of this workspace is at work", hint=text("wait until it ends")
                ) from error
            yield


def demolish(paths: LabPaths) -> bool:
    """Remove a lab: processes, then files; the namespaces, lines and mounts go with the processes.

    False when there was nothing. Raises TargetError where processes do not end.
    """
    found = bool(storage.left(paths.runtime)) or paths.record.exists()
    found = found or bool(process.belonging(paths.runtime))
    left = process.end_all(paths.runtime)
    if left:
        raise TargetError("processes of the lab do not end: {pids}", pids=", ".join(map(str, sorted(left))))
    storage.remove(paths.runtime)
    shutil.rmtree(paths.disks, ignore_errors=True)
    paths.record.unlink(missing_ok=True)
    keys.remove_known_hosts(paths.known_hosts)
    return found


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let no second Ctrl-C stop the cleaning up after the first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTIONS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _fits(spec: LabSpec) -> None:
    """Raise Missing when the lab needs more memory than is left."""
    need, left = memory.need_mib(spec), memory.available_mib()
    if need > left:
        raise Missing(
            "scale {scale} needs {need:.1f} GiB of memory, {left:.1f} GiB are available",
            scale=spec.scale,
            need=need / 1024,
            left=left / 1024,
            hint=text("end something, take a smaller scale, or try all the same with --force"),
        )


def _same(found: Record, wanted: LabSpec) -> None:
    """Raise TargetError when the lab that is up is not the wanted one."""
    hint = text("take it down first: jbnet lab down")
    if found.scale != wanted.scale:
        raise TargetError(
            "a lab of scale {scale} is up, not {wanted}", scale=found.scale, wanted=wanted.scale, hint=hint
        )
    if wanted.deployed and not found.deployed:
        raise TargetError("the lab that is up was started as out of the box, not as deployed", hint=hint)
