"""docs/declaration.md: its examples can be pasted into a new workspace, one after the other, and mean what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jbnet.adapters.workspace import lay, read_files, write_file
from jbnet.inventory.addresses.changes import FILE, allocation
from jbnet.model.network import Network, Status
from jbnet.wiring import check_workspace

ROOT = Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs" / "declaration.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"<!-- file: (\S+?)(, with the next)? -->\n```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
HARMLESS = {"JB213", "JB276"}
"""The archetypes that init lays leave the carriers to be said; what the host sets is said for information."""
MENDED_LATER = {"JB298"}
"""Routers get their agents when an example below declares the managers."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    lay(tmp_path)
    return tmp_path


def pasted(workspace: Path, file: str, content: str) -> Network:
    """Put an example into its file, allocate, check; return the network."""
    write_file(workspace, file, content)
    write_file(workspace, FILE, allocation(read_files(workspace)).content)
    loaded = check_workspace(workspace)
    assert [
        f"{f.place} {f.code} {f.message}" for f in loaded.findings if f.code not in HARMLESS | MENDED_LATER
    ] == [], file
    assert loaded.network is not None
    return loaded.network


def test_every_example_names_its_file() -> None:
    assert DOCUMENT.count("```yaml") == len(EXAMPLES)


def test_the_examples_can_be_pasted_one_after_the_other_and_mean_what_they_say(workspace: Path) -> None:
    for file, with_the_next, content in EXAMPLES:
        assert f"`{file}`" in DOCUMENT.partition(f"<!-- file: {file}")[0], "the reader is told, too"
        if with_the_next:
            write_file(workspace, file, content)
        else:
            network = pasted(workspace, file, content)
    assert network.circuits["headwater-up1"].media == "microwave"
    assert network.circuits["south-up1"].line_number == "SN-0017"
    assert "headwater-up2" not in network.circuits
    assert "meadow-up2" not in network.circuits
    assert network.sites["headwater-ford"].status is Status.PLANNED
    assert network.sites["headwater-ford-market"].phase == 2
    assert network.sites["meadow-ridge"].parent == "meadow"
    assert network.sites["headwater-ford-market"].status is Status.PLANNED
    assert (network.devices["lake-r1"].platform, network.devices["shore-r1"].platform) == ("vrp5", "comware7")
    assert network.circuits["pass-up1"].srlgs == ("egov", "valley-duct")
    assert network.circuits["pass-up1"].handoff == "PE-990306-1"
    assert (network.circuits["pass-up1"].payer, network.circuits["pass-up2"].payer) == ("south", "pass")
    assert network.premises["headwater-pension"].line is None
    line = network.premises["plain-pension"].line
    assert line is not None
    assert (line.carrier, line.bandwidth, line.payer) == ("mobile", 20, None)
    assert [str(prefix) for prefix in network.peers["tax-north"].prefixes] == ["172.16.5.0/24"]
    assert network.services["payment"].peers == ("tax",)
    assert network.services["payment"].objective.rto_s == 3600
    assert {finding.code for finding in check_workspace(workspace).findings} <= HARMLESS


def test_a_new_workspace_has_no_finding_and_a_rule_set(workspace: Path) -> None:
    loaded = check_workspace(workspace)
    assert loaded.findings == ()
    assert loaded.network is not None
    assert loaded.network.noc == "noc-s1"
    assert (workspace / "topology" / "standards" / "baseline.yaml").is_file()


def test_the_example_that_init_lays_beside_the_sites_can_be_pasted(workspace: Path) -> None:
    page = (workspace / "inventory" / "sites" / "README.md").read_text(encoding="utf-8")
    content = page.split("```yaml\n")[1].split("```")[0]
    assert "east" in pasted(workspace, "inventory/sites/east.yaml", content).sites
