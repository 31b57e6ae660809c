"""Judging: what is counted how, what a waiver excuses and until when, what is never called fulfilled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from house_rules import house_set
from network_changes import change

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load as load_network
from jbnet.model.findings import Severity
from jbnet.model.network import Level, Network, Status
from jbnet.standards import Standards, evaluate, load
from jbnet.standards.evaluate import Evaluation, as_finding
from jbnet.standards.model import Outcome

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
TODAY = date(2026, 11, 22)
SET = house_set("""\
  H-1:
    title: {en: Nine routers, zh: 九台路由器}
    clause: "4.2"
    aspect: topology
    severity: warning
    applies_to: sites
    where: {level: [prefecture, county]}
    require: {routers_at_least: {count: 9}}
  H-2:
    title: {en: Wide lines, zh: 宽带}
    clause: "4.3"
    aspect: link
    applies_to: circuits
    where: {level: county}
    require: {bandwidth_at_least: {mbit: 1}}
  H-3:
    title: {en: Locks, zh: 门锁}
    clause: "5.1"
    aspect: physical
    evidence: elsewhere
""")


@pytest.fixture(scope="module")
def network() -> Network:
    found = load_network(read_files(BASE)).network
    assert found is not None
    return found


def rules(waivers: str = "") -> Standards:
    found = load({"topology/standards/house.yaml": SET + waivers})
    assert found.findings == ()
    return found


def judged(network: Network, waivers: str = "", today: date = TODAY) -> Evaluation:
    return evaluate(network, rules(waivers), today)


def outcomes(found: Evaluation, rule: str) -> Mapping[str, Outcome]:
    return {one.subject: one.outcome for one in found.judgements if one.rule.id == rule}


def waiver(subject: str, until: date) -> str:
    what = f"subjects: [{subject}]" if not subject.startswith("under") else f"under: {subject.partition(' ')[2]}"
    return f'waivers:\n  - {{rule: H-1, {what}, reason: Small., who: wang, until: "{until}"}}\n'


def sites(network: Network, *levels: Level) -> list[str]:
    return [site.name for site in network.sites.values() if site.level in levels]


def test_every_subject_is_counted_once_under_its_level(network: Network) -> None:
    found = judged(network)
    for level in (Level.PREFECTURE, Level.COUNTY):
        assert found.tally["H-1", level, Outcome.VIOLATED] == len(sites(network, level))


def test_what_the_declaration_does_not_say_is_not_shown(network: Network) -> None:
    lines = [c.name for c in network.circuits.values() if c.z.device.split("-")[0] in sites(network, Level.COUNTY)]
    dark = change("circuits", lines[0], bandwidth=None)(network)
    assert outcomes(judged(dark), "H-2")[lines[0]] is Outcome.NOT_SHOWN


def test_what_shows_elsewhere_is_listed_and_never_counted(network: Network) -> None:
    found = judged(network)
    assert [rule.id for rule in found.elsewhere] == ["H-3"]
    assert all(rule != "H-3" for rule, _, _ in found.tally)


def test_a_waiver_excuses_its_subject_and_is_reported(network: Network) -> None:
    first, *others = sites(network, Level.PREFECTURE, Level.COUNTY)
    found = judged(network, waiver(first, TODAY))
    shown = outcomes(found, "H-1")
    assert shown[first] is Outcome.WAIVED
    assert {shown[name] for name in others} == {Outcome.VIOLATED}
    assert [one.waiver.who for one in found.judgements if one.waiver] == ["wang"]
    assert found.findings == []


def test_the_day_after_its_last_a_waiver_excuses_nothing_and_says_so(network: Network) -> None:
    first = sites(network, Level.PREFECTURE)[0]
    found = judged(network, waiver(first, TODAY), TODAY + timedelta(days=1))
    assert outcomes(found, "H-1")[first] is Outcome.VIOLATED
    assert [finding.code for finding in found.findings] == ["JB310"]


def test_a_waiver_under_a_site_excuses_all_below_it(network: Network) -> None:
    prefecture = sites(network, Level.PREFECTURE)[0]
    below = {s.name for s in network.sites.values() if s.parent == prefecture and s.level is Level.COUNTY}
    shown = outcomes(judged(network, waiver(f"under {prefecture}", TODAY)), "H-1")
    assert {name for name, outcome in shown.items() if outcome is Outcome.WAIVED} == below | {prefecture}


def test_a_site_that_is_not_active_is_judged_only_where_a_rule_says_so(network: Network) -> None:
    county = sites(network, Level.COUNTY)[0]
    planned = change("sites", county, status=Status.PLANNED)(network)
    assert county not in outcomes(judged(planned), "H-1")
    both = SET.replace("[prefecture, county]}", "[prefecture, county], status: [active, planned]}")
    found = evaluate(planned, load({"topology/standards/house.yaml": both}), TODAY)
    assert outcomes(found, "H-1")[county] is Outcome.VIOLATED


def test_a_finding_bears_the_rules_id_its_severity_and_the_clause(network: Network) -> None:
    finding = as_finding(next(judged(network).violations))
    assert (finding.code, finding.severity) == ("H-1", Severity.WARNING)
    assert finding.message.endswith("[House 4.2]")
    assert finding.place is not None


def test_some_severities_or_some_subjects_judge_the_rest_not_at_all(network: Network) -> None:
    only = evaluate(network, rules(), TODAY, severities=[Severity.ERROR])
    assert {rule for rule, _, _ in only.tally} == {"H-2"}
    county = sites(network, Level.COUNTY)[0]
    one = evaluate(network, rules(), TODAY, keep=lambda subject: subject.site == county)
    assert {judgement.site for judgement in one.judgements} == {county}


def test_a_rule_about_unknown_names_judges_nothing_and_is_an_error(network: Network) -> None:
    text = SET.replace("routers_at_least: {count: 9}", "reaches: {location: coer, avoiding: core}")
    found = evaluate(network, load({"topology/standards/house.yaml": text}), TODAY)
    assert [(finding.code, finding.severity) for finding in found.findings] == [("JB308", Severity.ERROR)]
    assert "most alike: core" in found.findings[0].message
    assert outcomes(found, "H-1") == {}


def test_judging_does_not_depend_on_the_order_of_files(network: Network) -> None:
    two = SET.replace("name: house", "name: other").replace("prefix: H", "prefix: O").replace("  H-", "  O-")
    files = {"topology/standards/a.yaml": SET, "topology/standards/b.yaml": two}
    one, other = (evaluate(network, load(f), TODAY) for f in (files, dict(reversed(files.items()))))
    assert one == other
    assert replace(one) == one
