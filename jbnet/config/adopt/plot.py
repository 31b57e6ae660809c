"""What the steps of drafting share: homes, devices, and the ports that were given a logical name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Interface

from jbnet.config.adopt.draft import DraftDevice, DraftHome
from jbnet.config.adopt.facts import Problem
from jbnet.config.adopt.joints import End, Joints
from jbnet.model.text import text
from jbnet.platforms.registry import platform

PORT_NAME = re.compile(r"(?:\d+GE|[A-Za-z])[A-Za-z0-9/.-]{0,62}\Z")


@dataclass
class Plot:
    """A draft while it is made. ``home_of`` gives the home of each device that was read."""

    homes: dict[str, DraftHome] = field(default_factory=dict)
    home_of: dict[str, DraftHome] = field(default_factory=dict)
    devices: dict[str, DraftDevice] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def far_homes(self, home: DraftHome, found: Joints) -> Iterator[DraftHome]:
        """Yield the homes to which lines of a home lead, one a line."""
        for one, other in found.lines:
            here, there = self.home_of[one.device], self.home_of[other.device]
            if here is home or there is home:
                yield there if here is home else here

    def port(self, end: End, interface: str, into: dict[str, IPv4Interface]) -> None:
        """Give a port its logical name, and its address among the device's exceptions or LANs (``into``)."""
        device = self.devices[end.device]
        assert end.port.address is not None  # noqa: S101  ports without an address are no ends; for the type checker
        into[interface] = end.port.address
        if end.port.name != (platform(device.running.platform).loopback or "lo" if device.running else "lo"):
            device.ports[interface] = end.port.name

    def unnamable(self, *ends: End) -> None:
        """Report ports whose names no declaration takes."""
        for end in ends:
            running = self.devices[end.device].running
            if running is not None and not PORT_NAME.match(end.port.name):
                self.problems.append(
                    Problem(running.at(end.port.line), text("the port name {port} cannot be declared",
                                                            port=end.port.name))
                )  # fmt: skip
