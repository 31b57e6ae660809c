"""The pictures: every site in its place, no label on another, well-formed whatever the names, the same every time."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from networks import small

from jbnet import wiring
from jbnet.catalogue import load
from jbnet.model.errors import UsageError
from jbnet.model.network import Level, Network, Status
from jbnet.topology.diagrams.census import columns
from jbnet.topology.diagrams.condition import State, condition
from jbnet.topology.diagrams.page import Page
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.views import Drawn, view_of
from jbnet.topology.failures import parse
from jbnet.topology.forecast import Forecaster
from jbnet.wiring.pictures import read_geo

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "tests" / "golden" / "map"
SVG = "{http://www.w3.org/2000/svg}"
CHINESE = Speech(chinese=True, catalogue=load("zh"))
ALL_VIEWS = (
    "levels", "geography", "backbone", "under:xining", "under:yushu", "under:chengdong", "site:xining", "site:core",
    "site:golmud-dc", "site:ministry", "site:qinghai", "site:chengdong", "site:chengdong-lejiawan",
)  # fmt: skip


@pytest.fixture(scope="module")
def province() -> Network:
    network = wiring.load_declaration(REPOSITORY).network
    assert network is not None
    return network


@pytest.fixture(scope="module")
def geo() -> dict[str, str]:
    return read_geo(REPOSITORY)


def placed(network: Network) -> Network:
    """Give the small network's prefecture and counties coordinates near one another."""
    at = {"xining": (101.78, 36.62), "chengdong": (101.80, 36.60), "chengzhong": (101.71, 36.55)}
    at |= {"huangyuan": (101.26, 36.68), "qinghai": (101.78, 36.62)}
    sites = {n: replace(s, lon=at[n][0], lat=at[n][1]) if n in at else s for n, s in network.sites.items()}
    return replace(network, sites=sites)


def overlapping(page: Page) -> list[tuple[str, str]]:
    labels = page.labels
    return [(a.said, b.said) for i, a in enumerate(labels) for b in labels[i + 1 :] if a.box.overlaps(b.box)]


def outside(page: Page) -> list[str]:
    boxes = ((label.said, label.box) for label in page.labels)
    return [said for said, b in boxes if b.x < 0 or b.y < 0 or b.right > page.width or b.bottom > page.height]


