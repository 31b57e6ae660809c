"""``jbnet adopt``: what it writes, and how it takes what is no configuration."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command_line import Run

from jbnet.adapters.running_texts import LARGEST
from jbnet.cli import vantage
from jbnet.cli.adopt import _row
from jbnet.cli.columns import cells
from jbnet.lab import record
from jbnet.wiring import check_workspace

ROOT = Path(__file__).parents[3]
RECORDED = ROOT / "tests" / "recorded" / "configs"
NAMES = ("--names", r"QH-(?P<location>CORE)-(?P<device>[A-Z]+\d)", "--names",
         r"QH-(?P<county>[A-Z]+)-(?P<device>[A-Z]+\d)")  # fmt: skip
ROUTER = """#
sysname lone-r1
#
interface GigabitEthernet0/1/0
 undo shutdown
 ip address {address} 255.255.255.252
#
interface LoopBack0
 ip address 10.9.0.1 255.255.255.255
#
ip route-static 0.0.0.0 0.0.0.0 10.9.1.2
#
user-interface vty 0 4
#
return
"""


def document(run: Run, *arguments: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("--json", "adopt", *arguments)[1])
    return found


def router(folder: Path, name: str = "lone-r1", address: str = "10.9.1.1", file: str = "") -> Path:
    path = folder / f"{file or name}.cfg"
    path.write_text(ROUTER.format(address=address).replace("lone-r1", name), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "configs"
    found.mkdir()
    return found


def test_recorded_configurations_become_a_workspace_that_check_accepts(run: Run, tmp_path: Path) -> None:
    code, out, err = run("adopt", RECORDED, "-o", tmp_path / "new", *NAMES)
    assert code == 0, out + err
    assert check_workspace(tmp_path / "new").network is not None
    account = (tmp_path / "new" / "adopted.txt").read_text(encoding="utf-8")
    assert "qh-cd-ar1.cfg:30:1 servers foreign unknown: " not in account
    assert "ike peer DR / pre-shared-key cipher <secret>" in account
    assert "Hx4kP9rT2wQzL6vB" not in account + (out + err)


def test_what_is_read_is_said_section_by_section(run: Run, tmp_path: Path) -> None:
    found = document(run, RECORDED, "--dry-run", *NAMES)
    assert found["ok"] is True
    assert found["data"]["files"] == []
    assert found["data"]["devices"]["cd-ar1"]["platform"] == "vrp5"
    assert found["data"]["devices"]["cd-ar1"]["sections"]["addresses"] == "owned"
    assert found["data"]["devices"]["cd-ar1"]["rest"] == "foreign"
    unknown = [line for line in found["data"]["lines"] if line["fate"] == "unknown" and line["device"] == "hz-msr1"]
    assert {"dhcp enable", "password-recovery enable"} <= {line["said"] for line in unknown}
    assert all(line["file"].endswith("qh-hz-msr1.cfg") and line["line"] > 0 for line in unknown)


def test_chinese_of_old_terminals_is_read(run: Run, tmp_path: Path) -> None:
    lines = document(run, RECORDED / "qh-hz-msr1.cfg", "--dry-run")["data"]["lines"]
    assert any("上联核心" in line["said"] for line in lines)


def test_a_dry_run_writes_nothing(run: Run, folder: Path, tmp_path: Path) -> None:
    router(folder)
    code, out, err = run("adopt", folder, "-o", tmp_path / "new", "--dry-run")
    assert code == 0, out + err
    assert not (tmp_path / "new").exists()


def test_a_folder_with_a_workspace_in_it_is_left_alone(run: Run, folder: Path, tmp_path: Path) -> None:
    router(folder)
    assert run("adopt", folder, "-o", tmp_path / "new")[0] == 0
    before = (tmp_path / "new" / "topology" / "ownership.yaml").read_bytes()
    assert run("adopt", folder, "-o", tmp_path / "new")[0] == 2
    assert (tmp_path / "new" / "topology" / "ownership.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"#\nsysname x\n\x00\x01", "NUL bytes"),
        (b"\x7fELF\x02\x01\xff\xfe\xff", "it is no text"),
        (b"version 15.7\nhostname R1\ninterface Fa0/0\n ip address 10.0.0.1 255.0.0.0\n", "no configuration of"),
        (b"set system host-name mx1\nset interfaces ge-0/0/0 unit 0\n", "no configuration of"),
        (b"# only a comment\n", "no configuration of"),
        (b"!Software Version V800R023C10SPC500\n#\ninterface LoopBack0\n#\nreturn\n", "does not say the device's name"),
        (b"#\nsysname " + b"x" * 5000, "has more than 4096 characters"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_left_out_and_named(run: Run, folder: Path, content: bytes, reason: str) -> None:
    router(folder)
    (folder / "other.cfg").write_bytes(content)
    code, out, err = run("adopt", folder, "--dry-run")
    assert code == 3
    assert "left out: 1 of" in out + err
    assert f"{folder / 'other.cfg'}:1:1 " in out + err
    assert reason in out + err
    assert "devices: 1," in out + err


def test_a_file_that_no_device_can_have_is_not_even_read(run: Run, folder: Path) -> None:
    router(folder)
    with (folder / "huge.cfg").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert LARGEST < 50 * 1024 * 1024
    code, out, err = run("adopt", folder, "--dry-run")
    assert code == 3
    assert "it has 50 MiB; no configuration has more than 8" in out + err


def test_what_is_no_file_is_left_out(run: Run, folder: Path) -> None:
    router(folder)
    os.mkfifo(folder / "pipe")
    (folder / "gone").symlink_to(folder / "nowhere")
    (folder / ".hidden").write_text("secret", encoding="utf-8")
    found = document(run, folder, "--dry-run")
    assert sorted(Path(p["file"]).name for p in found["data"]["problems"] if p["refused"]) == ["gone", "pipe"]


def test_nothing_but_rubbish_is_no_adoption(run: Run, folder: Path, tmp_path: Path) -> None:
    (folder / "a.cfg").write_bytes(b"")
    assert run("adopt", folder, "-o", tmp_path / "new")[0] == 1
    assert not (tmp_path / "new").exists()


def test_of_two_devices_of_one_name_the_second_is_left_out(run: Run, folder: Path) -> None:
    router(folder, file="a")
    router(folder, file="b", name="LONE-R1", address="10.9.1.5")
    code, out, err = run("adopt", folder, "--dry-run")
    assert code == 3
    assert f"{folder / 'b.cfg'}:2:1 LONE-R1 is also the name of {folder / 'a.cfg'}:2:1" in out + err


def test_an_address_that_no_host_can_have_is_not_declared(run: Run, folder: Path) -> None:
    router(folder, address="10.9.1.0")
    code, out, err = run("adopt", folder, "--dry-run")
    assert code == 0, out + err
    assert "10.9.1.0/30 of GigabitEthernet0/1/0 is no address of a host; it is not declared" in out


def test_an_address_that_two_devices_have_is_declared_once_and_named(run: Run, folder: Path, tmp_path: Path) -> None:
    router(folder, name="one-r1")
    router(folder, name="two-r1")
    code, out, err = run("adopt", folder, "-o", tmp_path / "new")
    assert code == 0, out + err
    assert f"{folder / 'two-r1.cfg'}:4:1 10.9.1.1 of GigabitEthernet0/1/0 is also that of" in out + err
    network = check_workspace(tmp_path / "new").network
    assert network is not None
    assert network.ownership["two-r1"].lines["interface GigabitEthernet0/1/0"] == "foreign"
    assert [str(i.address) for i in network.devices["one-r1"].interfaces][-1] == "10.9.1.1/30"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to adopt from"),
        (("CONFIGS",), "it is not said where the workspace shall lie"),
        (("nowhere", "--dry-run"), "nowhere is not there"),
        (("CONFIGS", "--dry-run", "--names", "("), "the pattern ( cannot be read"),
        (("CONFIGS", "--dry-run", "--names", r"(?P<device>r\d)"), "names no home"),
        (("CONFIGS", "--dry-run", "--names", r"(?P<township>[a-z]+)-(?P<device>r\d)"), "names no home"),
        (("CONFIGS", "--dry-run", "--names", r"(?P<town>[a-z]+)-(?P<device>r\d)"), "names no home"),
    ],
)
def test_wrong_use_is_said(run: Run, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    router(folder)
    code, out, err = run("adopt", *(str(folder) if word == "CONFIGS" else word for word in arguments))
    assert code == 2, out + err
    assert said in out + err


@pytest.mark.parametrize(
    "line", ["r1 vrp8", "r1 junos 10.0.0.1", "r1 vrp8 10.0.0.300", "a frr 10.0.0.1\na frr 10.0.0.2"]
)
def test_a_list_of_devices_that_cannot_be_read_is_wrong_use(run: Run, tmp_path: Path, line: str) -> None:
    (tmp_path / "list").write_text(f"# NAME PLATFORM ADDRESS\n{line}\n", encoding="utf-8")
    code, out, err = run("adopt", "--from-devices", tmp_path / "list", "--dry-run")
    assert code == 2, out + err
    assert f"{tmp_path / 'list'}:" in out + err


def test_a_lab_is_entered_before_its_devices_are_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Entered(BaseException):
        """The process would be replaced here."""

    def again(netns: str, name: str, _runtime: str) -> None:
        raise Entered(netns, name)

    place = SimpleNamespace(noc="noc-r1", devices={"noc-r1": SimpleNamespace(netns="n1")}, runtime="x")
    (tmp_path / "lab.json").write_text("{}")
    (tmp_path / "list").write_text("core-r1 frr 10.0.192.1\n")
    monkeypatch.setattr(record, "standing", lambda _: place)
    monkeypatch.setattr(vantage, "_run_again", again)
    with pytest.raises(Entered, match="noc-r1"):
        run("--state", tmp_path, "adopt", "--from-devices", tmp_path / "list", "--dry-run")


def test_devices_of_which_none_answers_are_named_with_their_reasons(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("core-r1 frr 10.0.192.1\ncore-r2 frr 10.0.192.2\n")
    code, out, err = run("--state", tmp_path, "adopt", "--from-devices", tmp_path / "list", "--dry-run")
    assert code == 3
    assert "core-r1 gave no configuration: no SSH key" in err
    assert "core-r2: no SSH key" in out


def test_a_device_that_gave_no_text_is_counted_and_named_once_without_a_line(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "list").write_text("core-r1 frr 10.0.192.1\n")
    code, out, _ = run("--state", tmp_path, "adopt", router(folder), "--from-devices", tmp_path / "list", "--dry-run")
    assert code == 3
    assert "left out: 1 of 2" in out
    assert "  core-r1: no SSH key" in out


def test_files_of_which_none_can_be_read_are_named_with_the_reason(run: Run, folder: Path) -> None:
    (folder / "gone").symlink_to(folder / "nowhere")
    code, _, err = run("adopt", folder, "--dry-run")
    assert code == 1
    assert f"{folder / 'gone'}: " in err


def test_who_was_placed_by_a_pattern_is_not_told_that_a_pattern_may_place_it(run: Run) -> None:
    _, out, _ = run("adopt", RECORDED, "--dry-run", *NAMES)
    assert "QH-CD-AR1 is declared as cd-ar1\n" in out
    assert "--names" not in out
    assert "a pattern (--names) may say where it stands" in run("adopt", RECORDED, "--dry-run")[1]


def test_it_speaks_chinese(run: Run, folder: Path) -> None:
    router(folder)
    _, out, _ = run("--lang", "zh", "adopt", folder, "--dry-run")
    assert "自管" in out
    assert "已声明的地址：2 个中的 2 个" in out


def test_the_example_of_the_guide_says_what_the_program_says(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    guide = (ROOT / "docs" / "adopt.md").read_text(encoding="utf-8")
    example = guide.partition("$ jbnet adopt ")[2].partition("```")[0].replace("\\\n", " ")
    command, *said = [line.strip() for line in example.splitlines() if line.strip()]
    laid = str(tmp_path / "new")
    code, out, err = run("adopt", *shlex.split(command.replace("/tmp/adopted", laid)))
    assert code == 0, out + err
    for line in said:
        assert line.removesuffix("...").replace("/tmp/adopted", laid) in out


@pytest.mark.parametrize("row", [["部分", "归我", "只看", "不归我"], ["section", "owned", "observed", "foreign"]])
def test_headings_stand_above_their_numbers_in_either_language(row: list[str]) -> None:
    said = _row(row)
    assert cells(said) == cells(_row(["addresses", "12", "-", "3"]))
    assert cells(said[: said.index(row[1])]) + cells(row[1]) == 2 + 18 + 12
