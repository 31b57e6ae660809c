"""Correlation grows with the network, not with its square: counted in searches, not in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from watching import Watching

from jbnet.topology.graph import Graph
from jbnet.topology.paths import protected
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]


def test_hundreds_of_dead_townships_cost_no_search_each(monkeypatch: pytest.MonkeyPatch) -> None:
    network = load_network(ROOT, ROOT / ".no-such-state", whole=True)
    watch = Watching(network, calm=1)
    watch.round(seconds=10)
    searches: list[Graph] = []

    def counted(graph: Graph) -> frozenset[str]:
        searches.append(graph)
        return protected(graph)

    monkeypatch.setattr("jbnet.monitor.consequences.protected", counted)
    sites = network.sites
    single = [c.name for c in network.circuits.values() if sites.get(network.devices[c.z.device].home)]
    single = [
        name for name in single if sites[network.devices[network.circuits[name].z.device].home].level == "township"
    ]
    assert len(single) > 400
    watch.net.cut = set(single)
    watch.round()
    assert len(watch.open) == len(single)
    assert len(searches) == 1
