"""The whole province lives on one machine: every site with its own routing daemon, agent and SSH server.

Takes minutes and 16 GiB: `make test-province`, never part of `make test`.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Collected, copy_workspace
from eventually import eventually
from host_view import leftovers, own_host
from province_view import from_the_noc, running

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.network import Network

pytestmark = [pytest.mark.province, pytest.mark.timeout(900)]
SCALE = "province"
SITES = 1024


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_workspace(tmp_path_factory.mktemp("province"))


@pytest.fixture(scope="module")
def network(workspace: Path) -> Network:
    return wiring.load_scale(workspace, SCALE)


@pytest.fixture(scope="module")
def lab(workspace: Path, network: Network) -> Iterator[Lab]:
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert made.up(network, SCALE, Collected(), deployed=True)
        yield made
    finally:
        made.down()
        assert leftovers(made.paths) == []


def ours(network: Network) -> set[str]:
    """Devices that can be reached from the NOC: all but those of peers."""
    return {d.name for d in network.devices.values() if d.home not in network.peers}


def test_every_site_has_its_routing_daemon_agent_and_ssh_server(lab: Lab, network: Network) -> None:
    found = running(lab)
    at_sites = {d.name: d.home for d in network.devices.values() if d.home in network.sites}
    lacking = {name: {"zebra", "staticd", "snmpd", "sshd"} - found[name] for name in at_sites}
    assert {name: daemons for name, daemons in lacking.items() if daemons} == {}
    below = {site.name for site in network.sites.values() if site.parent is not None}
    assert set(at_sites.values()) == below
    assert len(below) == SITES - 1  # the province itself lives in its core, a location
    status = lab.status()
    assert status is not None
    assert set(status.devices.values()) == {"on"}
    assert set(status.circuits.values()) == {"up"}


def test_every_device_answers_the_noc(lab: Lab, network: Network) -> None:
    left = ours(network)

    def silent() -> set[str]:
        left.difference_update(from_the_noc(lab, network, "ping", left))
        return left

    assert eventually(lambda: not silent(), 120), sorted(left)


def test_every_agent_answers_the_noc(lab: Lab, network: Network) -> None:
    wanted = {name for name in ours(network) if network.roles[network.devices[name].role].snmp}
    assert wanted - from_the_noc(lab, network, "snmp", wanted) == set()


def test_every_ssh_server_answers_the_noc_and_a_sample_lets_us_in(lab: Lab, network: Network) -> None:
    assert ours(network) - from_the_noc(lab, network, "ssh", ours(network)) == set()
    for name in sorted(ours(network))[::40]:
        options = ("StrictHostKeyChecking=yes", f"UserKnownHostsFile={lab.paths.known_hosts}", "BatchMode=yes")
        argv = ["ssh", "-F", "none", "-i", str(lab.paths.keys / "netops"), "-o", f"HostKeyAlias={name}"]
        argv += [word for option in options for word in ("-o", option)]
        target = f"netops@{network.devices[name].loopback}"
        with lab.popen(str(network.noc), [*argv, target, "hostname"], stdout=subprocess.PIPE) as session:
            assert session.communicate(timeout=60)[0].decode().strip() == name


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_start_that_is_stopped_in_the_middle_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with own_host(copy_workspace(tmp_path)) as host:
        lab = wiring.lab(host.workspace, host.workspace / ".jbnet")
        began = host.start("lab", "up", "--scale", SCALE)
        assert eventually(lambda: sum(1 for _ in lab.paths.runtime.glob("devices/*/init")) > SITES // 4, 300)
        began.send_signal(number)
        assert began.wait(300) == (130 if number is signal.SIGINT else -number)
        if number is signal.SIGKILL:
            assert leftovers(lab.paths) != []
            assert host.jbnet("lab", "down", timeout=300).returncode == 0
        assert leftovers(lab.paths) == []
