"""What a rehearsal builds, whom it blames, and the evidence that it leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from drawn_network import networks
from hypothesis import given, settings
from sample_network import sample_network

from jbnet.change.affected import affected, dispensable
from jbnet.change.pairs import blame, by_sick_end, sources, targets, wanted
from jbnet.change.rehearsal import Counts, Evidence, Likeness, Lost, Pair, Scale, Trial
from jbnet.change.rehearsal_codec import from_json, to_json
from jbnet.change.waves import uppers
from jbnet.inventory.restrict import restrict
from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import text

CENTRE = {"core-r1", "core-r2", "noc-s1", "xining-dc-r1", "xining-dc-db1", "ministry-r1"}


def test_a_county_brings_its_townships_and_both_of_its_border_routers_and_no_other_county() -> None:
    part = affected(sample_network(), ["chengdong-r1"])
    below = {"chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1"}
    assert part == CENTRE | below | {"chengdong-r1", "xining-r1", "xining-r2"}


def test_a_border_router_brings_its_prefecture() -> None:
    network = sample_network()
    assert affected(network, ["xining-r2"]) >= {"chengdong-r1", "chengdong-lejiawan-a-r1", "xining-r1"}
    assert "datong-r1" in affected(network, ["xining-r1"])


@settings(max_examples=25, deadline=None)
@given(networks())
def test_what_is_wanted_in_the_part_is_what_is_wanted_of_it_in_the_whole(network: Network) -> None:
    """The part holds every way between its devices: without the rest they reach each other as with it."""
    changed = next(iter(network.devices))
    part = restrict(network, affected(network, [changed]))
    of_part = wanted(part, sources(part), targets(part))
    of_whole = wanted(network, sources(part), [t for t in targets(network) if t in targets(part)])
    assert of_part == of_whole


def test_short_of_memory_the_outermost_go_first_and_never_a_changed_device_or_its_way_up() -> None:
    network = sample_network()
    order = list(dispensable(network, affected(network, ["xining-r1"]), ["xining-r1"]))
    assert order[:2] == ["chengdong-lejiawan-a-r1", "chengdong-lejiawan-r1"]
    assert not {"xining-r1", "core-r1", "noc-s1", "xining-dc-db1"} & set(order)


def test_everybody_asks_from_the_sites_own_network_and_peers_only_answer() -> None:
    asking = sources(sample_network())
    assert asking["chengdong-r1"] == "10.8.128.1"
    assert asking["xining-r1"] == "10.8.96.1"
    assert "ministry-r1" not in asking
    assert {t.name for t in targets(sample_network())} >= {"database production", "chengdong-r1", "chengdong-r1 lan1"}


def blamed(lost: set[Pair], changed: list[str]) -> set[str]:
    network = sample_network()
    hosts = {target.name: target.device for target in targets(network)}
    found = blame(lost, dict.fromkeys(lost, changed), hosts, uppers(network))
    assert {one.pair for one in found} == lost
    return {one.after for one in found}


def test_of_devices_changed_at_once_the_one_above_the_sick_end_is_blamed() -> None:
    pairs = {Pair("chengdong-lejiawan-r1", t) for t in ("core-r1", "noc-s1", "datong-r1")}
    assert blamed(pairs, ["datong-r1", "chengdong-r1"]) == {"chengdong-r1"}
    assert blamed(pairs, ["core-r1", "xining-dc-r1"]) == {"core-r1"}


def test_a_loss_beside_all_changed_devices_is_the_last_ones_and_one_before_any_change_is_nobodys() -> None:
    pairs = {Pair("core-r1", "noc-s1")}
    assert blamed(pairs, ["datong-r1", "chengdong-r1"]) == {"chengdong-r1"}
    assert blamed(pairs, []) == {""}


def test_lost_pairs_are_told_by_the_end_that_lost_most() -> None:
    pairs = [Pair("a", "x"), Pair("a", "x lan1"), Pair("a", "database d"), Pair("z", "a lan1"), Pair("b", "x")]
    assert by_sick_end(pairs) == {"a": ("database d", "x", "z"), "b": ("x",)}


def evidence() -> Evidence:
    one, other = Pair("a-r1", "b-r1"), Pair("b-r1", "database production")
    return Evidence(
        "c0ffee", datetime(2026, 11, 22, tzinfo=UTC), 12.5, Scale(4, 3, 2), Counts(20, 19, 18),
        (
            Trial(1, ("a-r1", "c-r1"), 18, (Lost(one, "a-r1"),), {other: 1.5}),
            Trial(2, ("b-r1",), 18, (), {}, {"b-r1": text("{device} is gone", device="b-r1")}),
        ),
        (other,), ("d-r1",), Likeness({"e-r1": text("silent")}, {"f-r1": text("not asked")}, ("line-1",)),
    )  # fmt: skip


def test_evidence_comes_back_from_json_and_an_edited_one_is_none() -> None:
    written = json.dumps(to_json(evidence()))
    assert from_json(json.loads(written)) == evidence()
    edited = json.loads(written) | {"pairs": {"wanted": 20, "before": 19, "after": 19}}
    with pytest.raises(UsageError, match="changed after it was written"):
        from_json(edited)
    broken: tuple[object, ...] = (None, [], {}, {"schema": "jbnet/plan/1"})
    for damaged in broken:
        with pytest.raises(UsageError, match="no evidence"):
            from_json(damaged)


def test_who_lost_something_or_failed_stands_against_the_plan() -> None:
    found = evidence()
    assert (found.blessed, found.culprits) == (False, ("b-r1", "a-r1"))
    nameless = replace(found, trials=(Trial(1, ("a-r1", "c-r1"), 18, (Lost(Pair("x", "y")),)),))
    assert nameless.culprits == ("a-r1", "c-r1")
    assert replace(found, trials=(), not_started=()).blessed
    assert not replace(found, trials=()).blessed


def test_a_pair_lost_twice_is_told_at_its_first_wave() -> None:
    lost = Lost(Pair("a", "b"), "a-r1")
    found = replace(evidence(), trials=(Trial(1, ("a-r1",), 0, (lost,)), Trial(2, ("b-r1",), 0, (lost,))))
    assert found.lost == ((1, lost),)
