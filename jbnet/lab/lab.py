"""A lab as a whole: up, down, and what one does with it in between."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from jbnet.lab import host, keys, power, process, record, storage, tree
from jbnet.lab.accounts import accounts
from jbnet.lab.agent import SnmpSecrets
from jbnet.lab.circuits import Circuits
from jbnet.lab.lines import Line
from jbnet.lab.paths import MARK, SCRIPTS, LabPaths
from jbnet.lab.power import Power
from jbnet.lab.record import Chassis, Record
from jbnet.lab.relay import CUT, SILENT, UP
from jbnet.lab.spec import FENCE, NETOPS, POSTGRES, LabSpec, spec_from
from jbnet.model.errors import TargetError, UsageError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import Progress, Reporter, Secrets

SECRET_NAMES = ("snmp-v3-auth", "snmp-v3-priv", "snmp-v2c-community", "pg-replication", "pg-client")
ROOT_ACCOUNT = "root"
"""Root's key is the fence's: a forced command is all that root may do on a router."""
KEY_NAMES = (NETOPS, POSTGRES, FENCE)


class LabSecrets(Secrets, Protocol):
    """Secrets of which missing ones can be made up."""

    def create_missing(self, names: Iterable[str]) -> None:
        """Add a random value for every name that has none."""


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

    def up(self, network: Network, scale: str, reporter: Reporter, *, deployed: bool = False) -> bool:
        """Bring the lab of a (restricted) network up; False when it is up already. See ``up_spec``.

        ``deployed``: devices boot with the configuration that is rendered for them, not as out of their box.
        """
        return self.up_spec(spec_from(network, scale, deployed=deployed), reporter)

    def up_spec(self, spec: LabSpec, reporter: Reporter) -> bool:
        """Bring a lab up. What a killed run left is removed first; an interrupted start leaves nothing.

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
            try:
                self._build(spec, host.NETEM in found, reporter)
            except BaseException:
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
        found = record.read(self.paths.record)
        return found if found is not None and found.carriers.alive else None

    def status(self) -> Status | None:
        """Return how the lab is, or None when it is not up."""
        found = self.record()
        if found is None:
            return None
        states = self._circuits(found).states()
        return Status(found.scale, {name: self._power.state(name) for name in found.devices}, states)

    def cut(self, circuit: str, *, silent: bool = False) -> None:
        """Cut a circuit: both ends lose the carrier; ``silent``: interfaces stay up and nothing arrives."""
        found = self._up()
        self._known(circuit, (line.name for line in found.lines), "no circuit {name} in the lab")
        self._circuits(found).set_state(circuit, SILENT if silent else CUT)

    def heal(self, circuit: str | None = None) -> list[str]:
        """Heal one circuit, or all that are cut; return the names of those healed."""
        found = self._up()
        circuits = self._circuits(found)
        if circuit is not None:
            self._known(circuit, (line.name for line in found.lines), "no circuit {name} in the lab")
        broken = [name for name, state in circuits.states().items() if state != UP and circuit in (None, name)]
        for name in broken:
            circuits.set_state(name, UP)
        return broken

    def kill(self, device: str) -> None:
        """Take a device's power away (SIGKILL to its first process)."""
        self._device(device)
        self._power.cut(device, time.monotonic() + power.BOOT_TIMEOUT_S)

    def boot(self, device: str) -> None:
        """Give a device power and wait until it runs. Raises CommandFailed."""
        self._device(device)
        self._power_on((device,), _Silent())

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

    def _build(self, spec: LabSpec, netem: bool, reporter: Reporter) -> None:
        reporter.report(Progress("lab.files", spec.scale, {"devices": len(spec.devices)}))
        self._write_files(spec)
        reporter.report(Progress("lab.lines", spec.scale, {"circuits": len(spec.links)}))
        found = self._plug_in(spec, netem)
        self._power_on([device.name for device in spec.devices], reporter)
        found.write(self.paths.record)
        reporter.report(Progress("lab.up", spec.scale, {"devices": len(spec.devices), "circuits": len(spec.links)}))

    def _write_files(self, spec: LabSpec) -> None:
        """Lay out secrets, keys, known hosts and the file tree of every device."""
        storage.create(self.paths.runtime)
        self.paths.owner.write_text(f"{self.paths.state.resolve()}\n", encoding="utf-8")
        (self.paths.runtime / "relays").mkdir()
        self._secrets.create_missing(SECRET_NAMES)
        snmp = SnmpSecrets(*(self._secrets.get(name) for name in SECRET_NAMES[:3]))
        public = {name: keys.create_pair(self.paths.keys / name, f"{name}@jbnet") for name in KEY_NAMES}
        keys.link(self.paths.keys / ROOT_ACCOUNT, FENCE)
        common = tree.Common(accounts(), snmp, public)
        hosts = {d.name: (d.addresses, tree.build(self.paths, spec, d, common)) for d in spec.devices}
        keys.add_known_hosts(self.paths.known_hosts, hosts)

    def _plug_in(self, spec: LabSpec, netem: bool) -> Record:
        """Start every chassis, connect them, and return the record of it all."""
        names = [device.name for device in spec.devices]
        environment = self.environment()
        command = ("dash", str(SCRIPTS / "launch.sh"), str(self.paths.runtime), str(SCRIPTS))
        subprocess.run(command, input="".join(f"{n}\n" for n in names), text=True, env=environment, cwd="/", check=True)
        deadline = time.monotonic() + power.BOOT_TIMEOUT_S
        devices = {name: power.chassis(self.paths.device(name) / "pid", deadline) for name in names}
        carriers = power.chassis(self.paths.runtime / "carriers.pid", deadline)
        lines = tuple(_lines(spec, netem))
        found = Record(spec.scale, self.paths.runtime, spec.noc, carriers, devices, lines, spec.deployed)
        lans = [(device.name, lan) for device in spec.devices for lan in device.lans]
        pids = {name: chassis.pid for name, chassis in devices.items()}
        self._circuits(found).plug_in(lans, pids, environment)
        self._circuits(found).await_relays(deadline)
        return found

    def _power_on(self, devices: Sequence[str], reporter: Reporter) -> None:
        for done, device in enumerate(self._power.switch_on(devices), 1):
            reporter.report(Progress("lab.device", device, {"done": done, "of": len(devices)}))
            if complaint := self._power.complaint(device):
                reporter.report(Progress("lab.warning", device, {"message": complaint}))

    def _remove(self) -> bool:
        """Remove processes, then files; the namespaces, lines and mounts go with the processes."""
        found = bool(storage.left(self.paths.runtime)) or self.paths.record.exists()
        found = found or bool(process.belonging(self.paths.runtime))
        left = process.end_all(self.paths.runtime)
        if left:
            raise TargetError("processes of the lab do not end: {pids}", pids=", ".join(map(str, sorted(left))))
        storage.remove(self.paths.runtime)
        shutil.rmtree(self.paths.disks, ignore_errors=True)
        self.paths.record.unlink(missing_ok=True)
        keys.remove_known_hosts(self.paths.known_hosts)
        return found

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


class _Silent:
    """A reporter for one device: the caller waits anyway."""

    def report(self, progress: Progress) -> None:
        """Say nothing."""


def _same(found: Record, wanted: LabSpec) -> None:
    """Raise TargetError when the lab that is up is not the wanted one."""
    hint = text("take it down first: jbnet lab down")
    if found.scale != wanted.scale:
        raise TargetError(
            "a lab of scale {scale} is up, not {wanted}", scale=found.scale, wanted=wanted.scale, hint=hint
        )
    if wanted.deployed and not found.deployed:
        raise TargetError("the lab that is up was started as out of the box, not as deployed", hint=hint)


def _lines(spec: LabSpec, netem: bool) -> Iterator[Line]:
    for number, link in enumerate(spec.links):
        port = f"c{number}" if netem or not link.latency_ms else ""
        yield Line(
            link.name, (link.a.device, link.a.interface), (link.z.device, link.z.interface), link.latency_ms, port
        )
