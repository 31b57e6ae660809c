"""Cables that are swapped, seen by real LLDP: lldpd on three hosts, read over SNMP by AgentX."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import eventually
from lldp_hosts import Hosts
from networks import small

from jbnet.monitor.cabling import Cabling, Verdict
from jbnet.monitor.plant import survey
from jbnet.monitor.state import DeviceState
from jbnet.monitor.watch import Condition, Watch

pytestmark = pytest.mark.lab
HOSTS = ("xining-r1", "chengdong-r1", "huangyuan-r1")
CIRCUITS = ("chengdong-up1", "huangyuan-up1")


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    folder = Path(tempfile.mkdtemp(prefix="jbl"))  # a socket's path is short, and lldpd must reach it unprivileged
    folder.chmod(0o755)
    with Hosts(folder, HOSTS) as made:
        yield made
    shutil.rmtree(folder)


def judged(hosts: Hosts) -> dict[str, Verdict | None]:
    """What the three see, against what the small network declares."""
    plant = survey(small())
    states = {h: DeviceState(h, answer=Watch(Condition.UP), lldp=hosts.sees(h)) for h in HOSTS}
    cabling = Cabling(plant)
    return {c: cabling.judge(plant.lines[c], states, cabling.chassis(states)) for c in CIRCUITS}


def plugged(hosts: Hosts, chengdong: str, huangyuan: str) -> dict[str, list[str]]:
    """Plug two cables into those ports of xining-r1, and wait until everybody hears who is there."""
    hosts.plug(("chengdong-r1", "up1"), ("xining-r1", chengdong))
    hosts.plug(("huangyuan-r1", "up1"), ("xining-r1", huangyuan))
    hosts.start()
    wanted = {"xining-r1": ["up1", "up1"], "chengdong-r1": [chengdong], "huangyuan-r1": [huangyuan]}
    return eventually(lambda: (heard := {host: hosts.hears(host) for host in HOSTS}) == wanted and heard, 120) or {}


def test_swapped_cables_are_seen_and_put_right(hosts: Hosts) -> None:
    assert plugged(hosts, "d19", "d13")
    assert judged(hosts) == {
        "chengdong-up1": Verdict(right=False, expected="chengdong-r1/up1", actual="huangyuan-r1/up1"),
        "huangyuan-up1": Verdict(right=False, expected="huangyuan-r1/up1", actual="chengdong-r1/up1"),
    }
    for host in ("chengdong-r1", "huangyuan-r1"):
        hosts.pull((host, "up1"))
    assert plugged(hosts, "d13", "d19")
    assert judged(hosts) == {circuit: Verdict(right=True) for circuit in CIRCUITS}
