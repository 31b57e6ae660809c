"""`jbnet address`: what is recorded changes only where it was asked to, and every address can say why it is so."""

from __future__ import annotations

import json
import shutil
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from command_line import Run

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.addresses.changes import FILE, allocation, freed
from jbnet.inventory.addresses.renumber import renumbered
from jbnet.inventory.addresses.space import Space
from jbnet.inventory.addresses.uses import Kind
from jbnet.inventory.addresses.why import declared_plan, why
from jbnet.inventory.schema.plan import AgenciesPart, LanPart, LinksPart, SchemeDecl
from jbnet.model.errors import AnswerIsNo, Refused, UsageError
from jbnet.model.findings import Place

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
BASE = read_files(GOLDEN / "base")
WEST = "inventory/sites/west.yaml"


def west(counties: str) -> str:
    return BASE[WEST].replace('      lake: {code: "990201", name_zh: 湖县}\n', counties)


def changed(before: str, after: str) -> tuple[set[str], set[str]]:
    old, new = set(before.splitlines()), set(after.splitlines())
    return old - new, new - old


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / "base", tmp_path / "net"))


# What a prefix is cut into


def space(own: str, scheme: SchemeDecl | None = None) -> Space:
    block = IPv4Network(own)
    return Space(block, block, Place("x"), scheme or SchemeDecl())


def test_agencies_get_eighths_of_the_second_quarter() -> None:
    assert space("10.8.128.0/22").agency(1) == IPv4Network("10.8.129.0/27")
    assert space("10.8.128.0/22").agency(8) == IPv4Network("10.8.129.224/27")
    assert space("10.8.132.0/24").agency(1) == IPv4Network("10.8.132.64/29")


def test_there_is_no_agency_beyond_the_slots_and_none_in_a_prefix_too_small() -> None:
    assert space("10.8.128.0/22").agency(9) is None
    assert space("10.8.128.0/22").agency(0) is None
    assert space("10.8.133.0/27").agency(1) is None


def test_another_scheme_cuts_otherwise() -> None:
    scheme = SchemeDecl(
        lan=LanPart(part=1, of=2, widest=20),
        agencies=AgenciesPart(part=5, of=8, slots=2),
        links=LinksPart(part=6, of=8),
    )
    cut = space("10.0.0.0/16", scheme)
    assert str(cut.lan()) == "10.0.0.1/20"
    assert cut.agency(2) == IPv4Network("10.0.144.0/20")
    assert cut.link("up", 1) == IPv4Network("10.0.160.0/31")


# What a site keeps


def test_a_site_that_changes_its_code_keeps_its_block_before_and_after_it_is_recorded_anew() -> None:
    files = {**BASE, WEST: west('      lake: {code: "990281", formerly: ["990201"], name_zh: 湖县}\n')}
    block = IPv4Network("10.16.128.0/17")
    loaded = load(files).network
    assert loaded is not None
    assert loaded.sites["lake"].block == block
    found = allocation(files)
    assert found.rekeyed == {"990201": "990281"}
    assert found.added == {}
    assert changed(BASE[FILE], found.content) == ({'  "990201": 10.16.128.0/17'}, {'  "990281": 10.16.128.0/17'})
    after = load({**files, FILE: found.content})
    assert after.findings == ()
    assert after.network is not None
    assert after.network.sites["lake"].block == block


def test_a_site_with_a_new_name_and_parent_keeps_its_block_and_is_told_that_it_is_not_summarised() -> None:
    files = {**BASE, **read_files(GOLDEN / "address-moved-site", folders=("inventory",))}
    codes = [finding.code for finding in load(files).findings]
    assert codes == ["JB207", "JB204", "JB206"]
    mended = renumbered(files, "newtown-mill")
    assert mended.added["990102002"] == IPv4Network("10.9.4.0/22")
    after = load({**files, FILE: mended.content})
    assert after.findings == ()


