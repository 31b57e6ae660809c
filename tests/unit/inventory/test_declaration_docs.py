"""docs/declaration.md: its examples load and mean what they say."""

from __future__ import annotations

import re
from pathlib import Path

from jbnet.inventory import load
from jbnet.inventory.addresses.changes import FILE, allocation
from jbnet.model.network import Status

DOCUMENT = (Path(__file__).parents[3] / "docs" / "declaration.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", DOCUMENT, re.DOTALL))


def test_the_annotated_examples_load_and_mean_what_they_say(small_files: dict[str, str]) -> None:
    files = {**small_files, **EXAMPLES}
    loaded = load({**files, FILE: allocation(files).content})
    assert loaded.findings == ()
    network = loaded.network
    assert network is not None
    assert network.circuits["headwater-up1"].media == "microwave"
    assert network.circuits["south-up1"].line_number == "SN-0017"
    assert "headwater-up2" not in network.circuits
    assert "meadow-up2" not in network.circuits
    assert network.sites["headwater-ford"].status is Status.PLANNED
    assert network.sites["headwater-ford-market"].phase == 2
    assert network.sites["meadow-ridge"].parent == "meadow"
    assert network.sites["headwater-ford-market"].status is Status.PLANNED
    assert network.circuits["pass-up1"].srlgs == ("egov", "valley-duct")
    assert network.circuits["pass-up1"].handoff == "PE-990103-1"
    assert (network.circuits["pass-up1"].payer, network.circuits["pass-up2"].payer) == ("east", "pass")
    assert network.premises["headwater-pension"].line is None
    line = network.premises["plain-pension"].line
    assert line is not None
    assert (line.carrier, line.bandwidth, line.payer) == ("mobile", 20, None)
    assert network.peers["tax-south"].services == ("payment",)
    assert network.services["payment"].objective.rto_s == 3600
