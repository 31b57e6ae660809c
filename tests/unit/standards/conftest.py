"""The declared network of Qinghai, its standards, and what other parts of its workspace say; loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load as load_network
from jbnet.model.network import Network
from jbnet.standards import Standards, load
from jbnet.standards.world import Surroundings
from jbnet.wiring.standards import surroundings

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def qinghai_files() -> dict[str, str]:
    return read_files(ROOT, ("inventory", "topology", "monitors", "dr"))


@pytest.fixture(scope="session")
def qinghai(qinghai_files: dict[str, str]) -> Network:
    network = load_network(
        {file: text for file, text in qinghai_files.items() if file.startswith(("inventory", "topology"))}
    ).network
    assert network is not None
    return network


@pytest.fixture(scope="session")
def standards(qinghai_files: dict[str, str]) -> Standards:
    return load(qinghai_files)


@pytest.fixture(scope="session")
def around(qinghai_files: dict[str, str], qinghai: Network) -> Surroundings:
    return surroundings(ROOT, qinghai_files, qinghai)
