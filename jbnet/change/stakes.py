"""What a change puts at risk: the sites behind a device, and the way over which the change itself comes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from jbnet.config.bootstrap import first_interfaces
from jbnet.config.tree import ConfigTree, Patch
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet


def sites_behind(network: Network, devices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each device the sites that would be cut off if it failed, in the order of the declaration."""
    forecaster = Forecaster(network, demand={})
    return {name: forecaster.of(FailureSet.of(devices=[name])).cut_off for name in dict.fromkeys(devices)}


def dangers(
    network: Network, device: Device, intended: ConfigTree, patch: Patch, shared: Collection[str] = ()
) -> tuple[Text, ...]:
    """Return how a patch would cut the way over which it is applied; empty: it would not.

    ``shared`` are headings of interfaces that change together with their other ends: there an address may give way to
    another.
    """
    moved = {name for name in shared if any(line.startswith("ip address ") for line in intended.under(name))}
    return (
        *_lost_addresses(network, device, patch, moved),
        *_closed_ports(network, device, patch),
        *_lost_routes(intended, patch),
    )


def _ports(network: Network, device: Device) -> tuple[str, ...]:
    return tuple(interface.name for interface in first_interfaces(network, device))


def _lost_addresses(network: Network, device: Device, patch: Patch, moved: Collection[str]) -> Iterator[Text]:
    """Taking away the address of the way up, or of the loopback, ends every session with the device."""
    ports = {f"interface {name}" for name in (*_ports(network, device), "lo")}.difference(moved)
    for path in patch.removed:
        if len(path) > 1 and path[0] in ports and path[1].startswith("ip address "):
            yield text(
                "{device}: {port} would lose {address}, over which the device is managed",
                device=device.name,
                port=path[0].removeprefix("interface "),
                address=path[1].removeprefix("ip address "),
            )


def _closed_ports(network: Network, device: Device, patch: Patch) -> Iterator[Text]:
    for name in _ports(network, device):
        if (f"interface {name}", "shutdown") in patch.added:
            yield text(
                "{device}: {port}, over which the device is managed, would be shut down", device=device.name, port=name
            )


def _lost_routes(intended: ConfigTree, patch: Patch) -> Iterator[Text]:
    """A device that speaks no routing protocol lives on its default route."""
    defaults = [path[0] for path in patch.removed if path[0].startswith("ip route 0.0.0.0/0 ")]
    left = any(path[0].startswith("ip route 0.0.0.0/0 ") for path in intended.paths)
    if defaults and not left and ("router ospf",) not in intended:
        yield text("the only default route would go: {route}", route=defaults[0])
