"""Every control has a configuration on which it holds and one that breaks it, on every platform that can show it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from audit_breaks import ALSO, BREAKS, FILES, HOLDS_NOT, SEEN, Edit
from audited import PLATFORMS, Case, case, shipped

from jbnet.standards import Standards
from jbnet.standards.model import Evidence, Outcome


@pytest.fixture(scope="module")
def standards() -> Standards:
    return shipped()


@cache
def held(platform: str) -> dict[str, Outcome]:
    """What comes of the hardened device."""
    return case(platform).outcomes(shipped())


def edited(text: str, edit: Edit) -> str:
    pattern, instead = edit
    made, count = re.subn(pattern, instead, text, flags=re.MULTILINE)
    assert count, f"{pattern} is not there"
    return made


def broken(platform: str, rule: str) -> Case:
    good = case(platform)
    if rule in SEEN:
        return case(platform, more=SEEN[rule])
    if platform == "frr" and rule in FILES:
        return case(platform, files=edited(good.files, FILES[rule]))
    return case(platform, running=edited(good.running, BREAKS[platform][rule]))


CASES = [
    (platform, rule)
    for platform in PLATFORMS
    for rule in sorted({*BREAKS[platform], *SEEN, *(FILES if platform == "frr" else ())})
]


@pytest.mark.parametrize(("platform", "rule"), CASES)
def test_a_control_fails_where_it_is_broken_and_no_other_does(platform: str, rule: str, standards: Standards) -> None:
    before, after = held(platform), broken(platform, rule).outcomes(standards)
    assert after[rule] is Outcome.VIOLATED
    changed = {name for name in before if before[name] is not after[name]}
    assert changed - {rule} <= ALSO.get(rule, set())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_control_holds_on_the_hardened_device_but_those_it_cannot_show(platform: str) -> None:
    assert {rule for rule, found in held(platform).items() if found is not Outcome.FULFILLED} == HOLDS_NOT[platform]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_control_that_holds_is_without_a_case_that_breaks_it(platform: str) -> None:
    outcomes = held(platform)
    cases = {rule for name, rule in CASES if name == platform}
    assert {rule for rule, found in outcomes.items() if found is Outcome.FULFILLED} <= cases


def test_every_shipped_control_holds_somewhere_and_is_broken_somewhere(standards: Standards) -> None:
    rules = {rule.id for rule in standards.rules.values() if rule.evidence is Evidence.CONFIGURATION}
    holds = {rule for p in PLATFORMS for rule, found in held(p).items()
             if found is Outcome.FULFILLED}  # fmt: skip
    apart = {"CF-H-13", "CF-H-15"}  # below
    assert holds | apart == rules
    assert {rule for _, rule in CASES} | {"CF-H-13"} == rules


def test_a_township_may_have_a_community_of_its_own_word_which_warns(standards: Standards) -> None:
    v3 = case("vrp5", role="township-cpe").outcomes(standards)
    said = "snmp-agent\n snmp-agent community read %s acl 2001\n snmp-agent sys-info version v2c"
    text = case("vrp5").running
    known = edited(text, (r"^ snmp-agent\n snmp-agent sys-info version v3", " " + said % "public"))
    own = edited(text, (r"^ snmp-agent\n snmp-agent sys-info version v3", " " + said % "Word-of-mouth"))
    typed = case("vrp5", role="township-cpe", running=own).outcomes(standards)
    assert v3["CF-H-13"] is Outcome.FULFILLED
    assert typed["CF-H-13"] is Outcome.VIOLATED
    assert typed["CF-H-15"] is Outcome.FULFILLED
    assert case("vrp5", role="township-cpe", running=known).outcomes(standards)["CF-H-15"] is Outcome.VIOLATED


GROUPED = {
    "vrp8": (" group MIN external\n peer MIN as-number 64900\n{key} peer 10.5.0.129 group MIN\n",
             " peer MIN password cipher x\n",
             "  peer {name} route-policy P import\n  peer {name} route-policy P export\n"),
    "ios": (" neighbor MIN peer-group\n neighbor MIN remote-as 64900\n{key} neighbor 10.5.0.129 peer-group MIN\n",
            " neighbor MIN password 7 x\n", "  neighbor {name} route-map P in\n  neighbor {name} route-map P out\n"),
}  # fmt: skip
HEADS = {"vrp8": ("bgp 65001\n", " ipv4-family unicast\n"), "ios": ("router bgp 65001\n", " address-family ipv4\n")}


def grouped(platform: str, *, key: bool, filtered: str | None) -> Case:
    members, secret, filters = GROUPED[platform]
    process, family = HEADS[platform]
    said = filters.format(name=filtered) if filtered else ""
    return case(platform, running=process + members.format(key=secret if key else "") + family + said)


@pytest.mark.parametrize("platform", GROUPED)
def test_a_bgp_neighbour_has_what_its_group_has(platform: str, standards: Standards) -> None:
    sound = grouped(platform, key=True, filtered="MIN").outcomes(standards)
    mixed = grouped(platform, key=False, filtered="10.5.0.129").outcomes(standards)
    bare = grouped(platform, key=True, filtered=None).outcomes(standards)
    assert (sound["CF-N-02"], sound["CF-N-03"]) == (Outcome.FULFILLED, Outcome.FULFILLED)
    assert (mixed["CF-N-02"], mixed["CF-N-03"]) == (Outcome.FULFILLED, Outcome.VIOLATED)
    assert (bare["CF-N-02"], bare["CF-N-03"]) == (Outcome.VIOLATED, Outcome.FULFILLED)


def test_a_neighbour_of_our_own_system_is_no_external_one(standards: Standards) -> None:
    running = "bgp 65001\n group CORE internal\n peer 10.8.96.2 group CORE\n peer 10.8.96.3 as-number 65001\n"
    found = case("vrp8", running=running).outcomes(standards)
    assert found["CF-N-02"] is Outcome.NOT_APPLICABLE
