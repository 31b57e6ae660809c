"""jbnet ack and silence, and how status and incidents show what people did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, runner
from monitoring import make_monitor
from networks import small
from simnet import START, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.cli.ack import open_incident
from jbnet.model.errors import ExitCode, UsageError
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident

ROOT = Path(__file__).parents[3]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    net = SimNet(small())
    monitor = make_monitor(net, folder / "monitor.db")
    monitor.start()
    for number in range(4):
        net.cut = {"chengdong-up1"} if number > 1 else set()
        monitor._clock.sleep(1)
        monitor.poll_once()
    monitor.close()
    return folder


@pytest.fixture
def jbnet(state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    call = runner(monkeypatch, capfd)
    return lambda *words: call("--state", state, *words)


def shown(jbnet: Run, *words: object) -> dict[str, Any]:
    code, out, err = jbnet("--json", *words)
    assert code == ExitCode.OK, err
    found = json.loads(out)["data"]
    assert isinstance(found, dict)
    return found


def first(jbnet: Run) -> dict[str, Any]:
    found = shown(jbnet, "incidents")["incidents"]
    assert isinstance(found, list)
    assert isinstance(found[0], dict)
    return found[0]


def test_an_acknowledgement_shows_at_once_with_who_when_and_why(jbnet: Run, state: Path) -> None:
    code, out, _ = jbnet("ack", "#1", "--comment", "carrier called", "--owner", "li")
    assert (code, "#1 is acknowledged" in out) == (ExitCode.OK, True)
    incident = first(jbnet)
    acknowledged = incident["acknowledged"]
    assert isinstance(acknowledged, dict)
    assert acknowledged["by"]
    assert incident["owner"] == "li"
    for command in (("status",), ("incidents",), ("incidents", "1", "--lang", "zh")):
        said = jbnet(*command)[1]
        assert "carrier called" in said
        assert "li" in said
    ((_, action),) = ActionFile(state / "actions.db").after(0)
    assert action.who == acknowledged["by"]


def test_who_comes_second_adds_a_comment_and_does_not_take_the_first_ones_place(jbnet: Run) -> None:
    jbnet("ack", "1", "--comment", "one", "--owner", "li")
    jbnet("ack", "1", "--comment", "two")
    incident = first(jbnet)
    assert incident["owner"] == "li"
    assert [c["comment"] for c in incident["comments"]] == ["one", "two"]


def test_a_silence_is_no_acknowledgement_and_can_be_ended(jbnet: Run) -> None:
    code, _, err = jbnet("silence", "1", "--for", "2h", "--comment", "works at the carrier's")
    assert (code, err) == (ExitCode.OK, "")
    incident = first(jbnet)
    assert incident["acknowledged"] is None
    silenced = incident["silenced"]
    assert isinstance(silenced, dict)
    assert "silenced until" in jbnet("status")[1]
    assert silenced["comment"] in " ".join(jbnet("silence", "--list")[1].split())
    would = jbnet("silence", "--end", str(silenced["id"])[:6], "--dry-run")[1]
    assert "left, by " in " ".join(would.split()), "it is in force still"
    code, said, _ = jbnet("silence", "--end", str(silenced["id"])[:6])
    assert code == ExitCode.OK
    assert ": ended 20" in " ".join(said.split())
    assert " left" not in said
    assert first(jbnet)["silenced"] is None
    assert "no silence is in force" in jbnet("silence", "--list")[1]


def test_devices_are_silenced_by_a_selector_of_the_workspace(jbnet: Run) -> None:
    code, _, err = jbnet("-C", ROOT, "silence", "under:chengdong", "--for", "1d", "--comment", "moving house")
    assert code == ExitCode.OK, err
    silences = shown(jbnet, "-C", ROOT, "silence", "--list")["silences"]
    assert [s["target"] for s in silences] == ["under:chengdong"]
    said = jbnet("-C", ROOT, "status")[1]
    assert "moving house" in " ".join(said.split()), (
        "the network of the tests has a circuit of that name, and so has Qinghai's"
    )


def test_a_dry_run_notes_nothing(jbnet: Run, state: Path) -> None:
    assert jbnet("ack", "1", "--dry-run")[0] == ExitCode.OK
    assert jbnet("silence", "1", "--for", "2h", "--comment", "x", "--dry-run")[0] == ExitCode.OK
    assert not (state / "actions.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ack", "7"), "open are: 1"),
        (("silence", "7", "--for", "2h", "--comment", "x"), "open are: 1"),
        (("silence", "1", "--for", "2h"), "--comment"),
        (("silence", "1", "--comment", "x"), "say when it ends"),
        (("silence", "1", "--for", "2h", "--until", "2030-01-01", "--comment", "x"), "say when it ends"),
        (("silence", "1", "--for", "soon", "--comment", "x"), "no length of time"),
        (("silence", "1", "--until", "yesterday", "--comment", "x"), "is no time"),
        (("silence", "1", "--until", "2020-01-01", "--comment", "x"), "expected: after now"),
        (("silence", "1", "--for", "400d", "--comment", "x"), "within 30 days"),
        (("silence", "1", "--list"), "one of these"),
        (("silence",), "one of these"),
        (("silence", "--end", "ab"), "0 silences in force"),
    ],
)
def test_what_cannot_be_noted_is_wrong_use_and_says_what_to_write(
    jbnet: Run, words: tuple[str, ...], said: str
) -> None:
    code, _, err = jbnet(*words)
    assert code == ExitCode.USAGE
    assert said in err


def test_it_can_be_handed_over_noted_and_taken_back_and_the_history_keeps_all(jbnet: Run) -> None:
    jbnet("ack", "1", "--owner", "li")
    assert jbnet("ack", "1", "--hand-over", "ma")[0] == ExitCode.OK
    assert first(jbnet)["owner"] == "ma"
    assert jbnet("ack", "1", "--note", "--comment", "fibre found")[0] == ExitCode.OK
    assert jbnet("ack", "1", "--undo")[0] == ExitCode.OK
    incident = first(jbnet)
    assert (incident["acknowledged"], incident["owner"]) == (None, None)
    assert [c["comment"] for c in incident["comments"]] == ["fibre found"]
    changes = [change["what"] for change in shown(jbnet, "incidents", "1")["incidents"][0]["history"]]
    assert changes[0] == "opened"
    assert "history:" in jbnet("incidents", "1")[1]


@pytest.mark.parametrize("words", [("--undo", "--note"), ("--hand-over", "x", "--owner", "y"), ("--note",)])
def test_options_of_ack_that_exclude_each_other_are_wrong_use(jbnet: Run, words: tuple[str, ...]) -> None:
    assert jbnet("ack", "1", *words)[0] == ExitCode.USAGE


def test_many_open_incidents_are_counted_and_not_all_listed() -> None:
    def hint(count: int) -> str:
        found = [Incident(str(n), CauseId(CauseKind.CIRCUIT, "x"), START, START) for n in range(1, count + 1)]
        with pytest.raises(UsageError) as raised:
            open_incident(found, "99")
        return str(raised.value.hint)

    assert hint(3) == "open are: 1, 2, 3"
    assert hint(43) == "43 are open: jbnet incidents --open"


def test_lines_of_watch_take_no_incident_and_say_what_does(jbnet: Run) -> None:
    code, _, err = jbnet("watch", "1", "--once")
    assert code == ExitCode.USAGE
    assert "jbnet incidents ID, or jbnet events SELECTOR --follow" in err
