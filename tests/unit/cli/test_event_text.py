"""An event in words: the same in jbnet events, jbnet monitor and jbnet watch; its JSON has times of one shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, SimNet

from jbnet.cli.context import Context
from jbnet.cli.event_line import event_line
from jbnet.cli.event_text import event_text
from jbnet.cli.monitor import _Printer
from jbnet.monitor.actions import Deed
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.services.watch.monitor import Turn

ALARM = {"root_cause": {"kind": "alarm", "name": "video-loss haixi-up1"}, "sites": []}
CUT = {"root_cause": {"kind": "circuit", "name": "mangya-up1"}, "sites": ["mangya"]}
LOSS = {"rule": "video-loss", "measure": "loss", "value": 0.0982, "limit": 0.03, "severity": "warning"}
CABLE = {"rule": "cabling", "value": 1.0, "limit": 1.0, "expected": "up1 to r2", "actual": "up1 to r3"}
MESSAGE = {"severity": 3, "tag": "OSPF", "text": "Full"}


@pytest.mark.parametrize(
    ("kind", "word", "data", "said"),
    [
        ("incident", "opened", CUT, "incident #8 opened: circuit mangya-up1, sites cut off: 1"),
        ("incident", "closed", ALARM, "incident #8 closed: alarm video-loss haixi-up1"),
        ("circuit", "raised", LOSS, "circuit 8 raised: video-loss, round trips lost: 9.82 %, limit 3 %"),
        ("circuit", "raised", CABLE, "circuit 8 raised: cabling, declared is up1 to r2, seen is up1 to r3"),
        ("site", "cleared", {"rule": "ways-left", "value": 1, "limit": 2}, "site 8 cleared: ways-left"),
        ("device", "message", MESSAGE, "device 8 message: error: OSPF Full"),
        ("device", "message", {"left_out": 7}, "device 8 message: 7 more were not kept: it says too much"),
        ("device", "restarted", {}, "device 8 restarted"),
    ],
)
def test_an_event_says_what_happened_to_what_with_its_rule_and_figures(
    kind: str, word: str, data: Mapping[str, object], said: str
) -> None:
    tr = Context(Path()).tr
    assert event_text(tr, Event(START, word, Subject(SubjectKind(kind), "8"), data)) == said
    read = Event(START, word, Subject(kind, "8"), data)  # type: ignore[arg-type]  # as a store gives it: a plain word
    assert event_text(tr, read) == said


def turns(folder: Path) -> Iterator[Turn]:
    net = SimNet(small())
    monitor = make_monitor(net, folder / "monitor.db")
    monitor.start()
    for number in range(6):
        net.cut = {"chengdong-up1", "chengzhong-up1"} if number in (2, 3) else set()
        monitor._clock.sleep(1)
        yield monitor.poll_once()
    monitor.close()


def test_monitor_prints_the_rule_of_an_alarm_and_its_json_what_events_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(turns(tmp_path))
    printer = _Printer(Context(Path()))
    for turn in found:
        printer.show(turn)
    said = capsys.readouterr().out
    assert re.search(r"Z site chengzhong raised: ways-left, value 1, limit 2$", said, re.MULTILINE)
    printer = _Printer(Context(Path(), json=True))
    for turn in found:
        printer.show(turn)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    events = [event for turn in found for event in turn.outcome.events]
    assert [line for line in lines if line["event"] != "state"] == [
        json.loads(json.dumps(event_line(e))) for e in events
    ]


def test_times_in_the_data_of_events_are_written_as_the_times_of_events_are(tmp_path: Path) -> None:
    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    lines = [event_line(event) for turn in turns(tmp_path) for event in turn.outcome.events]
    since = [line["data"]["since"] for line in lines if "since" in line["data"]]  # type: ignore[operator, index]  # JSON
    assert len(since) > 5
    assert [time for time in (*since, *(line["time"] for line in lines)) if not shape.fullmatch(time)] == []


def test_the_guide_names_every_deed_as_events_have_it() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "fitting-in.md").read_text(encoding="utf-8")
    silences = {Deed.SILENCE, Deed.END_SILENCE}
    for deed in Deed:
        kind = "silence" if deed in silences else "incident"
        assert f"`{kind}.{deed}`" in guide or (f"`{deed}`" in guide and deed not in silences)
