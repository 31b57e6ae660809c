"""The OSPF cost of a circuit at one of its ends (RFC 2328, 9): the line that says it, and a configuration with another.

What a platform writes is not said here again: a cost is what differs between two renderings that differ in it. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from jbnet.config.lines import paths_of, write_lines
from jbnet.config.render import render
from jbnet.config.tree import Path
from jbnet.model.errors import UsageError
from jbnet.model.network import Circuit, Device, Interface, Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

DRAINED = 65535
"""MaxLinkMetric (RFC 6987, 2): the line is taken only where there is no other way."""


def port_of(network: Network, circuit: Circuit, device: str) -> Interface:
    """Return a circuit's interface at one of its ends. Raises UsageError for another device, or without OSPF."""
    for end in (circuit.a, circuit.z):
        if end.device == device:
            port = network.devices[device].interface(end.interface)
            if port.area is None or port.cost is None or port.passive:
                break
            return port
    else:
        raise UsageError("{device} is no end of {circuit}", device=device, circuit=circuit.name)
    raise UsageError("{circuit} has no OSPF at {device}", circuit=circuit.name, device=device)


def cost_line(network: Network, device: Device, port: Interface, cost: int) -> Path:
    """Return the line that says the cost, below the heading of its port."""
    one, other = (_rendered(network, device, port, value) for value in (cost, cost - 1 if cost > 1 else 2))
    (line,) = set(one).difference(other)
    return line


def cost_in(network: Network, device: Device, port: Interface, running: str) -> int | None:
    """Return the cost that a configuration says; None: it says none, and what holds is the system's own."""
    heading, stem = _stem(network, device, port)
    for path in paths_of(device.platform, running):
        if path[:-1] == heading and path[-1].startswith(stem) and path[-1][len(stem) :].isdigit():
            return int(path[-1][len(stem) :])
    return None


def with_cost(network: Network, device: Device, port: Interface, running: str, cost: int) -> str:
    """Return a configuration with another cost of the port, and nothing else changed."""
    heading, stem = _stem(network, device, port)
    lines = list(paths_of(device.platform, running))
    own = [path for path in lines if path[:-1] == heading and path[-1].startswith(stem)]
    at = lines.index(own[0]) if own else len(lines)
    lines.insert(at, (*heading, f"{stem}{cost}"))
    return write_lines(device.platform, [path for path in lines if path not in own or path[-1] == f"{stem}{cost}"])


def left_without(network: Network, vantage: str, gone: Collection[str], drained: Collection[str]) -> tuple[str, ...]:
    """Return the devices to which ``vantage`` has a way today, and would have none but over what is drained.

    ``gone`` are circuits that carry nothing, or are drained already; ``drained`` are those that are to be.
    """
    forecaster = Forecaster(network, demand={})
    before = forecaster.reached(vantage, FailureSet.of(circuits=gone))
    after = forecaster.reached(vantage, FailureSet.of(circuits={*gone, *drained}))
    return tuple(name for name in network.devices if name in before and name not in after)


def _stem(network: Network, device: Device, port: Interface) -> tuple[Path, str]:
    line = cost_line(network, device, port, 1)
    return line[:-1], line[-1].removesuffix("1")


def _rendered(network: Network, device: Device, port: Interface, cost: int) -> tuple[Path, ...]:
    ports = tuple(replace(one, cost=cost) if one.name == port.name else one for one in device.interfaces)
    changed = replace(device, interfaces=ports)
    whole = replace(network, devices={**network.devices, device.name: changed})
    return paths_of(device.platform, render(whole, changed))
