"""The running monitor follows monitors/: right edits hold from the next round on, wrong ones are said, no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from monitoring import make_monitor
from networks import small
from simnet import START, SimNet

from jbnet.adapters.store_ruled import read_ruled
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.errors import JbnetError
from jbnet.model.text import Text
from jbnet.monitor.declared import load_rules
from jbnet.monitor.plant import survey
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.ruled import RULED, Ruled, history, ruled, ruling_files
from jbnet.monitor.rules import PLAIN
from jbnet.services.watch.ruling import KEPT_AGAIN, Reading, Ruling

FILE = "monitors/maintenance.yaml"
WORK = (
    "maintenance:\n  fibre:\n    from: '2026-01-01T00:00:00+00:00'\n    to: '2027-01-01T00:00:00+00:00'\n"
    "    circuits: [chengdong-up1]\n    reason: splicing\n    who: Ma Jun\n"
)
NOTHING = {FILE: "maintenance: {}\n"}
NETWORK = small()


class Edited:
    """Implements the RuleFiles port: what somebody has written."""

    def __init__(self, files: Mapping[str, str]):
        self.next: Mapping[str, str] | JbnetError | None = files

    def changed(self) -> Mapping[str, str] | None:
        found, self.next = self.next, None
        if isinstance(found, JbnetError):
            raise found
        return found


def judge(files: Mapping[str, str]) -> Reading:
    return Reading(*load_rules(files, NETWORK), needs_start="monitors/checks.yaml" in files)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def edited() -> Edited:
    return Edited(NOTHING)


@pytest.fixture
def ruling(edited: Edited, said: list[str]) -> Ruling:
    def say(what: Text) -> None:
        said.append(str(what))

    return Ruling(PLAIN, edited, judge, say)


def windows(ruling: Ruling, seconds: float = 0) -> list[str]:
    return [window.id for window in ruling.at(START + timedelta(seconds=seconds))[0].calendar.windows]


def test_what_is_written_holds_from_the_next_round_on(ruling: Ruling, edited: Edited, said: list[str]) -> None:
    assert windows(ruling) == []
    edited.next = {FILE: WORK}
    assert windows(ruling) == ["declared:fibre"]
    assert said == [f"{FILE} read again: it holds from now on"]
    assert windows(ruling) == ["declared:fibre"]


def test_a_broken_file_is_said_with_its_place_and_the_old_rules_stay(
    ruling: Ruling, edited: Edited, said: list[str]
) -> None:
    edited.next = {FILE: WORK}
    windows(ruling)
    edited.next = {FILE: WORK.replace("chengdong-up1", "chengdong-up9")}
    assert windows(ruling) == ["declared:fibre"]
    assert said[0].startswith(f"{FILE}:5:16 JB114: there is no circuit chengdong-up9")
    assert said[1] == "monitors/ has errors (1): the rules stay as they are"
    edited.next = {FILE: "maintenance: ["}
    assert windows(ruling) == ["declared:fibre"]
    assert said[2].startswith(f"{FILE}:2:1 JB101")


def test_a_file_that_cannot_be_read_is_said_and_the_old_rules_stay(
    ruling: Ruling, edited: Edited, said: list[str]
) -> None:
    edited.next = {FILE: WORK}
    windows(ruling)
    edited.next = JbnetError("{file}: permission denied", file=FILE)
    assert windows(ruling) == ["declared:fibre"]
    assert said == [f"monitors/ cannot be read: {FILE}: permission denied; the rules stay as they are"]


def test_what_is_read_only_at_the_start_is_said_to_be_so(ruling: Ruling, edited: Edited, said: list[str]) -> None:
    windows(ruling)
    edited.next = {**NOTHING, "monitors/checks.yaml": "checks: {}\n"}
    assert windows(ruling) == []
    assert said == ["checks, policy, probes and channels are read when the monitor starts: start it again"]


def test_rules_are_kept_when_the_monitor_starts_when_they_change_and_again_before_they_are_forgotten(
    ruling: Ruling, edited: Edited
) -> None:
    assert len(ruling.at(START)[1]) == 1
    assert ruling.at(START)[1] == []
    edited.next = {FILE: WORK}
    (event,) = ruling.at(START)[1]
    assert (event.event, str(event.subject), event.data) == (RULED, "rules", {"files": {FILE: WORK}})
    assert len(ruling.at(START + KEPT_AGAIN)[1]) == 1


FLOW = json.dumps({"maintenance": {**yaml.safe_load(WORK)["maintenance"]}})


@pytest.mark.parametrize(
    "content",
    [
        WORK.replace("maintenance:", '"maintenance":'),
        WORK.replace("maintenance:", "'maintenance' :"),
        "\ufeff" + WORK,
        FLOW,
        FLOW.replace('"maintenance"', "maintenance"),
    ],
)
def test_rules_hold_and_are_kept_however_yaml_lets_them_be_written(
    ruling: Ruling, edited: Edited, said: list[str], content: str
) -> None:
    assert windows(ruling) == []
    edited.next = {FILE: content}
    rules, (event,) = ruling.at(START)
    assert [window.id for window in rules.calendar.windows] == ["declared:fibre"]
    assert event.data == {"files": {FILE: content}}
    assert said == [f"{FILE} read again: it holds from now on"]


def test_rules_that_come_back_or_are_the_first_are_said(ruling: Ruling, edited: Edited, said: list[str]) -> None:
    edited.next = {}
    assert windows(ruling) == []
    assert said == []
    for files, found in (({FILE: WORK}, ["declared:fibre"]), ({}, []), ({FILE: WORK}, ["declared:fibre"])):
        edited.next = files
        assert windows(ruling) == found
    assert said == [f"{FILE} read again: it holds from now on"] * 3


def test_a_file_that_only_speaks_of_rules_is_none_that_says_some() -> None:
    files = {"a": "checks: {}  # maintenance: see there\n", "b": "snmp: {user: hours}\n", "c": "hours: {}\n"}
    assert list(ruling_files(files)) == ["c"]


def test_a_round_was_judged_by_the_last_rules_before_it() -> None:
    events = [ruled(START + timedelta(seconds=s), {FILE: str(s)}) for s in (20, 10)]
    found = history(events)
    times = [START + timedelta(seconds=s) for s in (9, 10, 19, 20, 99)]
    assert [(found.at(time) or {}).get(FILE) for time in times] == [None, "10", "10", "20", "20"]
    assert Ruled((), ()).at(START) is None


def test_a_record_with_an_edit_in_the_middle_of_an_outage_replays_by_the_rules_of_then(tmp_path: Path) -> None:
    net, edited = SimNet(NETWORK), Edited(NOTHING)
    path = tmp_path / "monitor.db"
    monitor = make_monitor(net, path, ruling=Ruling(PLAIN, edited, judge))
    monitor.start()

    def rounds(count: int) -> None:
        for _ in range(count):
            monitor._clock.sleep(1)
            monitor.poll_once()

    rounds(8)
    net.cut.add("huangyuan-up1")
    rounds(3)
    edited.next = {FILE: WORK}
    net.cut.add("chengdong-up1")
    rounds(5)
    edited.next = NOTHING
    rounds(5)
    monitor.close()
    view = SqliteStoreView(path)
    kept = view.incidents(only_open=False)
    book, made, then = Watchbook(), dict[str, object](), read_ruled(path)
    for turn in view.rounds():
        files = then.at(turn.time)
        assert files is not None
        outcome = play(book, survey(NETWORK), turn, monitor._checks.policy, judge(files).rules)
        book = outcome.book
        made.update({incident.id: incident for incident in outcome.incidents})
    view.close()
    assert made == {incident.id: incident for incident in kept}
    work = next(incident for incident in kept if incident.root_cause.name == "chengdong-up1")
    assert work.related == "declared fibre"
    assert work.opened > work.since + timedelta(seconds=3), "it opened when the window was taken out of the file"
