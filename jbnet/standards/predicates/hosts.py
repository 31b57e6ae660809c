"""Devices: how they are managed and watched, and what their operating system can do."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from jbnet.model.errors import UsageError
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.platforms.registry import platform
from jbnet.standards.predicates.base import Predicate, Verdict, unknown, violated
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World

_VERSIONS = ("v2c", "v3")


class SnmpAtLeast(Predicate):
    """A device's agent speaks this version of SNMP or a later one; v3 is authPriv (RFC 3414)."""

    kinds: ClassVar = frozenset({Kind.DEVICES})
    version: Literal["v2c", "v3"]

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A role that has no agent is unknown: how the device is managed is not declared."""
        device: Device = subject.thing
        role = world.network.roles.get(device.role)
        if role is None or role.snmp is None:
            return unknown(text("{device} has no agent declared", device=device.name))
        if _VERSIONS.index(role.snmp) >= _VERSIONS.index(self.version):
            return None
        message = text("{device} speaks SNMP {found}, not {version}", device=device.name, found=role.snmp,
                       version=self.version)  # fmt: skip
        return violated(message, [role.place])


class ManagedOrExcused(Predicate):
    """A device's configuration is deployed by jbnet, unless its role is excused."""

    kinds: ClassVar = frozenset({Kind.DEVICES})
    names: ClassVar = {"except_roles": "roles"}
    except_roles: tuple[str, ...] = Field(default=(), strict=False)

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at the role."""
        device: Device = subject.thing
        role = world.network.roles.get(device.role)
        if device.role in self.except_roles or (role is not None and role.managed):
            return None
        message = text("the configuration of {device} ({role}) is nobody's", device=device.name, role=device.role)
        return violated(message, [role.place if role else None])


class Watched(Predicate):
    """A device is monitored, and some check polls its role."""

    kinds: ClassVar = frozenset({Kind.DEVICES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Where checks are not known, a role that is not monitored is still a violation."""
        device: Device = subject.thing
        role = world.network.roles.get(device.role)
        watched = world.surroundings.watched
        if role is None or not role.monitored or (watched is not None and device.role not in watched):
            return violated(text("nothing watches {device} ({role})", device=device.name, role=device.role),
                            [role.place if role else None])  # fmt: skip
        if watched is not None:
            return None
        return unknown(text("monitors/ declares no checks: what polls {device} is not known", device=device.name))


class CommitTimer(Predicate):
    """A device takes back a change that was not confirmed: its system has a timer of one of these kinds."""

    kinds: ClassVar = frozenset({Kind.DEVICES})
    at: tuple[str, ...] = Field(strict=False, min_length=1)

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A platform without data is unknown."""
        device: Device = subject.thing
        try:
            timer = platform(device.platform).commit_timer
        except UsageError:
            return unknown(text("nothing is known of the platform {platform} of {device}", platform=device.platform,
                                device=device.name))  # fmt: skip
        if timer in self.at:
            return None
        return violated(text("the platform {platform} of {device} takes no change back by itself",
                             platform=device.platform, device=device.name))  # fmt: skip


class NocRedundant(Predicate):
    """The network operations centre has two lines up or more, on different devices."""

    kinds: ClassVar = frozenset({Kind.NETWORK})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Without a NOC nothing is watched at all: violated too."""
        noc = world.network.devices.get(world.network.noc or "")
        if noc is None:
            return violated(text("no device is declared as the NOC"))
        upper = {line.a.device for line in world.lines.get(noc.home, ())}
        if len(upper) > 1:
            return None
        shown = ", ".join(sorted(upper)) or "-"
        return violated(text("{noc} hangs on {devices} alone", noc=noc.name, devices=shown), [noc.place])


class NocApart(Predicate):
    """The NOC stands in a location of its own with addresses of its own: a management zone."""

    kinds: ClassVar = frozenset({Kind.NETWORK})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Only servers may share the NOC's location."""
        noc = world.network.devices.get(world.network.noc or "")
        if noc is None:
            return violated(text("no device is declared as the NOC"))
        location = world.network.locations.get(noc.home)
        if location is None or location.block is None:
            return violated(text("{noc} has no location with addresses of its own", noc=noc.name), [noc.place])
        others = [d for d in world.devices[noc.home] if d.role != noc.role]
        if not others:
            return None
        message = text("{noc} shares {location} with {device}", noc=noc.name, location=location.name,
                       device=others[0].name)  # fmt: skip
        return violated(message, [others[0].place])
