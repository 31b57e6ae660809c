"""What a device's configurations and neighbours say, read by the rules of its platform."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from jbnet.change.model import Change
from jbnet.config.again import for_its_tools, marked, unmarked
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.naming import port_namer
from jbnet.config.ownership import aimed
from jbnet.config.parts import named
from jbnet.config.reading import tree
from jbnet.config.render import key_lengths
from jbnet.config.tree import PORT, ConfigTree
from jbnet.config.words import revealed
from jbnet.model.errors import Refused
from jbnet.model.network import Device, Network
from jbnet.model.text import text
from jbnet.platforms.changing import changing
from jbnet.platforms.masking import masked
from jbnet.platforms.registry import platform
from jbnet.ports import ConfigBackups, DeviceSession, DeviceSessions, Secrets
from jbnet.services.deploy.desk import Neighbours
from jbnet.services.deploy.guard import full_neighbours
from jbnet.services.deploy.secrets import SecretBook


class Sight:
    """Looks at one device with the eyes of a change. Interfaces bear the names that the device shows."""

    def __init__(
        self,
        network: Network,
        change: Change,
        sessions: DeviceSessions,
        backups: ConfigBackups,
        book: SecretBook | None = None,
    ):
        self.network, self.change, self.backups, self.book = network, change, backups, book
        self.device: Device = network.devices[change.device]
        self.sessions = sessions
        self._runs: str | None = None
        self._loaded: tuple[str, tuple[str, ...]] | None = None
        """What ran when the aim was loaded, and the secrets that were said again."""

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
        """Return the aim with its secrets, for the device alone; those that have changed are said again.

        Raises Missing for one that is not there, TargetError for one that the device cannot take.
        """
        again = self.stale(self._runs) if self._runs is not None else ()
        self._loaded = (self._runs or "", again)
        said = self._aim(again)
        said = unmarked(said) if platform(self.device.platform).plain_secrets else said
        most = key_lengths(self.network, self.device)
        return revealed(said, secrets.get, most) if secrets is not None else said

    @property
    def aim(self) -> str:
        """The goal with what is not ours as it ran when it was last looked at (``jbnet.config.ownership``)."""
        return self._aim(())

    def _aim(self, again: tuple[str, ...]) -> str:
        """Return the aim with marks at secrets that are said again; where others are shown, they stay as they run."""
        if self._runs is None:
            return self.goal
        goal = marked(aimed(self.network, self.device, self._runs, self.goal), again)
        return for_its_tools(self.device.platform, goal, self._runs)

    def stale(self, config: str) -> tuple[str, ...]:
        """Return the secrets that the plan says again, and that the device which runs ``config`` is not known to have.

        Raises what asking for them raises.
        """
        if self.book is None or not self.change.secrets:
            return ()
        found = self.book.standing(self.device, self.change.intended, config)
        return tuple(name for name in self.change.secrets if name in (*found.changed, *found.unknown))

    def remember(self) -> None:
        """Remember the secrets of a change that was confirmed; what an earlier run loaded is what the plan says."""
        if self.book is None:
            return
        if self.change.source:
            self.book.forget(self.device)
            return
        before, again = self._loaded or (self.change.intended, self.change.secrets)
        self.book.confirmed(self.device, self.change.intended, before, again)

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

    def neighbours_to_be(self, seen: Collection[str], deployed: Collection[str]) -> Neighbours:
        """Return whom a device must see after the change that sees neighbours on the interfaces ``seen`` now."""
        now = frozenset(seen)
        return Neighbours(now & frozenset(self._speaking), self.ready(deployed) - now, self.uplink)

    def tunnels(self, config: str) -> frozenset[str]:
        """Return the encrypted lines that have a part of their own in a configuration (``jbnet.config.parts``)."""
        return frozenset(named(path[0] for path in self._tree(config).paths if len(path) == 1))

    def talks(self, config: str) -> bool:
        """Say whether a device that runs ``config`` speaks a routing protocol."""
        routing = changing(self.device.platform).routing
        return any(re.fullmatch(routing, path[0]) for path in self._tree(config).paths)

    @property
    def wanted_ports(self) -> frozenset[str]:
        """The interfaces on which the goal wants neighbours."""
        return frozenset(self._speaking)

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
    return set(full_neighbours(session))
