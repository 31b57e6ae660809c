"""DOT and Mermaid: names that would break them are quoted, parts too large to be read are folded or refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from networks import small

from jbnet.model.errors import UsageError
from jbnet.topology.diagrams import dot, mermaid
from jbnet.topology.diagrams.condition import Condition, condition
from jbnet.topology.diagrams.graphs import backbone_part, below_part, everything
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.views import Drawn, view_of
from jbnet.topology.failures import parse

NASTY = 'a"b\\c\nd<e>#;[f]|`g`--'


def test_a_dot_string_ends_where_it_should() -> None:
    said = dot.quoted(NASTY)
    assert said.startswith('"')
    assert said.endswith('"')
    assert re.fullmatch(r'(?:[^"\\]|\\.)*', said[1:-1])
    assert "\n" not in said


def test_dot_has_every_device_once_and_an_edge_for_every_circuit() -> None:
    network = small()
    written = dot.write_dot(network, everything(network), speech=Speech(), condition=Condition())
    nodes = re.findall(r'^    "([^"]+)";$', written, flags=re.MULTILINE)
    assert sorted(nodes) == sorted(network.devices)
    assert written.count(" -- ") == len(network.circuits)
    assert written.count("style=dashed") == sum(c.role == "backup" for c in network.circuits.values())
    assert written.count("{") == written.count("}")


def test_a_mermaid_label_holds_nothing_that_mermaid_reads() -> None:
    said = mermaid.quoted(NASTY)
    assert re.fullmatch(r'"(?:[^"#;<>\[\]|`\n]|#\d+;)*"', said)
    assert mermaid.quoted("西宁市 r1") == '"西宁市 r1"'
    assert mermaid.quoted("") == '" "'


def test_a_mermaid_flowchart_groups_devices_by_home_and_dashes_backups() -> None:
    network = small()
    written = mermaid.write_mermaid(network, backbone_part(network), speech=Speech(True), condition=Condition())
    lines = written.splitlines()
    assert lines[0] == "flowchart TB"
    assert sum(line.strip() == "end" for line in lines) == sum(line.strip().startswith("subgraph") for line in lines)
    assert '["golmud-dc-r1"]' in written
    assert "chengdong" not in written
    assert written.count("-.-") == 5


def test_what_failed_is_told_in_both() -> None:
    network = small()
    found = condition(network, parse(network, ["circuit:xining-up1", "circuit:chengdong-up1"]))
    part = everything(network)
    assert dot.write_dot(network, part, speech=Speech(), condition=found).count("style=dotted") == 2
    assert mermaid.write_mermaid(network, part, speech=Speech(), condition=found).count("linkStyle") == 2


def test_a_part_too_large_for_mermaid_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    network = small()
    monkeypatch.setattr(mermaid, "MOST_DEVICES", 5)
    with pytest.raises(UsageError) as caught:
        Drawn(network, view_of("levels"), Speech()).mermaid()
    assert "under:SITE" in str(caught.value.hint)


def test_folding_leaves_communities_out_and_counts_them() -> None:
    network = small()
    sites = dict(network.sites)
    for name in ("huangyuan-t1", "huangyuan-t2"):
        sites[name] = replace(sites[name], parent="chengdong-t1", level=sites[name].level.COMMUNITY)
    changed = replace(network, sites=sites)
    part = below_part(changed, "chengdong", fold=True)
    assert part.folded == {"chengdong-t1": 2}
    assert "huangyuan-t1" not in part.homes
    assert "xining" in part.homes
