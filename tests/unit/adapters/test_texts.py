"""Reading a workspace is bounded: in files, bytes, memory and waiting. What is not read is a finding."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jbnet.adapters import texts
from jbnet.adapters.texts import read_texts
from jbnet.inventory.reading.source import LARGEST

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
LIMITED = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, ({memory} << 20, {memory} << 20))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
sys.argv = ["jbnet", "-C", sys.argv[1], "--json", "check"]
from jbnet.__main__ import main
main()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "net"))


def codes(workspace: Path) -> list[str]:
    return [finding.code for finding in read_texts(workspace, ("inventory", "topology")).findings]


def checked(workspace: Path, memory: int = 400, seconds: int = 20) -> list[dict[str, object]]:
    """Return the findings of a check that may use so many MiB of address space and seconds of CPU."""
    program = LIMITED.format(memory=memory, seconds=seconds)
    ran = subprocess.run([sys.executable, "-c", program, str(workspace)], capture_output=True, text=True)
    assert ran.returncode in (0, 1), ran.stderr[-2000:]
    found = json.loads(ran.stdout)["findings"]
    assert isinstance(found, list)
    return found


def test_a_good_workspace_has_its_texts_and_no_findings(workspace: Path) -> None:
    found = read_texts(workspace, ("inventory", "topology"))
    assert found.findings == ()
    assert "inventory/sites/east.yaml" in found.files


def test_a_pipe_a_socket_and_a_device_are_named_and_not_waited_for(workspace: Path) -> None:
    os.mkfifo(workspace / "inventory" / "pipe.yaml")
    (workspace / "inventory" / "endless.yaml").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(workspace / "inventory" / "sock.yaml"))
        found = read_texts(workspace, ("inventory",)).findings
    assert [(f.place.file, f.code) for f in found if f.place] == [
        ("inventory/endless.yaml", "JB181"),
        ("inventory/pipe.yaml", "JB181"),
        ("inventory/sock.yaml", "JB181"),
    ]


def test_a_file_that_is_too_large_is_a_finding_and_its_size_is_not_read(workspace: Path) -> None:
    with (workspace / "inventory" / "large.yaml").open("wb") as file:
        file.truncate(LARGEST + 1)
    assert codes(workspace) == ["JB180"]


def test_a_workspace_that_is_too_large_is_a_finding(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "LARGEST_WORKSPACE", 1000)
    assert set(codes(workspace)) == {"JB180"}


def test_more_files_than_the_limit_are_a_finding_at_the_folder(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "MOST_FILES", 4)
    found = read_texts(workspace, ("inventory", "topology"))
    assert [(str(f.place), f.code) for f in found.findings] == [("inventory:1:1", "JB183")]


def test_folders_in_each_other_past_the_limit_are_a_finding(workspace: Path) -> None:
    (workspace / "inventory" / "/".join("d" * 30)).mkdir(parents=True)
    assert codes(workspace) == ["JB183"]


def test_a_circle_of_links_is_not_followed(workspace: Path) -> None:
    (workspace / "inventory" / "round").symlink_to(workspace)
    (workspace / "inventory" / "self.yaml").symlink_to("self.yaml")
    assert codes(workspace) == ["JB182", "JB181"]


@pytest.mark.parametrize("name", [b"b\xff\xfe.yaml", b"two\nlines.yaml", "\u202eturned.yaml".encode()])
def test_a_file_name_that_cannot_be_shown_is_a_finding_that_can(workspace: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(workspace) + b"/inventory/" + name)).write_text("a: 1\n", encoding="utf-8")
    (finding,) = read_texts(workspace, ("inventory",)).findings
    assert finding.code == "JB186"
    assert finding.message.isprintable()
    assert finding.message.encode("utf-8")


def test_while_a_file_is_not_read_what_refers_to_it_is_not_wrong(workspace: Path) -> None:
    (workspace / "inventory" / "network.yaml").unlink()
    (workspace / "inventory" / "network.yaml").symlink_to("/dev/null/gone")
    assert {finding["code"] for finding in checked(workspace)} == {"JB181"}


MANY = 30_000
IN_EACH_OTHER = b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 5000))
HEAVY = {
    "a large file": (b"# " + b"x" * 50_000_000, {"JB180"}),
    "aliases": (b"carriers:\n  a: &a {name_zh: a}\n  b: [" + b"*a, " * 100_000 + b"]\n", {"JB104"}),
    "aliases by line": (
        b"carriers:\n  a: &a {name_zh: a}\n" + b"".join(b"  b%d: *a\n" % n for n in range(MANY)), {"JB104"}
    ),
    "aliases in each other": (b"a0: &a0 [x]\n" + IN_EACH_OTHER, {"JB104", "JB105"}),
    "NUL bytes": (b"\0" * 16_000_000, {"JB108", "JB170"}),
    "brackets": (b"[" * 1_000_000, {"JB109"}),
    "braces": (b"{a: " * 1_000_000, {"JB109"}),
    "dashes": (b"- " * 1_000_000, {"JB109"}),
    "question marks": (b"? " * 1_000_000, {"JB107", "JB109"}),
    "indentation": (b"".join(b" " * n + b"a:\n" for n in range(3000)), {"JB109"}),
    "one long line": (b"carriers: {" + b", ".join(b"c%d: {name_zh: x}" % n for n in range(MANY)) + b"}\n", set()),
    "one long word": (b"carriers: {a: {name_zh: " + b"a" * 10_000_000 + b"}}\n", {"JB107", "JB164"}),
    "blanks": (b" " * 10_000_000 + b"\n:\n", {"JB101"}),
    "unknown keys": (b"".join(b"k%d: 1\n" % n for n in range(MANY)), {"JB105"}),
    "wrong values": (b"carriers:\n" + b"".join(b"  k%d: 1\n" % n for n in range(MANY)), {"JB107"}),
    "keys twice": (b"a: 1\n" * 100_000, {"JB103", "JB105"}),
    "full width": ("：".encode() * 1_000_000, {"JB168"}),
    "unseen": ("\u200b".encode() * 1_000_000, {"JB108", "JB171"}),
    "not UTF-8": (b"\xff\xfd\x80" * 1_000_000, {"JB108"}),
    "anchors": (b"".join(b"k%d: &a%d 1\n" % (n, n) for n in range(MANY)), {"JB104", "JB105"}),
    "an unclosed quote": (b'a: "' + b"text\n" * 1_000_000, {"JB101"}),
}  # fmt: skip


@pytest.mark.parametrize("what", HEAVY)
def test_a_hostile_file_costs_bounded_memory_and_time(workspace: Path, what: str) -> None:
    content, expected = HEAVY[what]
    (workspace / "inventory" / "heavy.yaml").write_bytes(content)
    found = [finding for finding in checked(workspace) if finding["file"] == "inventory/heavy.yaml"]
    assert {finding["code"] for finding in found} >= expected
    assert len(found) < 1200
    assert json.dumps(found).count("internal error") == 0


def test_a_hundred_thousand_files_cost_bounded_memory_and_time(workspace: Path) -> None:
    folder = workspace / "inventory" / "many"
    folder.mkdir()
    for number in range(100_000):
        (folder / f"{number}.yaml").touch()
    assert {finding["code"] for finding in checked(workspace, seconds=60)} == {"JB183"}
