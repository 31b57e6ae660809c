"""The sheet for whoever puts a new box in: what stands on it, in two languages, for every router of the province."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.catalogue import load as translations
from jbnet.config.sheet.cables import cables, jacks
from jbnet.config.sheet.names import Names
from jbnet.config.sheet.page import page
from jbnet.config.sheet.plain import HEADINGS, plain, rows, width
from jbnet.config.sheet.sheet import Boxes, sheet
from jbnet.model.network import Network

ROOT = Path(__file__).parents[3]
BOXES = Boxes("2102350OLD10K1000001", "2102351NEW10K1000002")


@pytest.fixture(scope="module")
def network() -> Network:
    return wiring.load_network(ROOT, ROOT / ".jbnet", whole=True)


def in_chinese(network: Network, name: str) -> str:
    return plain(sheet(network, network.devices[name], BOXES, chinese=True), translations("zh"))


def test_every_circuit_of_every_router_is_in_exactly_one_port_with_its_carrier_and_hotline(network: Network) -> None:
    names = Names(network, True)
    ours = [device for device in network.devices.values() if network.roles[device.role].managed]
    assert len(ours) > 1000
    for device in ours:
        plugged = cables(network, device, names)
        assert len({cable.port for cable in plugged}) == len(plugged), device.name
        wires = [wire for cable in plugged for wire in cable.wires]
        for interface in device.interfaces:
            circuit = network.circuits.get(interface.circuit or "")
            if circuit is None:
                continue
            port = network.ports[device.name][interface.name].partition(".")[0]
            assert port in {cable.port for cable in plugged}
            if circuit.carrier is not None:
                carrier = network.carriers[circuit.carrier]
                assert any(carrier.name_zh in wire.carrier and carrier.phone in wire.phone for wire in wires)  # type: ignore[operator]  # shipped carriers have one


def test_every_used_port_is_drawn_where_the_model_has_it(network: Network) -> None:
    for name in ("golmud-r1", "core-r1", "golmud-kunlunlu-r1"):
        device = network.devices[name]
        plugged = cables(network, device, Names(network, False))
        drawn = jacks(network, device, plugged)
        assert sorted(jack.cable for jack in drawn if jack.cable) == [cable.number for cable in plugged]
        kind = network.device_types[device.device_type or ""]
        assert len(drawn) == len({port.partition(".")[0] for ports in kind.ports.values() for port in ports})


def test_the_clerk_reads_which_box_whom_to_call_and_what_to_write_down(network: Network) -> None:
    said = in_chinese(network, "golmud-r1")
    noc = network.sites["qinghai"].contact
    assert noc is not None
    for needed in (BOXES.new, BOXES.old, "格尔木市", "核对新设备", noc.phone, "PE-632801-1", "10086", "0971-0000100"):
        assert str(needed) in said
    assert len(re.findall(r"^\d+\. ", said, re.MULTILINE)) == 8
    assert said.count("____") >= 5


def test_nothing_on_the_chinese_sheet_is_left_in_english(network: Network) -> None:
    said = re.sub(r"GigabitEthernet|NetEngine", "", in_chinese(network, "chengdong-r1"))
    names = set(re.findall(r"[a-z]{4,}", " ".join([*network.devices, *network.sites])))
    assert set(re.findall(r"[a-z]{4,}", said)) - names == set()


def test_an_old_box_of_unknown_number_and_a_site_without_a_desk_still_have_a_sheet(network: Network) -> None:
    for device in list(network.devices.values())[:: len(network.devices) // 40]:
        for chinese in (True, False):
            made = sheet(network, device, Boxes(None, "SN0001"), chinese=chinese)
            assert plain(made, {})
            assert "<html" in page(made, {}, "en")


def test_what_stands_in_the_declaration_cannot_become_markup(network: Network) -> None:
    made = sheet(network, network.devices["golmud-r1"], Boxes("<script>", "SN0001"), chinese=True)
    assert "<script>" not in page(made, translations("zh"), "zh")
    assert "http" not in page(made, translations("zh"), "zh")


@pytest.mark.parametrize(("said", "columns"), [("up1", 3), ("线号", 4), ("GE0/1/0 端口", 12)])
def test_chinese_characters_take_two_columns(said: str, columns: int) -> None:
    assert width(said) == columns


@pytest.mark.parametrize("name", ["golmud-r1", "xining-r1", "core-r1", "mangya-r1"])
def test_the_table_of_cables_fits_a_page_and_nothing_of_it_is_lost(network: Network, name: str) -> None:
    said = in_chinese(network, name)
    made = sheet(network, network.devices[name], BOXES, chinese=True)
    table = said[said.index(HEADINGS[0].render(translations("zh"))) :]
    words = {word for row in list(rows(made, translations("zh")))[1:] for word in row if word}
    assert sorted(word for word in words if word not in table) == []
    assert [line for line in table.splitlines() if width(line) > 80 and len(line.split("  ")) > 2] == []
