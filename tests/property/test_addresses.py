"""Laws of the address plan: nothing overlaps, order plays no part, and no site moves when another comes or goes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.addresses.blocks import Room, Taken, range_of
from jbnet.inventory.addresses.changes import FILE, allocation, freed
from jbnet.inventory.addresses.renumber import renumbered
from jbnet.inventory.building.port_numbers import FILE as PORTS
from jbnet.inventory.building.port_numbers import completed, render
from jbnet.model.network import Network

ROOT = Path(__file__).parents[2]
BASE = read_files(ROOT / "tests" / "golden" / "check" / "base")
QUIET = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
SECTIONS = ("prefectures", "counties", "townships", "communities")
DIGITS = (2, 2, 3, 3)
Tree = Mapping[int, "Tree"]
"""Sites of one level by number, each with those below it."""


# Random trees


def trees(depth: int = 4) -> st.SearchStrategy[Tree]:
    below: st.SearchStrategy[Tree] = st.just({})
    for level in range(depth, 0, -1):
        below = st.dictionaries(st.integers(1, 9 if level > 1 else 5), below, max_size=(3, 4, 3, 4)[level - 1])
    return below


def declared(tree: Tree, above: str = "99", level: int = 0) -> dict[str, object]:
    """Return the YAML of the sites of a level, with all below."""
    sites: dict[str, object] = {}
    for number, inner in tree.items():
        code = f"{above}{number:0{DIGITS[level]}}"
        site: dict[str, object] = {"code": code, "name_zh": "某地"}
        if level == 0:
            site["parent"] = "example"
        if inner:
            site[SECTIONS[level + 1]] = declared(inner, code, level + 1)
        sites[f"s{number}" if level > 1 else f"s{code}"] = site
    return sites


def files_of(tree: Tree, record: str = "blocks: {}\n") -> dict[str, str]:
    plain = {"topology/addresses.yaml": BASE["topology/addresses.yaml"].replace("east-dc", "x").replace("west-dc", "y")}
    plain["topology/routing.yaml"] = BASE["topology/routing.yaml"]
    for name in ("archetypes", "roles", "network"):
        plain[f"inventory/{name}.yaml"] = BASE[f"inventory/{name}.yaml"]
    plain["topology/addresses.yaml"] = plain["topology/addresses.yaml"].replace("  x: 10.1.0.0/16\n", "")
    plain["topology/addresses.yaml"] = plain["topology/addresses.yaml"].replace("10.16.0.0/12]", "10.32.0.0/11]")
    plain["topology/addresses.yaml"] = plain["topology/addresses.yaml"].replace("  y: 10.2.0.0/16\n", "")
    plain["inventory/core.yaml"] = yaml.safe_dump(
        {"locations": {"core": {"name_zh": "核心", "site": "example", "devices": {"r1": "core", "r2": "core"}}}}
    )
    plain["inventory/sites.yaml"] = yaml.safe_dump({"prefectures": declared(tree)}, allow_unicode=True)
    return {**plain, FILE: record}


def built(files: Mapping[str, str]) -> Network:
    found = load({**files, FILE: allocation(files).content})
    assert [str(f.text) for f in found.findings if f.severity == "error"] == []
    assert found.network is not None
    return found.network


@dataclass(frozen=True)
class Addresses:
    """Everything with an address, by what it is and whose; ``home`` of each key tells which site it belongs to."""

    prefixes: Mapping[tuple[str, str], object]

    @staticmethod
    def of(network: Network) -> Addresses:
        return Addresses(dict(_everything(network)))

    def of_others(self, gone: Iterable[str]) -> Mapping[tuple[str, str], object]:
        """Return all but what belongs to those homes, or ends on them."""
        out = frozenset(gone)
        return {key: value for key, value in self.prefixes.items() if key[0] not in out}


def _everything(network: Network) -> Iterator[tuple[tuple[str, str], object]]:
    for site in network.sites.values():
        yield (site.name, "block"), (site.block, site.own)
    for device in network.devices.values():
        yield (device.home, f"{device.name} lo"), device.loopback
        for interface in device.interfaces:
            lower = network.devices[network.circuits[interface.circuit].z.device].home if interface.circuit else ""
            yield (lower or device.home, f"{device.name}:{interface.circuit or interface.name}"), interface.address
    for circuit in network.circuits.values():
        yield (network.devices[circuit.z.device].home, circuit.name), circuit.prefix
    for premises in network.premises.values():
        yield (premises.site, premises.name), premises.prefix
    for peer in network.peers.values():
        yield (peer.site or peer.name, peer.name), peer.line.prefix if peer.line else None


def assert_apart(network: Network) -> None:
    """Own prefixes are apart from each other, blocks lie in their parents', premises in their site's."""
    own = sorted((range_of(site.own) for site in network.sites.values() if site.own), key=lambda r: r[0])
    assert all(left[1] < right[0] for left, right in zip(own, own[1:], strict=False))
    for site in network.sites.values():
        parent = network.sites.get(site.parent or "")
        if site.block and parent and parent.block and parent.level.value != "province":
            assert site.block.subnet_of(parent.block)
            assert parent.own
            assert not site.block.overlaps(parent.own)
    single = [i.address.ip for d in network.devices.values() for i in d.interfaces if i.address]
    assert len(single) == len(set(single))
    for premises in network.premises.values():
        assert premises.prefix.subnet_of(network.sites[premises.site].own or IPv4Network("0.0.0.0/32"))


def pruned(tree: Tree, way: tuple[int, ...]) -> Tree:
    """Return a tree without the site at the end of ``way``."""
    first, *rest = way
    if not rest:
        return {number: inner for number, inner in tree.items() if number != first}
    return {number: pruned(inner, tuple(rest)) if number == first else inner for number, inner in tree.items()}


def ways(tree: Tree) -> list[tuple[int, ...]]:
    """Return the way to every site of a tree."""
    return [way for number, inner in tree.items() for way in [(number,), *((number, *rest) for rest in ways(inner))]]


def grafted(tree: Tree, way: tuple[int, ...], number: int) -> Tree:
    """Return a tree with one more site below the one at the end of ``way``."""
    if not way:
        return {**tree, number: tree.get(number, {})}
    return {key: grafted(inner, way[1:], number) if key == way[0] else inner for key, inner in tree.items()}


@QUIET
@given(tree=trees())
def test_no_two_sites_share_an_address_and_every_site_lies_in_its_parent(tree: Tree) -> None:
    assert_apart(built(files_of(tree)))


@QUIET
@given(tree=trees(), seed=st.integers(0, 999))
def test_the_order_of_keys_and_files_plays_no_part(tree: Tree, seed: int) -> None:
    rng = random.Random(seed)

    def shuffled(inner: Tree) -> Tree:
        return {number: shuffled(inner[number]) for number in rng.sample(sorted(inner), len(inner))}

    assert allocation(files_of(tree)).content == allocation(files_of(shuffled(tree))).content
    one = files_of(tree)
    parts = {f"inventory/{n}.yaml": yaml.safe_dump({"prefectures": {k: v}}) for n, (k, v) in
             enumerate(declared(tree).items())}  # fmt: skip
    del one["inventory/sites.yaml"]
    assert allocation({**one, **parts}).content == allocation(files_of(tree)).content


@QUIET
@given(tree=trees().filter(bool), data=st.data())
def test_removing_any_site_changes_no_other_address(tree: Tree, data: st.DataObject) -> None:
    files = files_of(tree)
    record = allocation(files).content
    before = Addresses.of(built({**files, FILE: record}))
    smaller = pruned(tree, data.draw(st.sampled_from(ways(tree))))
    after = Addresses.of(built(files_of(smaller, record)))
    assert after.prefixes.items() <= before.prefixes.items()


@QUIET
@given(tree=trees(), data=st.data())
def test_adding_any_site_changes_no_other_address(tree: Tree, data: st.DataObject) -> None:
    files = files_of(tree)
    record = allocation(files).content
    before = Addresses.of(built({**files, FILE: record}))
    way = data.draw(st.sampled_from([(), *(way for way in ways(tree) if len(way) < 4)]))
    after = Addresses.of(built(files_of(grafted(tree, way, 9), record)))
    assert before.prefixes.items() <= after.prefixes.items()


@QUIET
@given(tree=trees().filter(bool), data=st.data())
def test_a_site_that_comes_back_has_its_old_addresses(tree: Tree, data: st.DataObject) -> None:
    files = files_of(tree)
    record = allocation(files).content
    smaller = pruned(tree, data.draw(st.sampled_from(ways(tree))))
    between = allocation(files_of(grafted(smaller, (), 8), record)).content
    again = Addresses.of(built(files_of(tree, between)))
    assert again == Addresses.of(built({**files, FILE: record}))


@QUIET
@given(tree=trees().filter(bool), data=st.data())
def test_freeing_and_renumbering_touch_only_the_site_and_what_is_below(tree: Tree, data: st.DataObject) -> None:
    files = files_of(tree)
    files[FILE] = allocation(files).content
    way = data.draw(st.sampled_from(ways(tree)))
    code = "99" + "".join(f"{number:0{DIGITS[level]}}" for level, number in enumerate(way))
    before = yaml.safe_load(files[FILE])["blocks"]
    others = {key: block for key, block in before.items() if not key.startswith(code)}
    assert renumbered(files, code).content == files[FILE]
    moved = renumbered(files, code, anyway=True).content
    after = yaml.safe_load(moved)["blocks"]
    assert others.items() <= after.items()
    assert after.keys() == before.keys()
    assert all(after[key] != before[key] for key in before.keys() - others.keys())
    assert_apart(built({**files, FILE: moved}))
    gone = files_of(pruned(tree, way), files[FILE])
    assert yaml.safe_load(freed(gone, code).content)["blocks"] == others


# The arithmetic, against the plain way of doing it

small = st.integers(26, 32).flatmap(
    lambda length: st.integers(0, (1 << (length - 24)) - 1).map(lambda n: IPv4Network((n << (32 - length), length)))
)


@given(taken=st.lists(small, max_size=12), lengths=st.lists(st.integers(25, 32), max_size=12))
def test_room_gives_the_lowest_free_block_and_counts_what_is_left(taken: list[IPv4Network], lengths: list[int]) -> None:
    pool = IPv4Network("0.0.0.0/24")
    room = Room([pool], [range_of(prefix) for prefix in taken])
    used = {int(address) for prefix in taken for address in prefix}
    for length in lengths:
        candidates = [net for net in pool.subnets(new_prefix=length) if not used & set(map(int, net))]
        assert room.free(length) == len(candidates)
        assert room.take(length) == (candidates[0] if candidates else None)
        used |= set(map(int, candidates[0])) if candidates else set()


@given(prefixes=st.lists(small, max_size=20), pool=small)
def test_taken_yields_the_outermost_prefixes_inside_a_pool(prefixes: list[IPv4Network], pool: IPv4Network) -> None:
    inside = {p for p in prefixes if p.subnet_of(pool) and p != pool}
    outermost = {p for p in inside if not any(p.subnet_of(other) and p != other for other in inside)}
    assert list(Taken(prefixes).within(pool, strictly=True)) == sorted(range_of(p) for p in outermost)
    if pool in prefixes:
        assert list(Taken(prefixes).within(pool)) == [range_of(pool)]


# The shipped network


@cache
def shipped() -> tuple[dict[str, str], Network]:
    files = read_files(ROOT)
    network = load(files).network
    assert network is not None
    return files, network


def subtree(network: Network, name: str) -> set[str]:
    found = {name}
    for site in network.sites.values():  # parents come first
        if site.parent in found:
            found.add(site.name)
    return found


def without(node: object, code: str) -> object:
    """Return declared sites without the one of that code."""
    if not isinstance(node, dict):
        return node
    return {k: without(v, code) for k, v in node.items() if not (isinstance(v, dict) and v.get("code") == code)}


def chosen(count: int) -> list[str]:
    """Return some sites of every level, every prefecture among them that no location stands in."""
    _, network = shipped()
    rng = random.Random(63)
    hosts = {location.site for location in network.locations.values()}
    homes = {site for host in hosts for site in _upwards(network, host)}
    free = [site for site in network.sites.values() if site.name not in homes]
    high = [site.name for site in free if site.level.value == "prefecture"]
    return high + rng.sample([site.name for site in free if site.level.value != "prefecture"], count)


def _upwards(network: Network, name: str | None) -> Iterator[str]:
    while name is not None:
        yield name
        name = network.sites[name].parent


@pytest.mark.parametrize("name", chosen(6))
def test_removing_a_site_of_the_shipped_network_changes_no_other_address(name: str) -> None:
    files, network = shipped()
    code = network.sites[name].code
    file = next(f for f, content in files.items() if f.startswith("inventory/sites/") and f'code: "{code}"' in content)
    smaller = {**files, file: yaml.safe_dump(without(yaml.safe_load(files[file]), code), allow_unicode=True)}
    smaller["topology/lab.yaml"] = "scales: {}\n"
    found = load({**smaller, FILE: allocation(smaller).content})
    assert found.network is not None
    assert Addresses.of(found.network).prefixes == Addresses.of(network).of_others(subtree(network, name))


@pytest.mark.parametrize("seed", range(4))
def test_adding_sites_to_the_shipped_network_changes_no_other_address(seed: int) -> None:
    files, network = shipped()
    rng = random.Random(seed)
    counties = rng.sample([s for s in network.sites.values() if s.level.value == "county"], 5)
    new = {"townships": {f"neu{n}": {"code": f"{site.code}99{n}", "name_zh": "新", "parent": site.name}
                         for n, site in enumerate(counties)},
           "prefectures": {"neuland": {"code": "6399", "name_zh": "新州", "parent": "qinghai"}}}  # fmt: skip
    more = {**files, "inventory/sites/new.yaml": yaml.safe_dump(new, allow_unicode=True)}
    more = {**more, FILE: allocation(more).content}
    found = load({**more, PORTS: render(completed(more).record)})
    assert found.network is not None
    after = Addresses.of(found.network)
    assert Addresses.of(network).prefixes.items() <= after.prefixes.items()
    assert_apart(found.network)
