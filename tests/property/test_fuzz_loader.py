"""Laws of reading: whatever stands in a file, loading ends with findings or a network, and says the same again.

``make fuzz`` runs the same laws for longer: FUZZ_EXAMPLES examples each.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.codes import RULES
from jbnet.inventory.loader import Loaded
from jbnet.inventory.reading.source import read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.network import Network
from jbnet.recovery.names import plan_names, runbook_names
from jbnet.recovery.plan import load_plan
from jbnet.recovery.runbook import load_runbook

ROOT = Path(__file__).parents[2]
BASE = read_files(ROOT / "tests" / "golden" / "check" / "base")
SHIPPED = {file: content for file, content in read_files(ROOT).items() if len(content) < 20_000}
RECOVERY = read_files(ROOT, ("dr",))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "120"))
LAW = settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
TOKENS = [
    b"\t", b"&a ", b"*a", b"[", b"]", b"{", b"}", b"- ", b": ", b":", b"!!x ", b"!<", b"<<: ", b"? ", b"null", b"~",
    b'"', b"'", b"\\", b"0", b"-1", b"|\n", b">-\n", b"---\n", b"...\n", b"%YAML 1.1\n", b"#", b" #", b"\r", b"\r\n",
    b"\n", b"  ", b"\0", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", "：".encode(), "，".encode(), "“".encode(),
    "\u3000".encode(), "\u202e".encode(), "\u2028".encode(), "\ue863".encode(), "е".encode(), "𠀀".encode(),
    "西宁".encode("gb18030"), b"yes", b"12:30", b"0632", b"1e3", b"2026-11-22", b".inf", b"9" * 40, b"parent: ",
    b"10.0.0.0/8", b"2001:db8::/32", b"a" * 70,
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """Return bytes with a few places overwritten, cut, doubled or moved."""
    raw = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        length = draw(st.sampled_from([0, 0, 1, 1, 2, 5, 40]))
        piece = draw(
            st.binary(max_size=6)
            | st.sampled_from(TOKENS)
            | st.tuples(st.integers(0, len(raw)), st.integers(0, 80)).map(
                lambda cut: bytes(raw[cut[0] : cut[0] + cut[1]])
            )
        )
        raw[at : at + length] = piece
    return bytes(raw)


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", errors="surrogateescape")


def judged(findings: tuple[Finding, ...], files: dict[str, str]) -> None:
    """Every finding has a known code, can be printed, and stands at a place that exists."""
    for finding in findings:
        assert finding.code in RULES
        assert finding.message.encode("utf-8", errors="strict")
        for place in (finding.place, *finding.related):
            assert place is not None
            assert inside(place.file, place.line, place.column, files), f"{finding.code} at {place}"


def inside(file: str, line: int, column: int, files: dict[str, str]) -> bool:
    """Say whether a place lies in its file: one past the end of a line or of the file is where something is missing."""
    return any(_inside(line, column, lines) for lines in readings(files.get(file, "")))


def _inside(line: int, column: int, lines: Sequence[str]) -> bool:
    if line == len(lines) + 1:
        return column == 1
    return 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1


@cache
def readings(content: str) -> list[list[str]]:
    """Return the lines as an editor shows them, in each encoding that the bytes may be taken for."""
    raw = content.encode("utf-8", errors="surrogateescape")
    decoded = [content, *(raw.decode(name, errors="replace") for name in ("utf-16", "utf-16-be", "utf-32", "gb18030"))]
    return [one.replace("\r\n", "\n").replace("\r", "\n").split("\n") for one in decoded]


def check(loaded: Loaded, files: dict[str, str]) -> None:
    errors = [finding for finding in loaded.findings if finding.severity == "error"]
    assert (loaded.network is None) == bool(errors)
    judged(loaded.findings, files)


@LAW
@given(data=st.data(), file=st.sampled_from(sorted(BASE)))
def test_any_mutation_of_the_small_network_gives_findings_with_places(file: str, data: st.DataObject) -> None:
    files = {**BASE, file: text_of(data.draw(mutated(BASE[file].encode())))}
    loaded = load(files)
    check(loaded, files)
    assert load(dict(reversed(files.items()))) == loaded


@LAW
@given(data=st.data(), file=st.sampled_from(sorted(SHIPPED)))
def test_any_mutation_of_what_is_shipped_can_be_read(file: str, data: st.DataObject) -> None:
    content = text_of(data.draw(mutated(SHIPPED[file].encode())))
    first, again = Report(), Report()
    assert (read(file, content, first) is None) == (read(file, content, again) is None)
    assert first.sorted() == again.sorted()
    judged(first.sorted(), {file: content})


@LAW
@given(data=st.data(), file=st.sampled_from(sorted(RECOVERY)))
def test_any_mutation_of_the_recovery_files_gives_findings_with_places(file: str, data: st.DataObject) -> None:
    content = text_of(data.draw(mutated(RECOVERY[file].encode())))
    network = small()
    found = (load_plan(file, content)[1], load_runbook(file, content)[1])
    names = (plan_names(file, content, network), runbook_names(file, content, network))
    for findings in (*found, *names):
        judged(findings, {file: content})


@cache
def small() -> Network:
    network = load(BASE).network
    assert network is not None
    return network


@LAW
@given(raw=st.binary(max_size=300) | st.lists(st.sampled_from(TOKENS), max_size=60).map(b"".join))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    content = text_of(raw)
    report = Report()
    read("inventory/any.yaml", content, report)
    judged(report.sorted(), {"inventory/any.yaml": content})


@LAW
@given(content=st.text(max_size=200))
def test_any_text_can_be_read(content: str) -> None:
    report = Report()
    read("inventory/any.yaml", content, report)
    judged(report.sorted(), {"inventory/any.yaml": content})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["63", "core-r1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@LAW
@given(data=st.data(), file=st.sampled_from(sorted(BASE)))
def test_any_change_of_the_structure_gives_findings_with_places(file: str, data: st.DataObject) -> None:
    """A value anywhere in the tree is replaced, removed, or moved to another key."""
    import yaml

    tree = yaml.safe_load(BASE[file]) or {}
    for _ in range(data.draw(st.integers(1, 3))):
        spot = tree
        while isinstance(spot, dict) and spot:
            key = data.draw(st.sampled_from(sorted(spot, key=str)))
            if not isinstance(spot[key], dict) or data.draw(st.booleans()):
                _change(spot, key, data)
                break
            spot = spot[key]
    files = {**BASE, file: yaml.safe_dump(tree, allow_unicode=True)}
    check(load(files), files)


def _change(spot: dict[object, object], key: object, data: st.DataObject) -> None:
    value = spot.pop(key)
    what = data.draw(st.sampled_from(["gone", "other", "moved", "doubled"]))
    if what == "other":
        spot[key] = data.draw(values)
    elif what in ("moved", "doubled"):
        spot[data.draw(st.text(max_size=6) | st.sampled_from(sorted(map(str, spot)) or ["x"]))] = value
    if what == "doubled":
        spot[key] = value
