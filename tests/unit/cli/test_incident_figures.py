"""`incidents N` says of an alarm how much it was, and against which limit, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jbnet.cli.context import Context
from jbnet.cli.event_text import event_text
from jbnet.cli.incident_text import print_incident
from jbnet.cli.names import Names
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.measured import Measured
from jbnet.monitor.state import Event, Subject, SubjectKind

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(("lang", "expected"), [
    ("en", "measured: round trips lost: 9.8 % over 60 s, limit 3 %"),
    ("zh", "测得：往返丢失率：9.8 %（60 秒内），门限 3 %"),
])  # fmt: skip
def test_an_alarm_says_how_much(lang: str, expected: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    readings = (Measured("loss", 0.098, 0.03, 60.0), Measured("gauge:fan-failed", 1.0, 1.0))
    cause = CauseId(CauseKind.ALARM, "lossy up1")
    incident = Incident("1", cause, NOW, NOW, alarm=Severity.MINOR, readings=readings)
    print_incident(Context(tmp_path, lang=lang), incident, NOW, Names(None, chinese=lang == "zh"), whole=True)
    said = capfd.readouterr().out
    assert expected in said
    assert "fan-failed" not in said
    assert incident.as_json()["readings"] == [reading.as_json() for reading in readings]
    assert incident.as_json()["rule"] == "lossy"


@pytest.mark.parametrize(("data", "expected"), [
    ({"rule": "lossy", "measure": "loss", "value": 0.1, "limit": 0.03}, "lossy, round trips lost: 10 %, limit 3 %"),
    ({"rule": "ways-left", "measure": "ways-left", "value": 1, "limit": 2}, "ways-left, value 1, limit 2"),
    ({"rule": "on-backup", "measure": "on-backup", "value": None, "limit": None}, "on-backup"),
])  # fmt: skip
def test_an_event_names_the_rule_and_how_much(data: dict[str, object], expected: str, tmp_path: Path) -> None:
    event = Event(NOW, "raised", Subject(SubjectKind.SITE, "noc"), data)
    assert event_text(Context(tmp_path, lang="en").tr, event).endswith(expected)
