"""A national network of any size, as a workspace on disk: what the growth of check and what-if is measured on.

Made from the register of 31 provinces in ``data/``; run as a program it lays one: ``national.py DIR [SITES]``.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

REGISTER = Path(__file__).parent / "data" / "china-divisions.csv.gz"
PREFIX = {"province": "p", "prefecture": "q", "county": "c"}
Row = Mapping[str, str]
Children = Mapping[str, list[Row]]

NETWORK = """\
network: {name: national, name_zh: 全国网, asn: 64512, supernet: 8.0.0.0/5, noc: core-r1}
carriers:
  telecom: {name_zh: 电信, phone: "10000"}
  unicom: {name_zh: 联通, phone: "10010"}
roles:
  router: {managed: true, monitored: true, snmp: v3}
archetypes:
  province: {level: province, lan: r1, devices: {r1: router, r2: router}, circuits: {
    up1: {from: r1, to: core-r1, carrier: telecom, bandwidth: 10000},
    up2: {from: r2, to: core-r2, role: backup, carrier: unicom, bandwidth: 2500}, pair1: {from: r1, to: r2}}}
  prefecture: {level: prefecture, lan: r1, devices: {r1: router, r2: router}, circuits: {
    up1: {from: r1, to: parent/r1, carrier: telecom, bandwidth: 1000},
    up2: {from: r2, to: parent/r2, role: backup, carrier: unicom, bandwidth: 155}, pair1: {from: r1, to: r2}}}
  county: {level: county, lan: r1, devices: {r1: router}, circuits: {
    up1: {from: r1, to: parent/r1, carrier: telecom, bandwidth: 100},
    up2: {from: r1, to: parent/r2, role: backup, carrier: unicom, bandwidth: 20}}}
  township: {level: township, lan: r1, devices: {r1: router}, circuits: {
    up1: {from: r1, to: parent/r1, carrier: telecom, bandwidth: 20}}}
locations:
  core: {name_zh: 核心, site: %s, lan: r1, devices: {r1: router, r2: router}, circuits: {
    pair1: {from: r1, to: r2, bandwidth: 10000}}}
databases:
  production: {name_zh: 生产库, service_address: 15.193.0.1, port: 5432, primary: core-r1, standby: core-r2,
    replication: sync, rto_s: 900, rpo_s: 0}
services:
  pension: {name_zh: 养老保险, databases: [production], levels: [province, prefecture, county, township]}
"""
ADDRESSES = """\
pools: [8.0.0.0/6, 12.0.0.0/7, 14.0.0.0/8, 15.0.0.0/9, 15.128.0.0/10]
services: 15.193.0.0/24
public: [8.0.0.0/5]
locations: {core: 15.192.0.0/16}
levels:
  province: {block: 10, own: 16}
  prefecture: {block: 15, own: 20}
  county: {block: 20, own: 24}
  township: {block: 27, own: 27}
"""
ROUTING = """\
areas: {speakers: [province, prefecture, county]}
costs: {primary: 10, backup: 100}
local_pref: {primary: 200, backup: 100}
"""


def lay(directory: Path, sites: int | None = None) -> int:
    """Write a workspace of about that many sites (default: all) and return how many it declares."""
    chosen = _first(_register(), sites)
    below: dict[str, list[Row]] = defaultdict(list)
    for row in chosen:
        below[row["parent"]].append(row)
    provinces = below[""]
    _write(directory / "inventory/network.yaml", [NETWORK.replace("%s", _name(provinces[0])), *_provinces(provinces)])
    for province in provinces:
        for prefecture in below[province["code"]]:
            path = directory / "inventory" / "sites" / f"{prefecture['code']}.yaml"
            _write(path, _prefecture(prefecture, _name(province), below))
    _write(directory / "topology/addresses.yaml", [ADDRESSES])
    _write(directory / "topology/routing.yaml", [ROUTING])
    _write(directory / "topology/allocations.yaml", ["blocks: {}\n"])
    return len(chosen)


def _register() -> list[Row]:
    with gzip.open(REGISTER, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _first(rows: list[Row], sites: int | None) -> list[Row]:
    """Return the first sites in the order of codes, each with those above it: whole provinces, then a part of one."""
    ordered = sorted(rows, key=lambda row: row["code"])
    return ordered if sites is None else ordered[:sites]


def _name(row: Row) -> str:
    return PREFIX[row["level"]] + row["code"]


def _place(row: Row) -> str:
    return f", lon: {float(row['lon'])}, lat: {float(row['lat'])}" if row["lon"] and row["lat"] else ""


def _provinces(rows: Iterable[Row]) -> Iterator[str]:
    yield "provinces:\n"
    for row in rows:
        yield f'  {_name(row)}: {{code: "{row["code"]}", name_zh: {row["name_zh"]}{_place(row)}}}\n'


def _prefecture(row: Row, province: str, below: Children) -> Iterator[str]:
    yield "prefectures:\n"
    yield f"  {_name(row)}:\n    parent: {province}\n"
    yield f'    code: "{row["code"]}"\n    name_zh: {row["name_zh"]}\n'
    if below[row["code"]]:
        yield "    counties:\n"
    for county in below[row["code"]]:
        yield f'      {_name(county)}:\n        code: "{county["code"]}"\n        name_zh: {county["name_zh"]}\n'
        if below[county["code"]]:
            yield "        townships:\n"
        for township in below[county["code"]]:
            key = "t" + township["code"][6:]
            yield f'          {key}: {{code: "{township["code"]}", name_zh: {township["name_zh"]}}}\n'


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    print(lay(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
