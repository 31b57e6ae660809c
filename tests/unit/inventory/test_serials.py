"""A serial number is written where its device is declared, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.inventory.exchange.serials import with_serial
from jbnet.inventory.loader import load
from jbnet.model.errors import AnswerIsNo, Refused

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
SERIAL = "2102350ABC10K1000001"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return read_files(BASE)


@pytest.mark.parametrize("name", ["oldtown-r1", "oldtown-bridge-north-r1", "core-r1", "east-r2"])
def test_the_serial_number_stands_at_its_device_and_every_other_line_is_as_before(
    files: dict[str, str], name: str
) -> None:
    before = load(files).network
    assert before is not None
    written = with_serial(files, before.devices[name], SERIAL)
    after = load({**files, written.file: written.after}).network
    assert after is not None
    assert {device.name: device.serial for device in after.devices.values() if device.serial} == {name: SERIAL}
    kept = [line for line in written.after.splitlines() if SERIAL not in line and line.strip() != "devices:"]
    assert [line for line in kept if line not in written.before.splitlines()] == []


def test_another_serial_number_takes_the_place_of_the_first(files: dict[str, str]) -> None:
    network = load(files).network
    assert network is not None
    first = with_serial(files, network.devices["core-r1"], SERIAL)
    again = with_serial({**files, first.file: first.after}, network.devices["core-r1"], "210235OTHER0002")
    assert SERIAL not in again.after
    assert not with_serial({**files, again.file: again.after}, network.devices["core-r1"], "210235OTHER0002").changes


def test_a_box_that_stands_elsewhere_is_refused_with_the_finding(files: dict[str, str]) -> None:
    network = load(files).network
    assert network is not None
    first = with_serial(files, network.devices["core-r1"], SERIAL)
    with pytest.raises(AnswerIsNo) as caught:
        with_serial({**files, first.file: first.after}, network.devices["core-r2"], SERIAL)
    assert [finding.code for finding in caught.value.findings] == ["JB261"]


def test_what_cannot_be_edited_is_refused_with_the_line_to_write_by_hand(files: dict[str, str]) -> None:
    network = load(files).network
    assert network is not None
    device = network.devices["newtown-r1"]
    spot = "inventory/sites/east.yaml"
    broken_off = files[spot].replace("archetype: county-single", "archetype: county-single\n        devices:")
    with pytest.raises(Refused) as caught:
        with_serial({**files, spot: broken_off}, device, SERIAL)
    assert SERIAL in str(caught.value.hint)