def test_the_block_that_a_renumbered_site_left_is_given_to_nobody_until_it_is_freed() -> None:
    files = {**BASE, **read_files(GOLDEN / "address-moved-site", folders=("inventory",))}
    files[FILE] = renumbered(files, "newtown-mill").content
    more = files["inventory/sites/east.yaml"].replace(
        '              north: {code: "990101001001", name_zh: 北街社区}\n',
        '              north: {code: "990101001001", name_zh: 北街社区}\n'
        '          weir: {code: "990101003", name_zh: 堰乡}\n',
    )
    first = allocation({**files, "inventory/sites/east.yaml": more})
    assert first.added["990101003"] == IPv4Network("10.8.140.0/22")
    files[FILE] = freed(files, "10.8.136.0/22").content
    assert allocation({**files, "inventory/sites/east.yaml": more}).added["990101003"] == IPv4Network("10.8.136.0/22")


def test_what_lies_in_a_renumbered_block_keeps_its_place_in_it() -> None:
    found = renumbered(BASE, "oldtown", anyway=True)
    before = {"990101": "10.8.128.0/17", "990101001": "10.8.132.0/22", "990101001001": "10.8.133.0/27",
              "990101002": "10.8.136.0/22"}  # fmt: skip
    assert {key: str(prefix) for key, prefix in found.freed.items()} == before
    offset = int(found.added["990101"].network_address) - int(IPv4Network(before["990101"]).network_address)
    for key, prefix in before.items():
        assert int(found.added[key].network_address) - int(IPv4Network(prefix).network_address) == offset
    assert load({**BASE, FILE: found.content}).findings == ()


@pytest.mark.parametrize("name", ["oldtown", "newtown", "oldtown-bridge"])
def test_a_site_that_lies_well_keeps_its_addresses(name: str) -> None:
    found = renumbered(BASE, name)
    assert (found.added, found.freed) == ({}, {})
    assert found.content == BASE[FILE]


def test_a_site_that_was_renumbered_lies_well_from_then_on() -> None:
    files = {**BASE, **read_files(GOLDEN / "address-two-branches")}
    files[FILE] = renumbered(files, "marsh").content
    assert renumbered(files, "marsh").added == {}


def test_two_branches_that_allocated_one_block_are_mended_by_renumbering_one_site() -> None:
    files = {**BASE, **read_files(GOLDEN / "address-two-branches")}
    assert [finding.code for finding in load(files).findings] == ["JB127"]
    found = renumbered(files, "marsh")
    assert changed(files[FILE], found.content) == ({'  "990202": 10.17.0.0/17'}, {'  "990202": 10.17.128.0/17'})
    assert load({**files, FILE: found.content}).findings == ()


def test_a_site_that_outgrew_its_block_gets_a_larger_one_and_what_is_in_it_keeps_its_place() -> None:
    found = renumbered(BASE, "oldtown", 16)
    assert found.added["990101"] == IPv4Network("10.10.0.0/16")
    assert found.added["990101001001"] == IPv4Network("10.10.5.0/27")
    assert load({**BASE, FILE: found.content}).findings == ()
    with pytest.raises(UsageError, match="a county has a /17 at least"):
        renumbered(BASE, "oldtown", 18)


# What is freed


def test_the_block_of_a_site_no_longer_declared_stays_taken_until_it_is_freed() -> None:
    without = {**BASE, WEST: west('      marsh: {code: "990202", name_zh: 沼县}\n')}
    assert allocation(without).added["990202"] == IPv4Network("10.17.0.0/17")
    without[FILE] = freed(without, "990201").content
    assert allocation(without).added["990202"] == IPv4Network("10.16.128.0/17")


@pytest.mark.parametrize("name", ["990201", "lake", "10.16.128.0/17"])
def test_addresses_in_use_are_not_freed(name: str) -> None:
    with pytest.raises(Refused, match=r"lake uses 10\.16\.128\.0/17"):
        freed(BASE, name)


def test_a_block_is_freed_with_what_lies_in_it_unless_a_declared_site_does() -> None:
    east = BASE["inventory/sites/east.yaml"]
    gone = {
        **BASE,
        "inventory/sites/east.yaml": east[: east.index("      oldtown:")] + east[east.index("      newtown:") :],
    }
    found = freed(gone, "990101")
    assert sorted(found.freed) == ["990101", "990101001", "990101001001", "990101002"]
    kept = {**gone, "inventory/more.yaml": 'townships: {mill: {code: "990101002", name_zh: 乡, parent: newtown}}\n'}
    with pytest.raises(Refused, match="newtown-mill uses"):
        freed(kept, "990101")


