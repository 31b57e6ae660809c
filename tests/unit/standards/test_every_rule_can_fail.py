"""Every shipped rule is broken by some small change of Qinghai, and each change breaks exactly what it should."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from network_changes import Change, added, all_of, areas, change, interfaces, rehome, without

from jbnet.model.network import Circuit, CircuitRole, Network, Objective, Termination
from jbnet.standards import Standards, evaluate
from jbnet.standards.model import Evidence, Outcome
from jbnet.standards.world import Surroundings

TODAY = date(2026, 11, 22)
LATER = date(2099, 1, 1)


@dataclass(frozen=True)
class Case:
    """A change, other surroundings or another day, and the rules that it breaks."""

    rules: str
    change: Change | None = None
    around: dict[str, Any] = field(default_factory=dict)
    today: date = TODAY


def shared_cable(network: Network) -> Network:
    """Add a cable between the core routers whose name says nothing."""
    cable = Circuit("strange", Termination("core-r1", "x1"), Termination("core-r2", "x1"), CircuitRole.PRIMARY,
                    prefix=IPv4Network("10.0.128.200/31"))  # fmt: skip
    return replace(network, circuits={**network.circuits, "strange": cable})


def one_prefix_for_two(network: Network) -> Network:
    return change("premises", "xining-pension", prefix=network.premises["xining-medical"].prefix)(network)


def equal_sessions(network: Network) -> Network:
    alike = tuple(replace(session, local_pref=min(session.local_pref, 100)) for session in network.bgp_sessions)
    return replace(network, bgp_sessions=alike)


def one_session(network: Network) -> Network:
    return replace(network, bgp_sessions=network.bgp_sessions[:1])


COMMUNITY, TOWNSHIP = "mangya-huatugou-tuanjielu", "mangya-huatugou"
CASES = {
    # addressing
    "public addresses": Case("QH-A-01", lambda network: replace(network, supernet=IPv4Network("100.0.0.0/8"))),
    "a prefecture's block is short": Case("QH-A-02", change("sites", "xining", block=IPv4Network("10.8.0.0/14"))),
    "a county's block is short": Case("QH-A-03", change("sites", "mangya", block=IPv4Network("10.65.128.0/18"))),
    "a township's block is long": Case("QH-A-04", change("sites", TOWNSHIP, block=IPv4Network("10.65.132.0/23"))),
    "a community's block is long": Case("QH-A-05", change("sites", COMMUNITY, block=IPv4Network("10.65.133.0/26"))),
    "a community moved without its block": Case(
        "QH-A-06 GBT22239-8.1.2.1-c.1", change("sites", COMMUNITY, parent="chengdong-lejiawan")
    ),
    "a loopback from elsewhere": Case("QH-A-07", change("devices", "mangya-r1", loopback=IPv4Address("10.250.0.1"))),
    "a link from elsewhere": Case("QH-A-08", change("circuits", "mangya-up1", prefix=IPv4Network("10.250.0.0/31"))),
    "Golmud inside a prefecture": Case("QH-A-09", change("locations", "golmud-dc", block=IPv4Network("10.0.0.0/12"))),
    "a device with a name of its own": Case("QH-A-10", added("noc-watcher", "noc", "noc-server")),
    "a circuit with a name of its own": Case("QH-A-11", shared_cable),
    # topology
    "a core router that is none": Case(
        "QH-T-01 GBT22239-8.1.2.1-e.3 QH-T-14 GBT22239-8.1.3.1-a",
        change("devices", "core-r2", role="noc-server"),
    ),
    "a prefecture on one line": Case(
        "QH-T-02 QH-T-03 QH-T-05 QH-T-06 QH-R-03 GBT22239-8.1.2.1-e.1", without("haixi-up2", "haixi-up3")
    ),
    "no line to Golmud": Case("QH-T-03", without("haixi-up3")),
    "one carrier for a prefecture": Case(
        "QH-T-04", all_of(*(change("circuits", f"haixi-up{n}", carrier="unicom") for n in (1, 2, 3)))
    ),
    "all lines to one core": Case(
        "QH-T-02 QH-T-03 QH-T-06", all_of(rehome("haixi-up2", "core-r1"), without("haixi-up3"))
    ),
    "a county in another prefecture": Case("QH-T-07", rehome("mangya-up1", "xining-r1")),
    "a county without a backup": Case("QH-T-08 GBT22239-8.1.2.1-e.2", without("chengdong-up2")),
    "a county's lines on one router": Case("QH-T-09", rehome("chengdong-up2", "xining-r1")),
    "a township on a prefecture": Case("QH-T-10", rehome(f"{TOWNSHIP}-up1", "haixi-r1")),
    "a community on a county": Case("QH-T-11", rehome(f"{COMMUNITY}-up1", "mangya-r1")),
    "a community behind a community": Case("QH-T-12", rehome(f"{COMMUNITY}-up1", "chengdong-lejiawan-jinqiaolu-r1")),
    "one carrier for Golmud": Case("QH-T-13", change("circuits", "golmud-dc-up2", carrier="telecom")),
    "one carrier to the ministry": Case("QH-T-14", change("circuits", "ministry-up2", carrier="telecom")),
    "two lines of the ministry on one core": Case("QH-T-14", rehome("ministry-up2", "core-r1")),
    "the ministry's second line in Golmud": Case("QH-T-14", rehome("ministry-up2", "golmud-dc-r1")),
    "the ministry's third line in a prefecture": Case("QH-T-14", rehome("ministry-up3", "haixi-r1")),
    "no line from the ministry to Golmud": Case("QH-T-14 QH-T-16", without("ministry-up3")),
    "a partner at a county": Case("QH-T-15 GBT22239-8.1.2.1-d", change("peers", "tax-xining", site="mangya")),
    # routing
    "a data centre in another area": Case("QH-R-01", areas("golmud-dc-r2", "0.0.0.0", "0.0.0.9")),
    "two prefectures in one area": Case(
        "QH-R-02", all_of(*(areas(f"haixi-r{n}", "0.0.63.28", "0.0.63.1") for n in (1, 2)))
    ),
    "one border router": Case("QH-R-03", interfaces("haixi-r2", ["up2", "up3"], area=None)),
    "border routers without a link": Case("QH-R-04", without("haixi-pair1")),
    "OSPF in a township": Case("QH-R-05", interfaces(f"{TOWNSHIP}-r1", ["up1"], area="0.0.63.28")),
    "a backup as cheap as the main line": Case("QH-R-06", interfaces("haixi-r2", ["up2"], cost=10)),
    "one session with the ministry": Case("QH-R-07", one_session),
    "two sessions with the ministry alike": Case("QH-R-07", equal_sessions),
    # data
    "Golmud next door": Case("BL-D-01 GBT22239-8.1.4.9-b", change("sites", "golmud", lon=101.9, lat=36.6)),
    "copies in one place": Case(
        "BL-D-01 BL-D-05 GBT22239-8.1.2.1-e.6 GBT22239-8.1.4.9-b",
        change("databases", "decision", standby="xining-dc-app1"),
    ),
    "asynchronous, nothing to lose": Case(
        "BL-D-02 GBT22239-8.1.4.9-b", change("databases", "production", replication="async")
    ),
    "a day to recover": Case("BL-D-03", change("databases", "exchange", rto_s=86400.0)),
    "a service that promises nothing": Case(
        "BL-D-04 GBT22239-8.1.10.11-c", change("services", "hotline", objective=Objective(), databases=())
    ),
    "one ring around Golmud": Case("BL-D-05", around={"fences": {"xining-dc-db1": 2, "golmud-dc-db1": 1}}),
    "one approver": Case("BL-D-06 GBT22239-8.1.7.3-b", around={"approvers": 1}),
    # hosts
    "counties managed in the clear": Case("BL-H-01 GBT22239-8.1.4.1-c.1", change("roles", "county-router", snmp="v2c")),
    "the waivers have ended": Case("BL-H-02 GBT22239-8.1.4.1-c.2", today=LATER),
    "routers that nobody configures": Case(
        "BL-H-03 GBT22239-8.1.10.8-a", change("roles", "county-router", managed=False)
    ),
    "nobody looks at the core": Case("BL-H-04 GBT22239-8.1.5.4-c", change("roles", "core", monitored=False)),
    "no way back from a change": Case("BL-H-05", change("devices", "core-r1", platform="vrp5")),
    "an application on one host": Case(
        "BL-H-06 GBT22239-8.1.4.9-c", change("applications", "insurance", hosts=("xining-dc-app1",))
    ),
    "nobody looks at applications": Case("BL-H-07", change("roles", "application-server", monitored=False)),
    # network
    "two agencies in one table": Case("BL-N-01 GBT22239-8.1.2.1-c.2", change("agencies", "medical", vrf="pension")),
    "two agencies with one prefix": Case("BL-N-02", one_prefix_for_two),
    "a partner that may use nothing": Case("BL-N-03 GBT22239-8.1.3.2-a", change("peers", "tax-xining", services=())),
    "a partner with our addresses": Case(
        "BL-N-04", change("peers", "tax-xining", prefixes=(IPv4Network("10.9.0.0/24"),))
    ),
    "the NOC on one line": Case("BL-N-05 GBT22239-8.1.5.4-a", without("noc-up2")),
    "a database in the NOC": Case("BL-N-06 GBT22239-8.1.5.4-a", added("noc-db9", "noc", "database-server")),
    # links
    "a line of unknown bandwidth": Case("BL-L-01", change("circuits", f"{COMMUNITY}-up1", bandwidth=None)),
    "a line without a number": Case("BL-L-02", change("circuits", "ministry-up1", line_number=None)),
    "a line that nobody pays": Case("BL-L-03", change("circuits", "mangya-up1", payer=None)),
    "a thin line of a prefecture": Case("BL-L-04", change("circuits", "guoluo-up1", bandwidth=150)),
    "a thin line of a county": Case(
        "BL-L-05 BL-L-06 GBT22239-8.1.2.1-b", change("circuits", "mangya-up1", bandwidth=2)
    ),
    "more to do than lines carry": Case("BL-L-06 GBT22239-8.1.2.1-b", change("sites", TOWNSHIP, demand=30.0)),
    "a backup that carries nothing": Case("BL-L-07", change("circuits", "chengdong-up2", bandwidth=1)),
    "a county's lines in one duct": Case(
        "BL-L-08", all_of(*(change("circuits", f"chengdong-up{n}", srlgs=("g109-cable",)) for n in (1, 2)))
    ),
    "a prefecture's lines in one duct": Case(
        "BL-L-08 GBT22239-8.1.2.1-e.1",
        all_of(*(change("circuits", f"haixi-up{n}", srlgs=("g109-cable",)) for n in (1, 2, 3))),
    ),
    "a carrier without a desk": Case("BL-L-09 GBT22239-8.1.7.4-c", change("carriers", "mobile", phone=None)),
    "an intranet without a desk": Case("BL-L-10", change("underlays", "egov", phone=None)),
    # physical
    "nobody to call": Case("BL-P-01 GBT22239-8.1.10.2-a", change("sites", "mangya", contact=None)),
    "nowhere on the map": Case("BL-P-02", change("sites", "mangya", lon=None)),
    "open at unknown hours": Case("BL-P-03", change("sites", COMMUNITY, opening_hours=None)),
    # redundancy by GB/T 22239
    "a prefecture with one router": Case(
        "GBT22239-8.1.2.1-e.4 QH-T-02 QH-T-07 QH-R-03",
        change("devices", "haixi-r2", role="noc-server"),
    ),
    "Golmud with one router": Case(
        "GBT22239-8.1.2.1-e.5 GBT22239-8.1.3.1-a QH-T-14", change("devices", "golmud-dc-r2", role="database-server")
    ),
}


def violated(network: Network, standards: Standards, around: Surroundings, today: date = TODAY) -> set[tuple[str, str]]:
    found = evaluate(network, standards, today, surroundings=around)
    return {(v.rule.id, v.subject) for v in found.judgements if v.outcome is Outcome.VIOLATED}


@pytest.fixture(scope="module")
def before(qinghai: Network, standards: Standards, around: Surroundings) -> set[tuple[str, str]]:
    return violated(qinghai, standards, around)


@pytest.mark.parametrize("name", CASES)
def test_the_change_breaks_exactly_these_rules(
    name: str, qinghai: Network, standards: Standards, around: Surroundings, before: set[tuple[str, str]]
) -> None:
    case = CASES[name]
    network = case.change(qinghai) if case.change else qinghai
    after = violated(network, standards, replace(around, **case.around), case.today)
    assert sorted({rule for rule, _ in after - before}) == sorted(case.rules.split())


def test_no_shipped_rule_is_without_a_change_that_breaks_it(standards: Standards) -> None:
    """Rules on configurations have their cases beside the platforms: test_every_control_can_fail.py."""
    broken = {rule for case in CASES.values() for rule in case.rules.split()}
    declared = [rule.id for rule in standards.rules.values() if rule.evidence is Evidence.DECLARATION]
    assert [rule for rule in declared if rule not in broken] == []
