"""The declaration as a Nornir inventory, loaded by Nornir itself; NAPALM finds our driver by its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from napalm import get_network_driver
from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.filter import F
from nornir.core.task import Result, Task

from jbnet.adapters.frr.driver import FRRDriver
from jbnet.inventory.exchange.ansible import ours
from jbnet.inventory.select import select
from jbnet.model.errors import UsageError
from jbnet.model.network import Network

ROOT = Path(__file__).parents[3]


def nornir(**options: str) -> Nornir:
    inventory = {"plugin": "JbnetInventory", "options": {"directory": str(ROOT), "state": "/nowhere", **options}}
    return InitNornir(inventory=inventory, runner={"plugin": "serial"}, logging={"enabled": False})


@pytest.fixture(scope="module")
def whole() -> Nornir:
    return nornir()


def test_every_device_that_we_may_log_in_to_is_a_host(whole: Nornir, qinghai: Network) -> None:
    assert list(whole.inventory.hosts) == [device.name for device in ours(qinghai)]


def test_a_host_says_how_it_is_reached(whole: Nornir, qinghai: Network) -> None:
    host = whole.inventory.hosts["chengdong-r1"]
    device = qinghai.devices["chengdong-r1"]
    assert (host.hostname, host.port, host.username) == (str(device.loopback), 22, "netops")
    assert host.platform == device.platform
    napalm = host.get_connection_parameters("napalm")
    assert napalm.hostname == "chengdong-r1"
    driver = FRRDriver(napalm.hostname, napalm.username or "", **(napalm.extras or {}))
    assert driver.hostname == "chengdong-r1"


def test_hosts_are_filtered_by_facts_and_by_groups(whole: Nornir, qinghai: Network) -> None:
    counties = [device.name for device in select(qinghai, "under:xining,level=county")]
    assert list(whole.filter(prefecture="xining", level="county").inventory.hosts) == counties
    by_group = whole.filter(F(groups__contains="prefecture_xining") & F(groups__contains="level_county"))
    assert list(by_group.inventory.hosts) == counties


def test_a_selector_narrows_it_and_a_wrong_one_is_told(qinghai: Network) -> None:
    assert list(nornir(selector="role=core").inventory.hosts) == [d.name for d in select(qinghai, "role=core")]
    with pytest.raises(UsageError, match="there is no role"):
        nornir(selector="role=chore")


def test_a_task_runs_over_the_hosts(whole: Nornir) -> None:
    def where(task: Task) -> Result:
        return Result(host=task.host, result=task.host["home"])

    done = whole.filter(role="core").run(task=where)
    assert {name: result[0].result for name, result in done.items()} == {"core-r1": "core", "core-r2": "core"}


def test_the_program_does_not_need_nornir() -> None:
    program = (
        "import sys; sys.modules['nornir'] = None; import jbnet.wiring.nornir as n; print(n.JbnetInventory.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "JbnetInventory"


def test_napalm_finds_the_driver_by_its_name() -> None:
    assert get_network_driver("frr") is FRRDriver
