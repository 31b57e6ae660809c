"""What a device calls its ports: the declaration's logical names, or those of its model (topology/hardware.yaml)."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.network import Network
from jbnet.platforms.registry import names, platform


def port_names(network: Network, device: str) -> Mapping[str, str]:
    """Return by interface the port of the real device, empty where its system goes by the logical names (FRR)."""
    system = network.devices[device].platform
    if system not in names() or platform(system).loopback is None:
        return {}
    return network.ports.get(device, {})
