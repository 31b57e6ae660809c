"""What probes come to: one incident for one cause, at the line that has it, and nothing behind a known fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from networks import small
from watching import Watching

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.business import Application
from jbnet.model.network import Network
from jbnet.monitor.alarms import Severity
from jbnet.monitor.probing import Probe, ProbeKind, Probes, Target
from jbnet.monitor.probing_file import FILE, load_probes
from jbnet.monitor.probing_results import Probed, unpack_probed
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Round
from jbnet.monitor.summary import summarise
from jbnet.monitor.thresholds import Threshold
from jbnet.topology.graph import FailureSet
from jbnet.topology.paths import paths_from

TEXT = """
probes:
  paths: {kind: echo, roles: [core, dc-router, prefecture-router, county-router, township-cpe]}
  apps: {kind: tcp, applications: ["*"], slow_s: 2}
  page: {kind: tls, applications: [portal], days: 30, for_looks: 1}
  heartbeat: {kind: sql, databases: ["*"]}
  upload: {kind: upload, database: production, table: uploads, part: site, time: at, expects: county, late_s: 3600}
"""
ROUTERS = frozenset({"core", "dc-router", "prefecture-router", "county-router", "township-cpe"})
LOSSY = Threshold("lossy", "loss", 0.03, 0.01, Severity.MINOR, looks=2, roles=ROUTERS)
SLOW = Threshold("far", "path-rtt", 0.3, 0.2, looks=2, roles=frozenset({"prefecture-router"}))


@pytest.fixture(scope="module")
def network() -> Network:
    found = small()
    portal = Application("portal", "网上办事大厅", ("golmud-dc-r1",), ("production",), 8443)
    return replace(found, applications={"portal": portal})


@pytest.fixture
def watch(network: Network) -> Watching:
    probes, findings = load_probes(TEXT, network)
    assert not findings
    return Watching(network, rules=Rules(thresholds=(LOSSY, SLOW), probes=probes))


def probe(watch: Watching, *found: Probed, times: int = 1) -> list[str]:
    """Do rounds that bring these results; return the causes of the open incidents."""
    for _ in range(times):
        watch.time += timedelta(seconds=1)
        looks = tuple(watch.net.look(watch.time) for _ in range(2))
        watch.play(looks, found)
    return watch.causes


def echoes(watch: Watching, lossy: Mapping[str, int], *, healthy: int = 1, rtt: float = 0.01) -> tuple[Probed, ...]:
    """Echoes of all routers: so many of 300 lost behind some lines, few elsewhere."""
    plant = watch.net.plant
    assert plant.origin is not None
    cut = FailureSet.of(circuits=watch.net.cut)
    paths = paths_from(plant.forecaster.whole, plant.origin, cut, sorted(plant.watched))
    counted = {d: max([healthy, *(lossy[c] for c in path if c in lossy)]) for d, path in paths.items() if path}
    return tuple(Probed("paths", d, "", {"sent": 300.0, "lost": float(n), "rtt": rtt}) for d, n in counted.items())


def app(up: float, why: str = "") -> Probed:
    return Probed("apps", "golmud-dc-r1", "portal", {"up": up} | ({"seconds": 0.1} if up else {}), why=why)


def test_a_line_that_loses_packets_is_one_incident_that_names_it_and_ends_with_it(watch: Watching) -> None:
    lossy = echoes(watch, {"xining-up1": 29})
    assert probe(watch, *lossy) == []
    assert probe(watch, *lossy) == ["alarm lossy xining-up1"]
    assert watch.open[0].severity is Severity.MINOR
    (reading,) = watch.open[0].readings
    assert (reading.measure, round(reading.value, 3), reading.limit, reading.over_s) == ("loss", 0.097, 0.03, 300)
    assert str(reading.words) == "round trips lost: 9.67 % over 300 s, limit 3 %"
    assert probe(watch, times=5) == ["alarm lossy xining-up1"], "rounds without echoes change nothing"
    assert probe(watch, *echoes(watch, {}), times=2) == []


def test_a_router_that_answers_few_requests_is_blamed_itself_where_all_behind_it_are_fine(watch: Watching) -> None:
    found = [replace(p, values={**p.values, "lost": 60.0}) if p.device == "core-r1" else p for p in echoes(watch, {})]
    assert probe(watch, *found, times=2) == ["alarm lossy core-r1"]


def test_a_slow_way_is_laid_at_the_line_and_not_at_every_router_behind_it(watch: Watching) -> None:
    slow = [replace(p, values={**p.values, "rtt": 0.5}) if p.device.startswith("xining-r") else p
            for p in echoes(watch, {})]  # fmt: skip
    assert probe(watch, *slow, times=2) == ["alarm far xining-up1"]


def test_a_line_that_goes_down_takes_the_alarm_of_its_losses_with_it(watch: Watching) -> None:
    probe(watch, *echoes(watch, {"chengdong-up1": 29}), times=2)
    assert watch.causes == ["alarm lossy chengdong-up1"]
    watch.net.cut = {"chengdong-up1"}
    watch.round(12)
    assert watch.causes == ["circuit chengdong-up1"]


def test_a_service_that_fails_twice_is_an_incident_with_the_reason(watch: Watching) -> None:
    bad = app(0.0, "Connection refused")
    assert probe(watch, bad) == []
    assert probe(watch, bad) == ["alarm apps golmud-dc-r1/portal"]
    assert watch.open[0].said is not None
    assert watch.open[0].said[1] == "Connection refused"
    assert watch.open[0].subject == "golmud-dc-r1"
    assert probe(watch, app(1.0), times=2) == []


def test_what_stands_on_a_device_behind_a_known_fault_says_nothing(watch: Watching) -> None:
    watch.net.cut = {"golmud-dc-up1", "golmud-dc-up2"}
    watch.round(12)
    before = watch.causes
    assert before
    assert probe(watch, app(0.0), times=5) == before


def test_what_stands_on_a_device_of_which_nothing_is_known_yet_says_nothing(network: Network) -> None:
    probes, _ = load_probes(TEXT, network)
    watch = Watching(network, rules=Rules(probes=probes), calm=0)
    bad = Probed("page", "golmud-dc-r1", "portal", {"up": 0.0}, why="timed out")
    watch.play((), (bad,))
    assert watch.causes == [], "nobody was looked at"
    watch.net.dead = {"golmud-dc-r1"}
    watch.play((watch.net.look(watch.time),), (bad,))
    assert watch.causes == [], "it has not answered yet"
    watch.net.dead = set()
    assert probe(watch, bad) == ["alarm page golmud-dc-r1/portal"], "it answers, and the service does not"


def test_one_try_without_a_way_of_our_own_says_nothing_of_the_service_and_two_while_its_device_answers_do(
    watch: Watching,
) -> None:
    bad = Probed("page", "golmud-dc-r1", "portal", {"up": 0.0, "way": 0.0}, why="Network is unreachable")
    assert probe(watch, bad) == []
    assert probe(watch, Probed("page", "golmud-dc-r1", "portal", {"up": 1.0, "seconds": 0.1})) == []
    assert probe(watch, bad) == []
    assert probe(watch, bad) == ["alarm page golmud-dc-r1/portal"]


def test_what_was_said_before_the_fault_was_known_is_taken_back(watch: Watching) -> None:
    assert probe(watch, app(0.0), times=2) == ["alarm apps golmud-dc-r1/portal"]
    watch.net.dead = {"golmud-dc-r1"}
    watch.round(15)
    assert watch.causes == ["device golmud-dc-r1"]


def test_a_certificate_that_will_end_is_an_incident_before_it_does(watch: Watching) -> None:
    def page(days: float, trusted: float = 1.0, why: str = "") -> Probed:
        values = {"up": 1.0, "seconds": 0.1, "days": days, "trusted": trusted}
        return Probed("page", "golmud-dc-r1", "portal", values, why=why)

    assert probe(watch, page(31)) == []
    assert probe(watch, page(29.5)) == ["alarm page-expires golmud-dc-r1/portal"]
    assert probe(watch, page(365)) == []
    assert probe(watch, page(365, 0.0, "hostname mismatch")) == ["alarm page-untrusted golmud-dc-r1/portal"]


def uploaded(age: float, *missing: str) -> Probed:
    return Probed("upload", "xining-dc-r1", "production", {"up": 1.0, "seconds": 0.1, "age": age}, missing)


def test_an_upload_in_time_that_misses_somebody_is_an_incident_that_names_them(watch: Watching) -> None:
    found = uploaded(60.0, "huangyuan")
    assert probe(watch, found, times=2) == ["alarm upload-missing huangyuan"]
    assert probe(watch, uploaded(60.0), times=2) == []


def test_an_upload_that_is_late_is_one_incident_and_nobody_is_named(watch: Watching) -> None:
    late = uploaded(4000.0, "chengdong", "chengzhong", "huangyuan")
    assert probe(watch, late, times=3) == ["alarm upload-late xining-dc-r1/production"]


def test_a_standby_that_is_behind_its_objective_is_an_incident(watch: Watching) -> None:
    values = {"up": 1.0, "seconds": 0.01, "behind": 4000.0}
    found = Probed("heartbeat", "xining-dc-r1", "production", values)
    assert probe(watch, found, times=2) == ["alarm heartbeat-behind xining-dc-r1/production"]


def test_a_database_that_went_on_alone_is_an_incident_with_its_position_though_the_standby_s_site_is_known_to_be_cut(
    watch: Watching,
) -> None:
    watch.net.cut = {"golmud-dc-up1", "golmud-dc-up2"}
    watch.round(12)
    before = watch.causes
    assert before
    alone = Probed("heartbeat", "xining-dc-r1", "production", {"up": 1.0, "seconds": 0.01, "alone": 1.0}, why="0/30 at")
    assert set(probe(watch, alone, times=3)) == {*before, "alarm heartbeat-alone xining-dc-r1/production"}
    said = [one.said for one in watch.open if one.said is not None]
    assert [one[1] for one in said] == ["0/30 at"]
    watch.net.cut = set()
    watch.round(12)
    waits = replace(alone, values={**alone.values, "alone": 0.0}, why="")
    assert probe(watch, waits, times=2) == []


def test_a_database_that_goes_on_without_its_lease_is_an_incident_with_the_reason(watch: Watching) -> None:
    values = {"up": 1.0, "seconds": 0.01, "failsafe": 1.0}
    found = Probed("heartbeat", "xining-dc-r1", "production", values, why="failsafe: no quorum")
    assert probe(watch, found, times=3) == ["alarm heartbeat-failsafe xining-dc-r1/production"]
    assert [one.said[1] for one in watch.open if one.said is not None] == ["failsafe: no quorum"]
    renewed = replace(found, values={**values, "failsafe": 0.0}, why="")
    assert probe(watch, renewed, times=2) == []


def test_results_are_recorded_whole() -> None:
    for found in (app(1.0), app(0.0, "no"), uploaded(1.0), uploaded(1.0, "a", "b"), replace(uploaded(2.0), why="x")):
        assert unpack_probed(found.packed()) == found


def test_a_record_with_probes_is_kept_and_replays_to_the_same_incidents(watch: Watching, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "monitor.db")
    store.load()
    book = Watchbook()
    probe(watch, *echoes(watch, {"xining-up1": 29}), app(0.0, "refused"), times=3)
    probe(watch, *echoes(watch, {}), app(1.0), times=3)
    for turn in watch.rounds:
        outcome = play(book, watch.net.plant, turn, watch.policy, watch.rules)
        summary = summarise(watch.net.plant, outcome.book, turn.time, turn.number, polled_s=0.1, stale_s=15.0,
                            interval_s=1.0)  # fmt: skip
        store.commit(turn, book, outcome, summary)
        book = outcome.book
    store.close()
    view = SqliteStoreView(tmp_path / "monitor.db")
    kept = list(view.rounds())
    view.close()
    assert [turn.probed for turn in kept] == [tuple(turn.probed) for turn in watch.rounds]
    assert replayed(kept, watch) == watch.history


def replayed(rounds: list[Round], watch: Watching) -> Mapping[str, object]:
    book, history = Watchbook(), {}
    rules = Rules(thresholds=watch.rules.thresholds, probes=watch.rules.probes)
    for turn in rounds:
        outcome = play(book, watch.net.plant, turn, watch.policy, rules)
        book = outcome.book
        history.update({incident.id: incident for incident in outcome.incidents})
    return history


@pytest.mark.parametrize(("written", "code", "line", "column"), [
    ("  a: {kind: tcp, roles: [nobody], port: 1}", "JB114", 2, 26),
    ("  a: {kind: tcp, port: 1}", "JB106", 2, 3),
    ("  a: {kind: tcp, roles: [core]}", "JB106", 2, 3),
    ("  a: {kind: sql, databases: [productoin]}", "JB114", 2, 30),
    ("  a: {kind: echo, roles: [core]}\\n  b: {kind: echo, roles: [core]}", "JB107", 3, 27),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    network: Network, written: str, code: str, line: int, column: int
) -> None:
    _, findings = load_probes("probes:\n" + written.replace("\\n", "\n"), network)
    (found,) = findings
    assert found.place is not None
    assert (found.code, found.place.file, found.place.line, found.place.column) == (code, FILE, line, column)


def test_a_new_device_of_a_role_is_probed_without_a_step_of_its_own(network: Network) -> None:
    probes, _ = load_probes(TEXT, network)
    routers = {d.name for d in network.devices.values() if d.role in ROUTERS}
    assert {target.device for target in probes.of(ProbeKind.ECHO)} == routers
    assert {t.part for t in probes.of(ProbeKind.SQL)} == set(network.databases)


def test_where_only_a_part_of_the_network_is_there_the_rest_is_not_probed() -> None:
    one = Probe("p", ProbeKind.TCP)
    targets = tuple(Target(one, name, "", "10.0.0.1", 1, (name,)) for name in ("a", "b"))
    assert [t.device for t in Probes((one,), targets).within({"a"}).targets] == ["a"]


def test_an_alarm_says_in_words_what_is_wrong(watch: Watching) -> None:
    probe(watch, *echoes(watch, {"xining-up1": 29}), times=2)
    assert [symptom.state for symptom in watch.open[0].symptoms] == ["packets are lost"]
