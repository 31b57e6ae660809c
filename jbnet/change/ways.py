"""Make before break: new lines are built, and seen to work, before old ones are taken away. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jbnet.change.units import Turn
from jbnet.config.tree import PORT, ConfigTree
from jbnet.model.network import Network
from jbnet.platforms.changing import changing


def breaking(network: Network, turns: Mapping[str, Turn]) -> frozenset[str]:
    """Return the devices that take a line away, where others of the same plan build one; empty: the order is free.

    A line is a port with an address: one that gets its first is built, one that loses its last is taken away.
    """
    ports = {name: _ports(network.devices[name].platform, turn) for name, turn in turns.items()}
    lose = {name for name, (before, after) in ports.items() if before - after}
    build = {name for name, (before, after) in ports.items() if after - before}
    return frozenset(lose) if build - lose else frozenset()


def _ports(platform: str, turn: Turn) -> tuple[frozenset[str], frozenset[str]]:
    return _addressed(platform, turn.running), _addressed(platform, turn.intended)


def _addressed(platform: str, tree: ConfigTree) -> frozenset[str]:
    address = changing(platform).address
    return frozenset(
        path[0] for path in tree.paths if len(path) > 1 and path[0].startswith(PORT) and re.fullmatch(address, path[1])
    )