def test_freeing_what_is_not_recorded_is_wrong_use() -> None:
    with pytest.raises(UsageError):
        freed(BASE, "990999")


def test_no_room_says_what_to_do() -> None:
    counties = "".join(f'      c{n}: {{code: "9902{n}", name_zh: 县}}\n' for n in range(10, 27))
    with pytest.raises(AnswerIsNo) as caught:
        allocation({**BASE, WEST: west(counties)})
    assert "jbnet address free 990201" in str(caught.value.hint)


# Why


def chain(asked: str) -> list[tuple[str, Kind]]:
    network = load(BASE).network
    assert network is not None
    (answer,) = why(network, declared_plan(BASE), asked)
    return [(use.owner, use.kind) for use in answer.chain]


def test_an_address_is_explained_from_the_supernet_down_to_its_interface() -> None:
    assert chain("10.8.130.1") == [
        ("example", Kind.SUPERNET),
        ("pools", Kind.POOL),
        ("east", Kind.BLOCK),
        ("oldtown", Kind.BLOCK),
        ("oldtown", Kind.OWN),
        ("links", Kind.PART),
        ("oldtown-up1", Kind.LINK),
        ("oldtown-r1:up1", Kind.INTERFACE),
    ]


def test_a_free_address_says_what_would_be_given_next() -> None:
    network = load(BASE).network
    assert network is not None
    (answer,) = why(network, declared_plan(BASE), "10.9.99.1")
    assert answer.free
    assert "the next site below newtown gets 10.9.4.0/22" in str(answer.verdict)
    (answer,) = why(network, declared_plan(BASE), "10.8.131.77")
    assert str(answer.verdict) == "10.8.131.77 is free: kept for loopbacks of oldtown"


def test_a_device_shows_each_of_its_addresses(run: Run, workspace: Path) -> None:
    code, out, _ = run("-C", workspace, "--json", "address", "why", "lake-r1")
    assert code == 0
    answers = json.loads(out)["data"]["answers"]
    assert {a["chain"][-1]["owner"] for a in answers} == {"lake-r1:lo", "lake-r1:lan1", "lake-r1:up1", "lake-r1:up2"}
    assert all(use["place"] for a in answers for use in a["chain"])


def test_what_is_neither_address_nor_name_is_wrong_use(run: Run, workspace: Path) -> None:
    code, _, err = run("-C", workspace, "address", "why", "nothing-here")
    assert code == 2
    assert "no address, device, circuit or site" in err


# The commands


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["block", "own", "lan", "agency", "link", "loopback", "service", "extranet"])
def test_every_kind_is_listed_within_80_columns(run: Run, workspace: Path, kind: str, lang: str) -> None:
    from rich.cells import cell_len

    code, out, _ = run("-C", workspace, "--lang", lang, "address", "list", "--kind", kind)
    assert code == 0
    assert max(cell_len(line) for line in out.splitlines()) <= 80


def test_free_changes_the_file_only_without_dry_run(run: Run, workspace: Path) -> None:
    shutil.copytree(GOLDEN / "stale-allocation" / "inventory", workspace / "inventory", dirs_exist_ok=True)
    file = workspace / FILE
    before = file.read_text(encoding="utf-8")
    assert run("-C", workspace, "address", "free", "990201", "--dry-run")[0] == 0
    assert file.read_text(encoding="utf-8") == before
    assert run("-C", workspace, "address", "free", "990201")[0] == 0
    assert changed(before, file.read_text(encoding="utf-8")) == ({'  "990201": 10.16.128.0/17'}, set())
    assert run("-C", workspace, "address", "free", "990101")[0] == 4


def test_renumber_says_old_and_new(run: Run, workspace: Path) -> None:
    code, out, _ = run("-C", workspace, "address", "renumber", "lake")
    assert (code, out.splitlines()) == (0, ["lake lies well where it is: nothing to do", "renumbered: 0"])
    code, out, _ = run("-C", workspace, "address", "renumber", "lake", "--anyway", "--dry-run")
    assert code == 0
    assert out.splitlines()[0] == "990201 lake 10.16.128.0/17 -> 10.17.0.0/17"
