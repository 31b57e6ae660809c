"""The fault report for a carrier: golden in both languages (tests/golden/faults), and what it must never say.

Write the expected files anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store_view import SqliteStoreView
from jbnet.catalogue import load
from jbnet.cli.columns import cells
from jbnet.cli.fault_print import as_html, as_text
from jbnet.cli.fault_words import sections, title
from jbnet.model.lines import Carrier
from jbnet.model.network import Network
from jbnet.model.places import Contact
from jbnet.model.text import Text
from jbnet.monitor.causes import CauseId, CauseKind, Part
from jbnet.monitor.fault import Fault
from jbnet.monitor.fault_evidence import BEFORE, LOOKED_BACK, Doubt, Kept
from jbnet.monitor.fault_reporter import Reporter
from jbnet.monitor.incidents import Incident
from jbnet.monitor.state import Event, Subject, SubjectKind

GOLDEN = Path(__file__).parents[2] / "golden" / "faults"
COUNTY, TOWNSHIP, DUAL = "huangyuan-up1", "huangyuan-t1-up1", "chengzhong-up1"
ADDRESS = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|[0-9a-f]*::[0-9a-f]")


@dataclass(frozen=True)
class Case:
    """What happens round after round: circuits cut, circuits that carry nothing, devices without power."""

    line: str
    rounds: tuple[dict[str, set[str]], ...]


CALM: tuple[dict[str, set[str]], ...] = ({}, {})
CASES = {
    "both-ends-see-it": Case(DUAL, (*CALM, {"cut": {DUAL}}, {"cut": {DUAL}}, {"cut": {DUAL}})),
    "silently": Case(DUAL, (*CALM, {"dropped": {DUAL}}, {"dropped": {DUAL}}, {"dropped": {DUAL}})),
    "line-or-power": Case(COUNTY, (*CALM, *({"cut": {COUNTY}},) * 4)),
    "repaired": Case(DUAL, (*CALM, *({"cut": {DUAL, COUNTY}},) * 3, *({},) * 3)),
}


def network() -> Network:
    """The small network with one carrier for all lines; the line of one township is its own."""
    found = small()
    lines = {n: replace(c, carrier="telecom", line_number=f"QH-{n}", bandwidth=100) for n, c in found.circuits.items()}
    lines[TOWNSHIP] = replace(lines[TOWNSHIP], carrier=None)
    lines[COUNTY] = replace(lines[COUNTY], line_number=None)
    sites = {n: replace(s, address=f"{n} road 1", contact=Contact("duty", "0970-1")) for n, s in found.sites.items()}
    sites["huangyuan"] = replace(sites["huangyuan"], address=None, contact=None)
    carriers = {"telecom": Carrier("telecom", "电信", "10000")}
    return replace(found, circuits=lines, sites=sites, carriers=carriers)


class Desk:
    """A monitor over the small network, and the reports that its store gives."""

    def __init__(self, folder: Path):
        self.net, self.clock, self.file = SimNet(network()), FakeClock(), folder / "monitor.db"
        self.monitor = make_monitor(self.net, self.file, clock=self.clock)
        self.monitor.start()

    def watch(self, rounds: Iterable[dict[str, set[str]]]) -> None:
        for broken in rounds:
            self.net.cut, self.net.dropped = broken.get("cut", set()), broken.get("dropped", set())
            self.net.dead, self.net.deaf = broken.get("dead", set()), broken.get("deaf", set())
            self.monitor.poll_once()
            self.clock.sleep(10)

    def report(self, line: str) -> Fault:
        view = SqliteStoreView(self.file)
        try:
            found = view.incidents(only_open=False)
            incident = next(i for i in found if i.root_cause == CauseId(CauseKind.CIRCUIT, line))
            reporter = self.reporter(view)
            circuit = reporter.circuit_of(incident)
            assert circuit is not None
            return reporter.fault(incident, circuit, view.history(incident), found)
        finally:
            view.close()

    def reporter(self, view: SqliteStoreView) -> Reporter:
        def kept(device: str, since: datetime) -> Kept:
            return Kept(
                view.samples_of(device, since - LOOKED_BACK), view.state_of(device), view.events_of(device, 1000)
            )

        return Reporter(self.net.plant, self.clock.now(), self.clock.now() - timedelta(seconds=10), kept)


@pytest.fixture
def desk(tmp_path: Path) -> Iterable[Desk]:
    found = Desk(tmp_path)
    yield found
    found.monitor.close()


def said(fault: Fault, lang: str) -> str:
    catalogue = {} if lang == "en" else load(lang)
    return as_text(title(fault), sections(fault), lambda text: text.render(catalogue)) + "\n"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("case", CASES)
def test_a_report_reads_exactly_so(desk: Desk, case: str, lang: str) -> None:
    desk.watch(CASES[case].rounds)
    shown, expected = said(desk.report(CASES[case].line), lang), GOLDEN / f"{case}.{lang}.txt"
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")
    assert all(cells(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("case", CASES)
def test_no_address_of_the_network_and_no_name_of_what_lies_behind_leaves_the_house(desk: Desk, case: str) -> None:
    desk.watch(CASES[case].rounds)
    fault = desk.report(CASES[case].line)
    for shown in (said(fault, "en"), str(fault.as_json()), as_html(title(fault), sections(fault), str, "en")):
        assert not ADDRESS.search(shown)
        assert "-t1" not in shown


def test_a_silent_end_is_not_ruled_out_and_an_end_that_answered_throughout_is(desk: Desk) -> None:
    desk.watch(CASES["line-or-power"].rounds)
    near, far = desk.report(COUNTY).ends
    assert (near.seen.doubts, far.seen.doubts) == ((), (Doubt.SILENT,))
    assert near.seen.answered == near.seen.looks > 0
    assert far.seen.answered == 0


def test_a_router_that_restarted_shortly_before_is_not_ruled_out(desk: Desk) -> None:
    desk.watch(CASES["both-ends-see-it"].rounds)
    fault = desk.report(DUAL)
    view = SqliteStoreView(desk.file)
    device = fault.circuit.z.device
    began = fault.incident.since - BEFORE / 2
    plain = desk.reporter(view)
    again = Event(began, "restarted", Subject(SubjectKind.DEVICE, device))

    def kept(name: str, since: datetime) -> Kept:
        found = plain.kept(name, since)
        return replace(found, events=(*found.events, again)) if name == device else found

    made = replace(plain, kept=kept).fault(fault.incident, fault.circuit, (), ())
    view.close()
    assert [end.seen.doubts for end in made.ends] == [(), (Doubt.RESTARTED,)]


def test_what_nobody_keeps_is_not_ruled_out(desk: Desk) -> None:
    desk.watch(CASES["both-ends-see-it"].rounds)
    fault = desk.report(DUAL)
    empty = Reporter(desk.net.plant, desk.clock.now(), desk.clock.now(), lambda _device, _since: Kept())
    made = empty.fault(fault.incident, fault.circuit, (), ())
    assert [end.seen.doubts for end in made.ends] == [(Doubt.UNSEEN,), (Doubt.UNSEEN,)]
    assert [end.seen.last_good for end in made.ends] == [None, None]


def test_loss_on_a_line_is_reported_with_its_figures() -> None:
    cause = CauseId(CauseKind.ALARM, f"lossy {DUAL}")
    incident = Incident("7", cause, START, START)
    data = {"rule": "lossy", "measure": "loss", "value": 0.05, "limit": 0.03}
    raised = Event(START, "raised", Subject(SubjectKind.CIRCUIT, DUAL), data)
    plant = SimNet(network()).plant
    reporter = Reporter(plant, START, START, lambda name, _since: Kept(events=(raised,) if name == DUAL else ()))
    circuit = reporter.circuit_of(incident)
    assert circuit is not None
    assert "packets are lost: 5.0 %; the limit is 3.0 %" in said(reporter.fault(incident, circuit, (), ()), "en")


@pytest.mark.parametrize(
    "cause",
    [
        CauseId(CauseKind.DEVICE, "huangyuan-r1"),
        CauseId(CauseKind.CIRCUIT, TOWNSHIP),
        CauseId(CauseKind.CIRCUIT, "gone"),
        CauseId(CauseKind.ALARM, "hot huangyuan-r1"),
    ],
)
def test_no_carrier_is_told_of_what_is_not_its_own(cause: CauseId) -> None:
    reporter = Reporter(SimNet(network()).plant, START, START, lambda _name, _since: Kept())
    assert reporter.circuit_of(Incident("1", cause, START, START)) is None


def test_of_what_several_lines_share_each_carriers_line_has_its_report() -> None:
    reporter = Reporter(SimNet(network()).plant, START, START, lambda _name, _since: Kept())
    parts = tuple(Part(CauseId(CauseKind.CIRCUIT, name), START) for name in (DUAL, TOWNSHIP))
    shared = Incident("1", CauseId(CauseKind.SRLG, "duct"), START, START, parts=parts)
    assert [circuit.name for circuit in reporter.circuits_of(shared)] == [DUAL]


def test_the_page_is_whole_and_escapes_what_was_declared(desk: Desk) -> None:
    desk.watch(CASES["both-ends-see-it"].rounds)
    fault = desk.report(DUAL)
    evil = replace(fault, call=Contact("<script>", "1"))
    page = as_html(Text("a < b"), sections(evil), str, "en")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>")
    assert "<script>" not in page
    assert "a &lt; b" in page
