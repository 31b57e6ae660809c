"""What net-snmp really answers of the host that it runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from snmp_daemon import Daemon

from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.monitor.recipes import health_of, standard

pytestmark = pytest.mark.lab


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path, users=())
    made.start()
    yield made
    made.stop()


def test_a_host_is_measured_by_its_agent_and_has_neither_battery_nor_thermometer(daemon: Daemon) -> None:
    recipe = health_of("frr")
    assert recipe is not None
    transport = UdpSnmpTransport()
    asked = (*recipe.columns, *standard("ups").columns, *standard("sensors").columns)
    (answer,) = transport.walk([daemon.community()], asked, timeout=2.0, retries=3)
    transport.close()
    assert answer.error == ""
    found = recipe.read(answer.varbinds)
    assert 0 < found["memory"][""] < 1
    assert set(found["load"]) == {"Load-1", "Load-5", "Load-15"}
    assert all(0 <= used <= 1 for used in found["disk"].values())
    assert standard("ups").read(answer.varbinds) == standard("sensors").read(answer.varbinds) == {}
