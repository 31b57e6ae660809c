"""The declared network of Qinghai and the small one of the golden cases, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.model.network import Network

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def qinghai_files() -> dict[str, str]:
    return read_files(ROOT)


@pytest.fixture(scope="session")
def qinghai(qinghai_files: dict[str, str]) -> Network:
    loaded = load(qinghai_files)
    assert loaded.findings == ()
    assert loaded.network is not None
    return loaded.network


@pytest.fixture(scope="session")
def small_files() -> dict[str, str]:
    return read_files(ROOT / "tests" / "golden" / "check" / "base")


@pytest.fixture(scope="session")
def small(small_files: dict[str, str]) -> Network:
    network = load(small_files).network
    assert network is not None
    return network
