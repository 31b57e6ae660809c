"""Building a lab: files, chassis, lines, then power. What is built is not remembered here; see ``jbnet.lab.lab``."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from jbnet.config.words import revealed
from jbnet.lab import keys, power, storage, tree
from jbnet.lab.accounts import accounts
from jbnet.lab.agent import SnmpSecrets
from jbnet.lab.circuits import Circuits
from jbnet.lab.lines import Line
from jbnet.lab.paths import SCRIPTS, LabPaths
from jbnet.lab.power import Power
from jbnet.lab.record import Record
from jbnet.lab.spec import FENCE, NETOPS, POSTGRES, LabDevice, LabSpec
from jbnet.lab.tunnels import plug
from jbnet.model.errors import CommandFailed
from jbnet.ports import Progress, Reporter, Secrets

SECRET_NAMES = (
    "snmp-v3-auth", "snmp-v3-priv", "snmp-v2c-community", "pg-replication", "pg-client", "backup-passphrase",
)  # fmt: skip
KEY_CHARACTERS = 16
"""Of the keys that routers share: as many as MD5 of OSPF takes (RFC 2328, D.3)."""
ROOT_ACCOUNT = "root"
"""Root's key is the fence's: a forced command is all that root may do on a router."""
KEY_NAMES = (NETOPS, POSTGRES, FENCE)


class LabSecrets(Secrets, Protocol):
    """Secrets of which missing ones can be made up."""

    def create_missing(self, names: Iterable[str], characters: int = 32) -> None:
        """Add a random value of so many characters for every name that has none."""


class Builder:
    """Builds the lab of one state directory. ``environment`` is what every process of the lab carries."""

    def __init__(self, paths: LabPaths, secrets: LabSecrets, environment: Mapping[str, str]):
        self.paths = paths
        self._secrets = secrets
        self._environment = environment

    def build(self, spec: LabSpec, netem: bool, reporter: Reporter) -> None:
        """Build a lab where there is none, and record it once every device runs. Raises CommandFailed."""
        reporter.report(Progress("lab.files", spec.scale, {"devices": len(spec.devices)}))
        self._write_files(spec)
        reporter.report(Progress("lab.lines", spec.scale, {"circuits": len(spec.links)}))
        found = self._plug_in(spec, netem)
        # Those without a routing protocol first: hellos of a hundred routers take CPU from the boots of others.
        ordered = sorted(spec.devices, key=lambda device: len(device.daemons))
        self.power_on([device.name for device in ordered], reporter)
        found.write(self.paths.record)
        reporter.report(Progress("lab.up", spec.scale, {"devices": len(spec.devices), "circuits": len(spec.links)}))

    def _write_files(self, spec: LabSpec) -> None:
        """Lay out secrets, keys, known hosts and the file tree of every device."""
        storage.create(self.paths.runtime)
        self.paths.owner.write_text(f"{self.paths.state.resolve()}\n", encoding="utf-8")
        (self.paths.runtime / "relays").mkdir()
        self._secrets.create_missing(SECRET_NAMES)
        self._secrets.create_missing(spec.secrets, KEY_CHARACTERS)
        snmp = SnmpSecrets(*(self._secrets.get(name) for name in SECRET_NAMES[:3]))
        public = {name: keys.create_pair(self.paths.keys / name, f"{name}@jbnet") for name in KEY_NAMES}
        keys.link(self.paths.keys / ROOT_ACCOUNT, FENCE)
        common = tree.Common(accounts(), snmp, public)
        boxes = [self._revealed(device) for device in spec.devices]
        hosts = {d.name: (d.addresses, tree.build(self.paths, spec, d, common)) for d in boxes}
        keys.add_known_hosts(self.paths.known_hosts, hosts)

    def _revealed(self, device: LabDevice) -> LabDevice:
        """Return a device with the values of its keys where they are named."""
        return replace(device, config=revealed(device.config, self._secrets.get))

    def _plug_in(self, spec: LabSpec, netem: bool) -> Record:
        """Start every chassis, connect them, and return the record of it all."""
        names = [device.name for device in spec.devices]
        self._launch(names)
        deadline = time.monotonic() + power.BOOT_TIMEOUT_S
        devices = {name: power.chassis(self.paths.device(name) / "pid", deadline) for name in names}
        carriers = power.chassis(self.paths.runtime / "carriers.pid", deadline)
        lines = tuple(_lines(spec, netem))
        found = Record(spec.scale, self.paths.runtime, spec.noc, carriers, devices, lines, spec.deployed)
        lans = [(device.name, lan) for device in spec.devices for lan in device.lans]
        pids = {name: chassis.pid for name, chassis in devices.items()}
        pids.update(self._ports(spec, deadline))
        circuits = Circuits(self.paths, found.lines, found.carriers.pid)
        circuits.plug_in(lans, pids, self._environment)
        circuits.await_relays(deadline)
        return found

    def _ports(self, spec: LabSpec, deadline: float) -> Iterator[tuple[str, int]]:
        """Yield the processes that hold the ports of encrypted lines, by the names of the plugs."""
        for device in spec.devices:
            for tunnel in device.tunnels:
                path = self.paths.device(device.name) / "outer" / tunnel.name
                yield plug(device.name, tunnel.name), power.chassis(path, deadline).pid

    def _launch(self, names: Iterable[str]) -> None:
        """Start the chassis of all devices, and the carriers' network."""
        command = ("dash", str(SCRIPTS / "launch.sh"), str(self.paths.runtime), str(SCRIPTS))
        said = "".join(f"{name}\n" for name in names)
        done = subprocess.run(
            command, input=said, env=self._environment, cwd="/", capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandFailed("the lab's chassis do not start: {error}", error=done.stderr.strip())

    def power_on(self, devices: Sequence[str], reporter: Reporter) -> None:
        """Give devices power and wait until they run. Raises CommandFailed, which names the first that does not."""
        switches = Power(self.paths)
        for done, device in enumerate(switches.switch_on(devices), 1):
            reporter.report(Progress("lab.device", device, {"done": done, "of": len(devices)}))
            if complaint := switches.complaint(device):
                reporter.report(Progress("lab.warning", device, {"message": complaint}))


def _lines(spec: LabSpec, netem: bool) -> Iterator[Line]:
    for number, link in enumerate(spec.links):
        port = f"c{number}" if netem or not link.latency_ms else ""
        yield Line(
            link.name, (link.a.device, link.a.interface), (link.z.device, link.z.interface), link.latency_ms, port
        )
