"""jbnet show device X --live: from the monitor's store, once and as JSON; small graphs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import Run, runner
from monitoring import make_monitor
from simnet import FakeClock, SimNet

from jbnet.cli.columns import cells
from jbnet.cli.sparkline import sparkline
from jbnet.model.errors import ExitCode
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]


def watched(state: Path, until: datetime, rounds: int = 4) -> None:
    network = load_network(ROOT, state, whole=True)
    net = SimNet(network)
    clock = FakeClock(until - timedelta(seconds=6))
    monitor = make_monitor(net, state / "monitor.db", clock=clock)
    monitor.start()
    for number in range(rounds):
        net.cut = {"chengdong-up1"} if number > 1 else set()
        net.dead = {"chengdong-dongguandajie-r1"} if number > 1 else set()
        clock.sleep(1.5)
        monitor.poll_once()
    monitor.close()


@pytest.fixture(scope="module")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose last look lies ahead, so that it is fresh for as long as the tests take."""
    state = tmp_path_factory.mktemp("state")
    watched(state, datetime.now(UTC) + timedelta(hours=1))
    return state


@pytest.fixture
def jbnet(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capfd)


@pytest.mark.parametrize(("lang", "words"), [("en", ("answers: up", "OSPF neighbours")), ("zh", ("应答", "邻居"))])
def test_a_device_is_shown_with_interfaces_neighbours_and_incidents(
    jbnet: Run, ahead: Path, lang: str, words: tuple[str, ...]
) -> None:
    code, out, err = jbnet(
        "-C", ROOT, "--state", ahead, "--lang", lang, "show", "device", "xining-r1", "--live", "--once"
    )
    assert code == ExitCode.OK, err
    for word in (*words, "chengdong-up1", "up1"):
        assert word in out


@pytest.mark.parametrize(("lang", "words"), [("en", "what it said last"), ("zh", "最后一次上报")])
def test_a_silent_device_is_not_shown_as_if_it_were_well(jbnet: Run, ahead: Path, lang: str, words: str) -> None:
    for device, silent in (("chengdong-r1", False), ("chengdong-dongguandajie-r1", True)):
        arguments = ("-C", ROOT, "--state", ahead, "--lang", lang, "show", "device", device, "--live", "--once")
        code, out, err = jbnet(*arguments)
        assert code == ExitCode.OK, err
        assert (words in out) == silent, out
        assert max(map(cells, out.splitlines())) <= 80


def test_json_has_what_the_screen_has_and_null_where_nothing_is_known(jbnet: Run, ahead: Path) -> None:
    code, out, _ = jbnet("-C", ROOT, "--state", ahead, "--json", "show", "device", "xining-r1", "--live")
    found = json.loads(out)["data"]
    assert (code, found["device"], found["state"]) == (ExitCode.OK, "xining-r1", "up")
    down = [name for name, port in found["interfaces"].items() if port["state"] == "down"]
    assert down == ["d0102-1"]
    assert found["ospf"]


@pytest.mark.parametrize("looked_before", [False, True])
def test_without_a_monitor_it_says_so_and_what_to_do(jbnet: Run, tmp_path: Path, looked_before: bool) -> None:
    if looked_before:
        watched(tmp_path, datetime.now(UTC) - timedelta(days=1), rounds=1)
    code, _, err = jbnet("-C", ROOT, "--state", tmp_path, "show", "device", "xining-r1", "--live", "--once")
    assert code == ExitCode.FAILED
    assert "jbnet monitor" in err


def test_a_graph_shows_peaks_and_leaves_gaps() -> None:
    assert sparkline([0, 1, None, 8], 10) == "▁▂ █"
    assert sparkline([0] * 99 + [5], 10)[-1] == "█"
    assert len(sparkline(list(range(100)), 10)) <= 10
    assert sparkline([], 10) == ""
    assert sparkline([None, None], 5) == "  "
