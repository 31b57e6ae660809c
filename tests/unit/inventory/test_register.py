"""The declaration holds exactly the sites of the register."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from jbnet.model.network import Level, Network

REGISTER = Path(__file__).parents[3] / "inventory" / "register" / "qinghai-divisions.csv"


def register() -> dict[str, dict[str, str]]:
    with REGISTER.open(encoding="utf-8") as file:
        return {row["code"]: row for row in csv.DictReader(file)}


def test_every_site_of_the_register_is_declared_and_no_other(qinghai: Network) -> None:
    parents = {site.name: site.code for site in qinghai.sites.values()}
    declared = {
        site.code: (site.level.value, site.name_zh, parents.get(site.parent or "", ""))
        for site in qinghai.sites.values()
    }
    assert declared == {code: (row["level"], row["name_zh"], row["parent"]) for code, row in register().items()}


def test_the_province_counts_1024_sites(qinghai: Network) -> None:
    counts = Counter(site.level for site in qinghai.sites.values())
    assert counts == {
        Level.PROVINCE: 1,
        Level.PREFECTURE: 8,
        Level.COUNTY: 45,
        Level.TOWNSHIP: 422,
        Level.COMMUNITY: 548,
    }
    assert counts.total() == 1024


def test_prefectures_and_counties_stand_where_the_register_puts_them(qinghai: Network) -> None:
    rows = register()
    for site in qinghai.sites.values():
        row = rows[site.code]
        expected = (float(row["lon"]), float(row["lat"])) if row["lon"] else (None, None)
        assert (site.lon, site.lat) == expected, site.name


def test_accepted_names_are_used(qinghai: Network) -> None:
    names = {site.name: site.name_zh for site in qinghai.sites.values()}
    assert names["golmud"] == "格尔木市"
    assert names["yushu"] == "玉树藏族自治州"
    assert names["yushushi"] == "玉树市"
    assert names["nangqian"] == "囊谦县"
    assert names["datong-changning"] == "长宁镇"
    assert names["tongren-nianduhu"] == "年都乎乡"


def test_the_first_three_prefectures_are_phase_one(qinghai: Network) -> None:
    phases = {site.name: site.phase for site in qinghai.sites.values() if site.level is Level.PREFECTURE}
    assert {name for name, phase in phases.items() if phase == 1} == {"xining", "haidong", "haibei"}
    assert set(phases.values()) == {1, 2}
    assert qinghai.sites["chengdong-lejiawan"].phase == 1
    assert qinghai.sites["mangya-huatugou"].phase == 2
