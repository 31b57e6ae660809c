"""Where values come from: every fact of every kind of source, each pointing at the text that says it."""

from __future__ import annotations

import pytest

from jbnet.inventory.declaration import Declaration, declare
from jbnet.inventory.explain import Fact, explain
from jbnet.inventory.report import Report
from jbnet.model.network import Network


@pytest.fixture(scope="module")
def declared(qinghai_files: dict[str, str]) -> Declaration:
    return declare(qinghai_files, Report())


def facts(declared: Declaration, network: Network, site: str) -> dict[tuple[str, str], Fact]:
    found = explain(declared, network, site)
    by_key = {(fact.subject, fact.key): fact for fact in found}
    assert len(by_key) == len(found), "a value is explained once"
    return by_key


@pytest.mark.parametrize(
    ("site", "subject", "key", "value", "source"),
    [
        ("mangya", "mangya", "archetype", "county-single", "written for it"),
        ("mangya", "mangya", "phase", "2", "site haixi"),
        ("mangya", "mangya", "status", "active", "default"),
        ("mangya", "mangya", "demand", "4", "archetype county-single"),
        ("mangya", "mangya", "parent", "haixi", "it stands inside it"),
        ("mangya", "mangya-r1", "platform", "vrp8", "role county-router"),
        ("mangya", "mangya-up1", "media", "microwave", "written for it"),
        ("mangya", "mangya-up1", "handoff", "PE-632803-1", "archetype county-single"),
        ("mangya", "mangya-up1", "payer", "haixi", "archetype county-single"),
        ("mangya", "mangya-pension", "line", "-", "written for it"),
        ("delingha", "delingha-r1", "platform", "comware7", "written for it"),
        ("delingha", "delingha-up1", "srlgs", "egov", "underlay egov"),
        ("delingha", "delingha-employment", "line", "-", "agency employment"),
        ("delingha", "delingha-medical-up1", "bandwidth", "20", "agency medical"),
        ("xining", "xining", "opening_hours", "Mo-Fr 08:30-12:00,14:30-18:00", "archetype prefecture"),
        ("xining", "xining-medical-up1", "line_number", "XN-CY-0002", "written for it"),
        ("xining", "tax-xining", "prefixes", "172.25.1.0/24", "written for it"),
        ("xining", "tax-xining-up1", "payer", "xining", "kind of partner tax"),
        ("qinghai", "qinghai", "block", "10.6.0.0/16", "the address plan"),
    ],
)
def test_values_come_from_where_they_are_written(
    declared: Declaration, qinghai: Network, site: str, subject: str, key: str, value: str, source: str
) -> None:
    fact = facts(declared, qinghai, site)[subject, key]
    assert (fact.value, str(fact.source)) == (value, source)


@pytest.mark.parametrize("site", ["xining", "golmud", "qilian-yanglong", "qinghai"])
def test_what_is_written_as_it_is_stands_at_its_place(
    declared: Declaration, qinghai: Network, qinghai_files: dict[str, str], site: str
) -> None:
    literal = {"code", "carrier", "bandwidth", "monthly_cost", "role", "platform", "line_number", "media"}
    for fact in facts(declared, qinghai, site).values():
        if fact.place is not None and fact.key in literal:
            line = qinghai_files[fact.place.file].splitlines()[fact.place.line - 1]
            assert line[fact.place.column - 1 :].lstrip('"').startswith(fact.value)


def test_every_site_can_be_explained(declared: Declaration, qinghai: Network) -> None:
    for name in list(qinghai.sites)[::25]:
        assert facts(declared, qinghai, name)[name, "code"].value == qinghai.sites[name].code
