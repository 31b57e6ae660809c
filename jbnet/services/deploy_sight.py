"""What a device's configurations and neighbours say, read by the rules of its platform."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from jbnet.change.model import Change
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.naming import port_namer
from jbnet.config.ownership import aimed
from jbnet.config.reading import tree
from jbnet.config.render import key_lengths
from jbnet.config.tree import PORT, ConfigTree
from jbnet.config.words import revealed
from jbnet.model.errors import Refused
from jbnet.model.network import Device, Network
from jbnet.model.text import text
from jbnet.platforms.changing import changing
from jbnet.platforms.masking import masked
from jbnet.ports import ConfigBackups, DeviceSession, DeviceSessions, Secrets
from jbnet.services.deploy_desk import Neighbours

FULL = "Full"


class Sight:
    """Looks at one device with the eyes of a change. Interfaces bear the names that the device shows."""

    def __init__(self, network: Network, change: Change, sessions: DeviceSessions, backups: ConfigBackups):
        self.network, self.change, self.backups = network, change, backups
        self.device: Device = network.devices[change.device]
        self.sessions = sessions
        self._runs: str | None = None

    @cached_property
    def goal(self) -> str:
        """What the device shall run: with secrets by name, or as it was backed up. Raises Missing and Refused."""
        if not self.change.source:
            return self.change.intended
        kept = self.backups.read(self.change.source)
        if masked(self.device.platform, kept) != self.change.intended:
            raise Refused(
                "{device}: the backup {file} is not what the plan was made from",
                device=self.device.name, file=self.change.source, hint=text("plan again"),
            )  # fmt: skip
        return kept

    def whole(self, secrets: Secrets | None) -> str:
        """Return the aim with its secrets, for the device alone.

        Raises Missing for one that is not there, TargetError for one that the device cannot take.
        """
        most = key_lengths(self.network, self.device)
        return revealed(self.aim, secrets.get, most) if secrets is not None else self.aim

    @property
    def aim(self) -> str:
        """The goal with what is not ours as it ran when it was last looked at (``jbnet.config.ownership``)."""
        return self.goal if self._runs is None else aimed(self.network, self.device, self._runs, self.goal)

    def is_right(self, config: str) -> bool:
        """Say whether a configuration is the goal as far as that is ours; what is not ours stays as it is here."""
        self._runs = config
        return not self.differs(config, self.aim)

    def differs(self, one: str, other: str) -> bool:
        """Say whether two configurations of the device say different things."""
        return bool(self.sessions.differ(self.device).compare(one, other))

    def fingerprint(self, config: str) -> str:
        """Return what a plan knows a configuration by."""
        return self._tree(config).fingerprint()

    def _tree(self, config: str) -> ConfigTree:
        return tree(self.device.platform, config)

    def neighbours_to_be(self, session: DeviceSession, config: str, deployed: Collection[str]) -> Neighbours:
        """Return whom a device that runs ``config`` must see after the change."""
        routing = changing(self.device.platform).routing
        talks = any(re.fullmatch(routing, path[0]) for path in self._tree(config).paths)
        seen = frozenset(full(session) if talks else ())
        return Neighbours(seen & frozenset(self._speaking), self.ready(deployed) - seen, self.uplink)

    def neighbours_of_goal(self, deployed: Collection[str]) -> Neighbours:
        """Return whom a device must see that runs the goal already."""
        return Neighbours(frozenset(), self.ready(deployed), self.uplink)

    @property
    def uplink(self) -> str | None:
        """The name of its uplink."""
        return self._names[self.device.uplink] if self.device.uplink is not None else None

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """What the declared interfaces are called on the device."""
        namer = port_namer(self.network, self.device)
        return {interface.name: namer(interface).name for interface in self.device.interfaces}

    @cached_property
    def _speaking(self) -> Mapping[str, str]:
        """The interfaces on which the goal expects OSPF neighbours, and their declared names."""
        wanted, speaks = self._tree(self.aim), changing(self.device.platform).speaks
        found = {self._names[port.name]: port.name for port in circuit_interfaces(self.device) if not port.passive}
        return {
            name: declared
            for name, declared in found.items()
            if any(re.fullmatch(speaks, line) for line in wanted.under(f"{PORT}{name}"))
        }

    def ready(self, deployed: Collection[str]) -> frozenset[str]:
        """Return those of them whose far end is deployed."""
        far = {name: far_end(self.network, self.device, self.device.interface(d)) for name, d in self._speaking.items()}
        return frozenset(name for name, end in far.items() if end is not None and end.device.name in deployed)


def full(session: DeviceSession) -> set[str]:
    """Return the interfaces behind which a neighbour is fully adjacent (RFC 2328, 10.1)."""
    return {str(n["interface"]) for n in session.get_ospf_neighbors() if n["state"] == FULL}
