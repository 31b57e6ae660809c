"""A live network with one encrypted line, the only one of a county, and what both of its ends run and have laid."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from conftest import ROOT
from workspace import Workspace, deployed_lab

SMALL = {"locations": ["noc", "core"], "sites": ["east", "newtown"]}
UPPER, LOWER = "east-r1", "newtown-r1"
PORTS = {LOWER: "up1", UPPER: "d0102-1"}
"""The ends of the only line of a county, and what it is called there."""
PORT = PORTS[LOWER]
ADDED = {
    "inventory/network.yaml": ("  supernet:", "  noc: noc-s1\n  supernet:"),
    "inventory/locations.yaml": (
        "locations:\n",
        """\
locations:
  noc:
    name_zh: 网络运行中心
    site: example
    devices: {s1: noc-server}
    circuits: {up1: {from: s1, to: core-r1}, up2: {from: s1, to: core-r2, role: backup}}
""",
    ),
    "topology/addresses.yaml": ("locations:\n", "locations:\n  noc: 10.4.0.0/24\n"),
    "inventory/sites/east.yaml": (
        "archetype: county-single",
        "archetype: county-single\n        circuits: {up1: {encryption: intranet}}",
    ),
}
"""What the sample network lacks for a test of changes: a NOC from which they are made, and a line that is encrypted."""
SECRET = "ipsec-newtown-up1"


@contextmanager
def encrypted_lab(folder: Path) -> Iterator[Workspace]:
    """Have a lab of a prefecture with a county on a single line, which is encrypted."""
    shutil.copytree(ROOT / "tests/golden/check/base", folder, dirs_exist_ok=True)
    declare(folder)
    for name, (old, new) in ADDED.items():
        said = (folder / name).read_text(encoding="utf-8")
        assert said.count(old) == 1, name
        (folder / name).write_text(said.replace(old, new), encoding="utf-8")
    with deployed_lab(folder, SMALL) as workspace:
        yield workspace


def declare(folder: Path, **esp: object) -> None:
    """Declare what the ends of encrypted lines agree on."""
    profile = {"esp": {"lifetime_s": 3600, **esp}}
    (folder / "topology/encryption.yaml").write_text(yaml.safe_dump({"encryption": {"intranet": profile}}))


def neighbours(network: Workspace, device: str = LOWER) -> list[str]:
    """Return the ports over which the device has OSPF neighbours in full adjacency."""
    said = json.loads(network.inside(device, "vtysh", "-c", "show ip ospf neighbor json") or "{}")
    found = [one for many in said.get("neighbors", {}).values() for one in many]
    return [one["ifaceName"].partition(":")[0] for one in found if str(one.get("nbrState")).startswith("Full")]


def file_of(network: Workspace, device: str) -> Path:
    """Return what strongSwan reads on a device."""
    return network.lab.paths.tree(device) / f"etc/swanctl/conf.d/{PORTS[device]}.conf"


def laid(network: Workspace, word: str) -> dict[str, str]:
    """Return a setting as it stands in the files of both ends."""
    found = {name: re.search(rf"^ *{word} = (.*)$", file_of(network, name).read_text(), re.MULTILINE) for name in PORTS}
    return {name: match[1] if match else "" for name, match in found.items()}


def protected(network: Workspace, device: str) -> str:
    """Return by what the line is encrypted at this moment, as strongSwan tells it."""
    uri = f"unix:///run/charon/{PORTS[device]}/vici"
    said = network.inside(device, "swanctl", "--list-sas", "--uri", uri)
    found = re.search(r"INSTALLED, \S+ ESP:(\S+)", said)
    return found[1] if found else ""


def far_address(network: Workspace) -> str:
    return str(network.network.devices[UPPER].interface(PORTS[UPPER]).address).partition("/")[0]


def is_at_rest(network: Workspace) -> bool:
    return not any(network.waiting(name) for name in PORTS)


def told(plan: dict[str, Any]) -> str:
    return json.dumps(plan, ensure_ascii=False)
