"""The labs of the lab tests: one of scale demo for all of a session, and small ones for tests that break things."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from bind_servers import PRIMARY, SECONDARY, Bind, adapter, zone_at

from jbnet import wiring
from jbnet.adapters.secrets import SecretsFile
from jbnet.lab.lab import Lab
from jbnet.lab.spec import LabDevice, LabEnd, LabLink, LabSpec
from jbnet.ports import Progress
from jbnet.recovery.name_moves import Fate, NameUpdate

ROOT = Path(__file__).parents[2]
FOLDERS = ("inventory", "topology", "monitors", "dr", "playbooks")
SCALE = "demo"


@dataclass
class Collected:
    """A Reporter that keeps what it was told."""

    steps: list[Progress] = field(default_factory=list)

    def report(self, progress: Progress) -> None:
        self.steps.append(progress)


def copy_workspace(target: Path) -> Path:
    """Copy the declaration of the repository, so that no test writes into it."""
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name)
    shutil.copy(ROOT / "ansible.cfg", target / "ansible.cfg")
    return target


def never_flapping(workspace: Path) -> Path:
    """Have the monitor close what is mended at once: one test cuts the same lines as another a moment before."""
    policy = workspace / "monitors/policy.yaml"
    policy.write_text(policy.read_text().replace("suppress_at: 35", "suppress_at: 0"))
    assert "suppress_at: 0" in policy.read_text()
    return workspace


LONGEST_FIRST = (
    "test_recovery.py",
    "test_deploy.py",
    "test_playbooks.py",
    "test_changes.py",
    "test_demo.py",
    "test_rehearse.py",
    "test_databases_live.py",
)
"""Files are handed to two workers in this order, so that neither ends long after the other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the order within a file stays."""
    place = {name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


@pytest.fixture(scope="session")
def demo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the session's lab; its state directory is ``.jbnet`` in it."""
    return never_flapping(copy_workspace(tmp_path_factory.mktemp("demo")))


@pytest.fixture(scope="session")
def demo_lab(demo_workspace: Path) -> Iterator[Lab]:
    """A lab of scale demo, devices as out of their box. Shared: a test heals what it cuts and boots what it kills."""
    lab = wiring.lab(demo_workspace, demo_workspace / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(demo_workspace, SCALE), SCALE, Collected())
        yield lab
    finally:
        lab.down()


@pytest.fixture
def small_lab(tmp_path: Path) -> Iterator[Callable[[str], Lab]]:
    """A maker of labs by workspace name; each is taken down at the end of the test."""
    made: list[Lab] = []

    def make(name: str) -> Lab:
        state = tmp_path / name / ".jbnet"
        made.append(Lab(tmp_path / name, state, SecretsFile(state / "secrets.yaml")))
        return made[-1]

    yield make
    for lab in made:
        lab.down()


@pytest.fixture(scope="session")
def pair() -> LabSpec:
    """Two OSPF routers on two lines: one as short as a cable, and a costlier one of 12 ms round trip."""
    return LabSpec(
        scale="pair",
        devices=(_router("left", "10.0.0.1", (("near", "10.0.1.0"), ("far", "10.0.2.0"))), _router(
            "right", "10.0.0.2", (("near", "10.0.1.1"), ("far", "10.0.2.1")))),
        links=(
            LabLink("near-up1", LabEnd("left", "near"), LabEnd("right", "near")),
            LabLink("far-up1", LabEnd("left", "far"), LabEnd("right", "far"), latency_ms=12.0),
        ),
        noc="left",
        trap_sink="10.0.0.1",
    )  # fmt: skip


def _router(name: str, loopback: str, lines: tuple[tuple[str, str], ...]) -> LabDevice:
    ports = "".join(
        f"interface {port}\n ip address {address}/31\n ip ospf area 0.0.0.0\n ip ospf cost {cost}\n"
        " ip ospf dead-interval 4\n ip ospf hello-interval 1\n ip ospf network point-to-point\nexit\n!\n"
        for (port, address), cost in zip(lines, (10, 100), strict=True)
    )
    config = (
        f"frr defaults traditional\nhostname {name}\nagentx\nno ipv6 forwarding\nservice integrated-vtysh-config\n!\n"
        f"router ospf\n ospf router-id {loopback}\n timers throttle spf 50 100 5000\nexit\n!\n"
        f"interface lo\n ip address {loopback}/32\n ip ospf area 0.0.0.0\nexit\n!\n{ports}end\n"
    )
    addresses = (loopback, *(address for _, address in lines))
    return LabDevice(name, config, daemons=("zebra", "staticd", "ospfd"), addresses=addresses, fence=name == "left")


@pytest.fixture(scope="session")
def name_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bind]:
    """A primary and a secondary for all."""
    found = Bind(tmp_path_factory.mktemp("bind"))
    try:
        yield found.up()
    finally:
        found.down()


@pytest.fixture
def bind(name_servers: Bind) -> Iterator[Bind]:
    """Both, running; what a test changed or ended is as before behind it."""
    yield name_servers
    for address in (PRIMARY, SECONDARY):
        if address not in name_servers.processes:
            name_servers.start(address)
    zone = zone_at(name_servers)
    for name in zone.names.values():
        said, before = adapter().look(zone, PRIMARY, name.name).records, frozenset(name.values["east"])
        if said != before:
            assert adapter().update(zone, NameUpdate(name.name, 600, said, before)) is Fate.MADE


@pytest.fixture
def reporter() -> Collected:
    """A Reporter that keeps what it was told."""
    return Collected()