@pytest.mark.parametrize("speech", [Speech(), CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("view", ALL_VIEWS)
def test_no_label_lies_on_another_or_leaves_the_page(
    province: Network, geo: dict[str, str], view: str, speech: Speech
) -> None:
    page = Drawn(province, view_of(view), speech, geo=geo).page()
    assert overlapping(page) == []
    assert outside(page) == []


@pytest.mark.parametrize("view", ["levels", "geography", "backbone", "under:yushu", "site:yushu"])
def test_no_label_lies_on_another_when_much_has_failed(province: Network, geo: dict[str, str], view: str) -> None:
    failure = parse(province, ["circuit:golmud-dc-up1", "device:xining-r1", "site:yushu", "carrier:mobile"])
    page = Drawn(province, view_of(view), CHINESE, condition(province, failure), geo).page()
    assert overlapping(page) == []
    assert outside(page) == []


def test_the_levels_show_every_site_of_the_province_exactly_once(province: Network) -> None:
    root = ET.fromstring(Drawn(province, view_of("levels"), Speech()).page().svg())
    drawn = Counter(g.get("data-site") for g in root.iter(f"{SVG}g") if g.get("data-site"))
    below = {s.name for s in province.sites.values() if s.level is not Level.PROVINCE}
    assert len(province.sites) == 1024
    assert drawn == Counter(below)


def test_the_levels_show_every_line_that_is_no_townships_own(province: Network) -> None:
    root = ET.fromstring(Drawn(province, view_of("levels"), Speech()).page().svg())
    drawn = Counter(g.get("data-circuit") for g in root.iter(f"{SVG}g") if g.get("data-circuit"))
    small_ones = {s.name for s in province.sites.values() if s.level in (Level.TOWNSHIP, Level.COMMUNITY)}
    boxed = {d.name: d.home for d in province.devices.values()}
    wanted = {
        c.name
        for c in province.circuits.values()
        if boxed[c.z.device] not in small_ones
        and (boxed[c.a.device] != boxed[c.z.device] or "pair" in c.name or c.name == "golmud-dc-r2-up1")
    }
    assert drawn == Counter(wanted)


def test_the_map_draws_what_has_coordinates_and_counts_the_rest(province: Network, geo: dict[str, str]) -> None:
    page = Drawn(province, view_of("geography"), Speech(), geo=geo).page()
    drawn = [name for name, site in province.sites.items() if name in page.spots]
    levels = Counter(province.sites[name].level for name in drawn)
    assert levels == {Level.PREFECTURE: 8, Level.COUNTY: 45}
    assert {"core", "xining-dc", "golmud-dc", "noc", "ministry"} <= page.spots.keys()
    assert any("422 townships, 548 communities" in label.said and "1 province" in label.said for label in page.labels)


def test_the_map_names_every_prefecture_and_county_once(province: Network, geo: dict[str, str]) -> None:
    page = Drawn(province, view_of("geography"), CHINESE, geo=geo).page()
    said = Counter(label.said for label in page.labels)
    wanted = [s.name_zh for s in province.sites.values() if s.level in (Level.PREFECTURE, Level.COUNTY)]
    assert {name: said[name] for name in wanted} == dict.fromkeys(wanted, 1)


def test_a_map_without_outlines_is_drawn_and_one_without_coordinates_refused() -> None:
    page = Drawn(placed(small()), view_of("geography"), Speech()).page()
    assert {"xining", "chengdong", "core"} <= page.spots.keys()
    with pytest.raises(UsageError, match="no site has coordinates"):
        Drawn(small(), view_of("geography"), Speech()).page()


@pytest.mark.parametrize("name", ["levels", "geography", "backbone", "under:xining", "site:xining"])
def test_the_picture_of_the_small_network_is_the_golden_one(name: str) -> None:
    svg = Drawn(placed(small()), view_of(name), Speech()).page().svg()
    golden = GOLDEN / f"{name.replace(':', '-')}.svg"
    if os.environ.get("JBNET_GOLDEN") == "write":
        golden.write_text(svg, encoding="utf-8")
    assert svg == golden.read_text(encoding="utf-8"), "JBNET_GOLDEN=write writes it anew: look at it before committing"


@pytest.mark.parametrize("view", ["levels", "geography", "backbone", "under:xining", "site:xining"])
def test_a_picture_is_well_formed_and_fetches_nothing_whatever_the_names(view: str) -> None:
    nasty = "a<b>&\"c'\x00\x1b\ud800]]>"
    network = placed(small())
    sites = {n: replace(s, name_zh=nasty, address=nasty) for n, s in network.sites.items()}
    places = {n: replace(p, name_zh=nasty) for n, p in network.locations.items()}
    network = replace(network, name_zh=nasty, sites=sites, locations=places)
    svg = Drawn(network, view_of(view), Speech(chinese=True)).page().svg()
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    assert {e.tag for e in root.iter()}.isdisjoint({f"{SVG}script", f"{SVG}image", f"{SVG}foreignObject", f"{SVG}use"})
    fetched = re.findall(r"(?:href|src)=|url\((?!#)|@import", svg)
    assert fetched == []


def test_drawing_twice_gives_the_same_text(province: Network, geo: dict[str, str]) -> None:
    for view in ("levels", "geography"):
        first, second = (Drawn(province, view_of(view), Speech(), geo=geo).page().svg() for _ in range(2))
        assert first == second


def test_states_are_those_that_whatif_forecasts(province: Network) -> None:
    failure = parse(province, ["circuit:xining-up1", "site:zhiduo"])
    forecast = Forecaster(province).of(failure)
    found = condition(province, failure)
    assert {home for home, state in found.states.items() if state is State.CUT} == {*forecast.cut_off, *forecast.others}
    assert {home for home, s in found.states.items() if s is State.BACKUP} == set(forecast.on_backup) - set(
        forecast.cut_off
    )
    assert {"xining-up1", "zhiduo-up1"} <= found.dead


def test_a_failed_line_is_crossed_out_and_its_site_marked() -> None:
    network = small()
    found = condition(network, parse(network, ["circuit:chengdong-up1"]))
    page = Drawn(network, view_of("levels"), Speech(), found).page()
    assert "cut off: 0 prefectures, 1 county, 2 townships, 0 communities" in [label.said for label in page.labels]
    fine = Drawn(network, view_of("levels"), Speech()).page()
    assert page.svg().count("url(#cut-off)") > fine.svg().count("url(#cut-off)")


def test_a_site_not_in_use_is_hollow() -> None:
    network = small()
    planned = replace(network.sites["chengdong-t1"], status=Status.PLANNED)
    page = Drawn(replace(network, sites={**network.sites, "chengdong-t1": planned}), view_of("levels"), Speech()).page()
    root = ET.fromstring(page.svg())
    mark = next(g for g in root.iter(f"{SVG}g") if g.get("data-site") == "chengdong-t1")
    assert mark[1].get("fill") == "#ffffff"


def test_sites_that_skip_a_level_are_drawn_too() -> None:
    network = small()
    sites = dict(network.sites)
    sites["chengzhong-t1"] = replace(sites["chengzhong-t1"], parent="xining")
    sites["huangyuan"] = replace(sites["huangyuan"], parent="qinghai")
    sites["chengdong-t1"] = replace(sites["chengdong-t1"], parent="chengdong", level=Level.COMMUNITY)
    changed = replace(network, sites=sites)
    found = [
        site.name
        for column in columns(changed)
        for site in (
            column.site,
            *(cell.site for cell in column.cells),
            *(s for cell in column.cells for row in cell.rows for s in (row.site, *row.communities)),
        )
        if site is not None
    ]
    assert sorted(found) == sorted(set(sites) - {"qinghai"})
    page = Drawn(changed, view_of("levels"), Speech()).page()
    assert set(found) <= page.spots.keys()


@pytest.mark.parametrize("written", ["", "map", "site:", "under", "levels:x", "site"])
def test_an_unknown_view_is_refused_with_the_views_there_are(written: str) -> None:
    with pytest.raises(UsageError) as caught:
        view_of(written)
    assert "under:SITE" in str(caught.value.hint)


def test_a_site_is_found_by_name_code_and_chinese_name(province: Network) -> None:
    pages = [Drawn(province, view_of(f"site:{n}"), Speech()).page().title for n in ("xining", "6301", "西宁市")]
    assert pages == ["xining"] * 3
    with pytest.raises(UsageError) as caught:
        Drawn(province, view_of("site:xinning"), Speech()).page()
    assert "xining" in str(caught.value.hint)


def test_below_a_township_there_is_nothing_to_draw(province: Network) -> None:
    with pytest.raises(UsageError) as caught:
        Drawn(province, view_of("under:chengdong-lejiawan"), Speech()).page()
    assert "site:chengdong-lejiawan" in str(caught.value.hint)


@pytest.mark.parametrize("view", ["levels", "geography", "backbone", "under:xining", "site:xining"])
def test_data_names_every_end_of_its_edges_among_its_nodes(province: Network, geo: dict[str, str], view: str) -> None:
    document = json.loads(json.dumps(Drawn(province, view_of(view), Speech(), geo=geo).document()))
    homes = {node["name"] for node in document["nodes"]}
    devices = {device["name"] for node in document["nodes"] for device in node["devices"]}
    assert document["edges"]
    for edge in document["edges"]:
        assert {edge["a"]["home"], edge["z"]["home"]} <= homes
        assert {edge["a"]["device"], edge["z"]["device"]} <= devices


def test_data_of_the_levels_holds_the_whole_declaration_with_places(province: Network) -> None:
    document = json.loads(json.dumps(Drawn(province, view_of("levels"), Speech()).document()))
    sites = [node for node in document["nodes"] if node["kind"] == "site"]
    assert len(sites) == 1024
    assert [node["name"] for node in sites if node["x"] is None] == ["qinghai"]
    assert len(document["edges"]) == len(province.circuits)
