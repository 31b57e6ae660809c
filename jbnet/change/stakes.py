"""What a change puts at risk: the sites behind a device."""

from __future__ import annotations

from collections.abc import Iterable

from jbnet.model.network import Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet


def sites_behind(network: Network, devices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return for each device the sites that would be cut off if it failed, in the order of the declaration."""
    forecaster = Forecaster(network, demand={})
    return {name: forecaster.of(FailureSet.of(devices=[name])).cut_off for name in dict.fromkeys(devices)}
