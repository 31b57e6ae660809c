"""A network of hardware that says what it runs: for plans, and for what a rehearsal asks, without a router anywhere.

Every device runs what is rendered for it, and sees a neighbour behind every line on which OSPF is spoken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from device import FakeDevice, FakeSession
from equipped import equipped

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.adapters.hier_differ import HierDiffer
from jbnet.adapters.line_differ import LineDiffer
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.naming import port_namer
from jbnet.config.render import render
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.ports import DeviceSession, Differ
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.secrets import Standing

PLATFORMS = {
    "core": "vrp8", "dc-router": "vrp8", "prefecture-router": "comware7", "county-router": "vrp5",
    "township-cpe": "ios", "community-cpe": "vrp5",
}  # fmt: skip
"""What runs where, by role; servers and routers of peers run FRR."""


def mixed() -> Network:
    """The sample network on four systems."""
    network = equipped("vrp8")
    devices = {
        name: replace(device, platform=PLATFORMS.get(device.role, "frr"))
        for name, device in network.devices.items()
    }  # fmt: skip
    return replace(network, devices=devices)


@dataclass
class HardwareWorld:
    """Implements DeviceSessions. ``texts`` are what devices run; whoever is in ``silent`` does not answer."""

    network: Network
    texts: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name, device in self.network.devices.items():
            self.texts.setdefault(name, render(self.network, device))

    def session(self, device: Device) -> DeviceSession:
        return HardwareSession(self, device)

    def differ(self, device: Device) -> Differ:
        if device.platform == "ios":
            return HierDiffer(device.platform)
        return LineDiffer() if device.platform == "frr" else AnnetDiffer(device.platform)

    def typed(self, name: str, old: str, new: str) -> None:
        """Type lines on a device: ``new`` in the place of ``old``, which is there once."""
        assert self.texts[name].count(old) == 1, (name, old)
        self.texts[name] = self.texts[name].replace(old, new)


class HardwareSession(FakeSession):
    """A session that compares as the device's platform does."""

    def __init__(self, world: HardwareWorld, device: Device) -> None:
        reachable = device.name not in world.silent
        super().__init__(FakeDevice(device.name, reachable=reachable))
        self.device.running = world.texts[device.name]  # not as FRR shows it
        self.world, self.declared = world, device

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        self.candidate = config

    def compare_config(self) -> str:
        found = self.world.differ(self.declared).compare(self.world.texts[self.declared.name], self.candidate or "")
        return "\n".join(found.patch.lines())

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        network, namer = self.world.network, port_namer(self.world.network, self.declared)
        ports = [i for i in circuit_interfaces(self.declared) if i.area is not None and not i.passive]
        far = ((namer(port).name, far_end(network, self.declared, port)) for port in ports)
        return [{"interface": n, "router_id": str(f.device.loopback), "state": "Full"} for n, f in far if f is not None]


@dataclass(frozen=True)
class Edited:
    """An aim: as declared, with lines of some devices in the place of others: (old, new) by device."""

    network: Network
    edits: Mapping[str, tuple[str, str]]

    def config(self, device: Device) -> str:
        said, (old, new) = render(self.network, device), self.edits.get(device.name, ("", ""))
        assert not old or said.count(old) == 1, (device.name, old, said.count(old))
        return said.replace(old, new) if old else said

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        return ()
