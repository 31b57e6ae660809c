"""A copy of a part of the network, as a lab of its own beside whatever lab is up. Implements the port Rehearsal.

It has its own state directory, hence its own runtime directory, keys and secrets; the host and other labs never see
it. A guard (``jbnet.lab.guard``) takes it down when we are gone.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from jbnet.config.standin.standin import PortFilter
from jbnet.inventory.restrict import restrict
from jbnet.lab import memory
from jbnet.lab.build import LabSecrets
from jbnet.lab.echoes import Echoes
from jbnet.lab.lab import Lab, demolish
from jbnet.lab.netns import network_of
from jbnet.lab.paths import LabPaths
from jbnet.lab.screens import ruleset
from jbnet.lab.spec import LabDevice, LabSpec, spec_from
from jbnet.model.errors import TargetError
from jbnet.model.network import Device, InterfaceKind, Network
from jbnet.model.text import text
from jbnet.ports import Blueprint, Reporter

SCALE = "rehearsal"
ANSWER_S = 0.25
TRIES = 3
GUARD_S = 90.0
SPEAKERS = {"router ospf": "ospfd", "router bgp": "bgpd", "bfd": "bfdd", " ip ospf bfd": "bfdd"}
"""Beginnings of lines in FRR's configurations, and the daemons that understand them."""
_PORT = re.compile(r"interface (?!lo$)([A-Za-z][\w.-]{0,14})")
"""A port of the router's own table, by a name that Linux can give it."""


class LabRehearsal:
    """Builds copies, one at a time, in a state directory that is gone with them."""

    def __init__(self, folder: Path, secrets: Callable[[Path], LabSecrets]):
        self.folder = folder
        self._secrets = secrets

    def fits(self, blueprint: Blueprint) -> bool:
        """Say whether the memory that is left is enough."""
        return memory.need_mib(copy_spec(blueprint)) <= memory.available_mib()

    @contextmanager
    def copy(self, blueprint: Blueprint, asking: Mapping[str, str], reporter: Reporter) -> Iterator[LabCopy]:
        """Build the copy and take it down again. Raises Missing, CommandFailed, TargetError (another is at work)."""
        with self._guarded():
            lab = Lab(self.folder, self.folder, self._secrets(self.folder / "secrets.yaml"))
            lab.up_spec(copy_spec(blueprint), reporter)
            _announce(lab, restrict(blueprint.network, blueprint.configs))
            for circuit in blueprint.down:
                lab.cut(circuit)
            found = LabCopy(lab, _vantage(blueprint), asking)
            try:
                yield found
            finally:
                found.close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Let a guard remove the lab at the end, ours or any other."""
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.folder.with_name(f"{self.folder.name}.lock").open("w") as lock:
            _take(lock.fileno())
            paths = LabPaths(self.folder)
            demolish(paths)  # what is left of one whose guard was killed too
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700)
            command = (sys.executable, "-m", "jbnet.lab.guard", str(self.folder))
            guard = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[lock.fileno()],
                start_new_session=True, cwd="/",
            )  # fmt: skip
            try:
                yield
            finally:
                assert guard.stdin is not None  # noqa: S101  it is a pipe
                guard.stdin.close()
                guard.wait(GUARD_S)
                demolish(paths)  # nothing is there, unless somebody ended the guard
                shutil.rmtree(self.folder, ignore_errors=True)


class LabCopy:
    """A copy that is up. ``asking`` gives those who ask, and from which addresses."""

    def __init__(self, lab: Lab, vantage: str, asking: Mapping[str, str]):
        self._lab, self._vantage = lab, vantage
        self._echoes = Echoes({name: (lab.netns(name), address) for name, address in asking.items()})

    def inside(self) -> AbstractContextManager[None]:
        """Be in the network of the copy's NOC: sessions that are opened meanwhile lead to the copy's devices."""
        return network_of(self._lab.netns(self._vantage))

    def reached(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return the (device, address) pairs that answered one of three requests."""
        left, found = set(pairs), set[tuple[str, str]]()
        for _ in range(TRIES):
            found |= self._echoes.ask(left - found, ANSWER_S)
        return frozenset(found)

    def screen(self, device: str, filters: Sequence[PortFilter]) -> None:
        """Let these packet filters, and no others, work on a device's ports. Raises TargetError."""
        done = self._lab.run(device, ["nft", "-f", "-"], stdin=ruleset(filters))
        if done.returncode != 0:
            raise TargetError("the packet filters of {device} cannot be put up in the copy: {reason}", device=device,
                              reason=done.stderr.strip())  # fmt: skip

    def close(self) -> None:
        """Stop asking."""
        self._echoes.close()


def copy_spec(blueprint: Blueprint) -> LabSpec:
    """Return the lab that a blueprint describes: every device with all of its ports, also those to what is left out.

    Such a port is up and nobody answers on it; so is one that only the device's text speaks of.
    """
    network = blueprint.network
    spec = spec_from(restrict(network, blueprint.configs), SCALE)
    devices = (_device(d, network.devices[d.name], spec, blueprint) for d in spec.devices)
    return replace(spec, devices=tuple(devices))


def _device(found: LabDevice, declared: Device, spec: LabSpec, blueprint: Blueprint) -> LabDevice:
    config, later = blueprint.configs[found.name], blueprint.later.get(found.name, "")
    lines = [*config.splitlines(), *later.splitlines()]
    wired = spec.interfaces(found.name)
    stubs = [p.name for p in declared.interfaces if p.kind is InterfaceKind.CIRCUIT and p.name not in wired]
    said = [port[1] for line in lines if (port := _PORT.fullmatch(line))]
    stubs += [name for name in dict.fromkeys(said) if name not in (*wired, *stubs, *found.lans)]
    spoken = {daemon for line in lines for begin, daemon in SPEAKERS.items() if line.startswith(begin)}
    more = [daemon for daemon in sorted(spoken) if daemon not in found.daemons]
    return replace(found, config=config, lans=(*found.lans, *stubs), daemons=(*found.daemons, *more))


def _vantage(blueprint: Blueprint) -> str:
    """Return where we work from: the NOC, or a router of the core where there is none."""
    noc, devices = blueprint.network.noc, blueprint.network.devices
    if noc in blueprint.configs:
        return str(noc)
    return next(name for name in devices if name in blueprint.configs and devices[name].uplink is None)


def _announce(lab: Lab, network: Network) -> None:
    """Let the declared primaries hold the service addresses, as recovery does."""
    for database in network.databases.values():
        orders = ("-c", "configure", "-c", "interface lo", "-c", f"ip address {database.service_address}/32")
        lab.run(database.primary, ["vtysh", *orders])


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TargetError("another rehearsal of this workspace is at work", hint=text("wait until it ends")) from error
