"""Correlation grows with the network, not with its square: counted in forecasts, not in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from watching import Watching

from jbnet.topology.forecast import Forecast
from jbnet.topology.graph import FailureSet
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]


def test_hundreds_of_dead_townships_cost_no_forecast_each(monkeypatch: pytest.MonkeyPatch) -> None:
    network = load_network(ROOT, ROOT / ".no-such-state", whole=True)
    watch = Watching(network, calm=1)
    watch.round(seconds=10)
    asked: list[FailureSet] = []
    forecast = watch.net.plant.forecaster.of_expanded

    def counted(failure: FailureSet) -> Forecast:
        asked.append(failure)
        return forecast(failure)

    monkeypatch.setattr(watch.net.plant.forecaster, "of_expanded", counted)
    sites = network.sites
    single = [c.name for c in network.circuits.values() if sites.get(network.devices[c.z.device].home)]
    single = [
        name for name in single if sites[network.devices[network.circuits[name].z.device].home].level == "township"
    ]
    assert len(single) > 400
    watch.net.cut = set(single)
    watch.round()
    assert sum(len(incident.standing) for incident in watch.open) == len(single)
    assert asked == []
