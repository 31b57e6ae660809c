"""Laws of the declaration: loading is total and deterministic; addresses stay where they are."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.addresses.changes import FILE, allocation
from jbnet.inventory.loader import Loaded
from jbnet.model.network import Network

BASE = read_files(Path(__file__).parents[1] / "golden" / "check" / "base")
QUIET = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
FILES = sorted(BASE)


def judged(loaded: Loaded) -> None:
    """A load gives a network, or at least one error; findings are sorted and in files that exist."""
    errors = [f for f in loaded.findings if f.severity == "error"]
    assert (loaded.network is None) == bool(errors)
    for finding in loaded.findings:
        assert finding.place is not None
        assert finding.place.line >= 1
        assert finding.message


@QUIET
@given(file=st.sampled_from(FILES), data=st.data())
def test_any_mutation_of_a_file_gives_findings_or_a_network(file: str, data: st.DataObject) -> None:
    raw = bytearray(BASE[file].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        length = data.draw(st.sampled_from([0, 1, 1, 3, 20]))
        raw[at : at + length] = data.draw(
            st.binary(max_size=4)
            | st.sampled_from(
                [b"\t", b"&a ", b"*a", b"[", b"{", b"- ", b": ", b"!!x ", b"<<: ", b"? ", b"null", b'"', b"0", b"-1"]
            )
        )
    judged(load({**BASE, file: bytes(raw).decode("utf-8", errors="replace")}))


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["10.0.0.0/8", "63"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
sections = st.sampled_from(
    ["network", "carriers", "peers", "roles", "archetypes", "locations", "databases", "services", "provinces",
     "prefectures", "counties", "townships", "communities"]
)  # fmt: skip


@QUIET
@given(document=st.dictionaries(sections, values, max_size=3))
def test_any_document_gives_findings_or_a_network(document: dict[str, object]) -> None:
    import yaml

    judged(load({**BASE, "inventory/odd.yaml": yaml.safe_dump(document)}))


@QUIET
@given(order=st.permutations(FILES))
def test_loading_does_not_depend_on_the_order_of_files(order: list[str]) -> None:
    assert load({file: BASE[file] for file in order}) == load(BASE)


def blocks(network: Network) -> dict[str, tuple[IPv4Network | None, IPv4Network | None]]:
    return {site.name: (site.block, site.own) for site in network.sites.values()}


def addresses(network: Network) -> dict[tuple[str, str], object]:
    return {(d.name, i.name): i.address for d in network.devices.values() for i in d.interfaces}


def with_counties(codes: list[int]) -> dict[str, str]:
    lines = [f'  c{code}: {{code: "9901{code:02}", name_zh: 某县, parent: east}}' for code in codes]
    return {**BASE, "inventory/more.yaml": "\n".join(["counties:", *lines]) if lines else ""}


def allocated(files: dict[str, str]) -> dict[str, str]:
    return {**files, FILE: allocation(files).content}


@QUIET
@given(
    first=st.lists(st.integers(3, 14), unique=True, max_size=4),
    then=st.lists(st.integers(3, 14), unique=True, max_size=4),
)
def test_adding_and_removing_sites_moves_no_other(first: list[int], then: list[int]) -> None:
    before_files = allocated(with_counties(first))
    before = load(before_files).network
    after = load(allocated({**with_counties(then), FILE: before_files[FILE]})).network
    assert before is not None
    assert after is not None
    stay = blocks(before).keys() & blocks(after).keys()
    assert {name: blocks(before)[name] for name in stay} == {name: blocks(after)[name] for name in stay}
    shared = addresses(before).keys() & addresses(after).keys()
    assert {key: addresses(before)[key] for key in shared} == {key: addresses(after)[key] for key in shared}


@QUIET
@given(codes=st.lists(st.integers(3, 14), unique=True, max_size=8))
def test_allocating_twice_adds_nothing(codes: list[int]) -> None:
    once = allocated(with_counties(codes))
    assert allocation(once).added == {}
    assert allocation(once).content == once[FILE]
