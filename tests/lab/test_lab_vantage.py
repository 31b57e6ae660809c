"""With a lab up, commands run in the network of the NOC, or of the device that was named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jbnet.cli.vantage import INSIDE
from jbnet.lab.lab import Lab
from jbnet.lab.netns import network_of

pytestmark = pytest.mark.lab

PROGRAM = """
import os, sys
from pathlib import Path
from jbnet.cli.context import Context
from jbnet.cli.vantage import enter
from jbnet.model.errors import JbnetError
name = sys.argv[2] if len(sys.argv) > 2 else None
try:
    enter(Context(directory=Path(sys.argv[1]), vantage=os.environ.get("TEST_VANTAGE")), name)
except JbnetError as error:
    sys.exit(f"{type(error).__name__}: {error}")
print(os.readlink("/proc/self/ns/net"), os.environ.get("JBNET_VANTAGE", "host"), *sys.argv[2:])
"""


def run(workspace: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(workspace), *arguments]
    clean = {name: value for name, value in os.environ.items() if name != INSIDE}
    return subprocess.run(command, env=clean | environment, capture_output=True, text=True, check=False)


def space(lab: Lab, device: str) -> str:
    return str(Path(lab.netns(device)).readlink())


def test_the_noc_is_the_vantage_unless_another_is_named(demo_lab: Lab) -> None:
    assert run(demo_lab.workspace).stdout.split() == [space(demo_lab, "noc-s1"), "noc-s1"]
    named = run(demo_lab.workspace, "golmud-dc-db1").stdout.split()
    assert named == [space(demo_lab, "golmud-dc-db1"), "golmud-dc-db1", "golmud-dc-db1"]


def test_the_option_goes_before_the_commands_own_choice(demo_lab: Lab) -> None:
    said = run(demo_lab.workspace, "golmud-dc-db1", TEST_VANTAGE="xining-dc-db1").stdout.split()
    assert said[:2] == [space(demo_lab, "xining-dc-db1"), "xining-dc-db1"]


def test_without_a_lab_a_command_stays_where_it_is(tmp_path: Path) -> None:
    here = str(Path("/proc/self/ns/net").readlink())
    assert run(tmp_path).stdout.split() == [here, "host"]


def test_inside_a_vantage_it_goes_no_further_and_saying_so_does_not_keep_it_out(demo_lab: Lab) -> None:
    said = run(demo_lab.workspace, **{INSIDE: "golmud-dc-db1"})
    assert said.stdout.split() == [space(demo_lab, "noc-s1"), "noc-s1"]
    assert "is not followed" in said.stderr
    with network_of(demo_lab.netns("golmud-dc-db1")):
        inside = run(demo_lab.workspace, "noc-s1", **{INSIDE: "golmud-dc-db1"})
    assert inside.stdout.split() == [space(demo_lab, "golmud-dc-db1"), "golmud-dc-db1", "noc-s1"]


def test_an_unknown_vantage_is_wrong_use(demo_lab: Lab) -> None:
    done = run(demo_lab.workspace, TEST_VANTAGE="nowhere")
    assert done.returncode == 1
    assert "UsageError: no device nowhere in the lab" in done.stderr


def test_a_record_of_a_lab_that_is_gone_is_said_and_not_followed(tmp_path: Path, demo_lab: Lab) -> None:
    state = tmp_path / ".jbnet"
    state.mkdir()
    found = demo_lab.record()
    assert found is not None
    text = demo_lab.paths.record.read_text().replace(f'"started": {found.carriers.started}', '"started": 1')
    (state / "lab.json").write_text(text)
    done = run(tmp_path)
    assert "does not run any more" in done.stderr
    assert "jbnet lab down" in done.stderr
