"""What stands beside FRR's own configuration: how a router prints it, and how it is read and shown."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jbnet.adapters.frr import beside
from jbnet.adapters.frr.beside import FILES, changes, together
from jbnet.config.parts import parts

ROUTING = "frr version 8.4.4\nhostname r1\n!\nend\n"
FILE = 'connections {\n  up1 {\n    version = 2\n  }\n}\nsecrets {\n  ike-up1 {\n    secret = "hunter2"\n  }\n}\n'


def printed(folder: Path) -> str:
    """Let a shell do what it does on a router, with another folder."""
    script = FILES.replace(beside.FOLDER, str(folder)) + f"; printf '%s' '{ROUTING}'"
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_a_router_without_such_files_prints_what_it_always_did(tmp_path: Path) -> None:
    assert printed(tmp_path / "none") == ROUTING
    assert together(ROUTING) is ROUTING


def test_an_empty_folder_is_no_part(tmp_path: Path) -> None:
    assert together(printed(tmp_path)) == ROUTING


@pytest.mark.parametrize("name", ["up1", "d02-1", "a name"])
def test_files_are_read_with_the_rest_in_one_answer(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.conf").write_text(FILE, encoding="utf-8")
    (tmp_path / "z.conf").write_text("connections {}", encoding="utf-8")
    (tmp_path / "README").write_text("not one of them", encoding="utf-8")
    found = parts(together(printed(tmp_path)))
    assert found.routing == ROUTING
    assert list(found.tunnels) == [name, "z"]
    assert '  secret = "hunter2"' in found.tunnels[name].splitlines()


def test_a_change_is_shown_as_lines_below_the_file_and_its_secret_is_not() -> None:
    old = together(f"!swanctl up1.conf\n{FILE}!swanctl\n{ROUTING}")
    new = old.replace("version = 2", "version = 1").replace("hunter2", "hunter3")
    shown = changes(old, new)
    assert "-    version = 2" in shown
    assert "+    version = 1" in shown
    assert "+    secret = <secret>" in shown
    assert "hunter" not in "".join(shown)
    assert changes(old, old) == changes(ROUTING, ROUTING) == ()
