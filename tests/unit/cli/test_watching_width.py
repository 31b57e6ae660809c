"""What the commands about watching print on a terminal of 80 columns, in both languages, over the shipped network.

Chinese characters count twice. A word that alone is wider has a line of its own (none is in this world).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import Run, runner
from monitoring import make_monitor
from rich.cells import cell_len
from simnet import FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.monitor.actions import Action, Deed
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
COMMANDS = """
status
incidents
incidents 1
incidents 2
incidents --open
incidents --all
sla --by site
sla --by level
sla --by carrier
sla --by service
sla --claim mobile
sla --claim telecom
silence --list
replay
replay --from 2020-01-01 --to 2020-01-02
events -n 500
watch --since 0 --once
whatif --fail circuit:mangya-up1
""".strip().splitlines()
WHY = "the carrier moves its fibre at the bridge behind the township, 施工期间光缆割接，预计两小时后恢复"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of lines that were cut, one of them mended again, with what people did: names as long as they come."""
    state = tmp_path_factory.mktemp("state")
    net, clock = SimNet(load_network(ROOT, state, whole=True)), FakeClock(datetime.now(UTC) - timedelta(seconds=9))
    monitor = make_monitor(net, state / "monitor.db", clock=clock)
    monitor.start()
    for number in range(6):
        net.cut = {"mangya-up1"} | ({"chengdong-up1"} if number < 5 else set()) if number > 1 else set()
        net.dead = {"chengdong-dongguandajie-r1"} if number > 2 else set()
        if number == 4:
            done(state, clock.now())
        clock.sleep(1.5)
        monitor.poll_once()
    monitor.close()
    return state


def done(state: Path, now: datetime) -> None:
    """Have people do something, and the monitor take it."""
    log = ActionFile(state / "actions.db")
    log.append(list(deeds(now)))
    SqliteOutbox(state / "monitor.db").take(log.after(0))


def deeds(now: datetime) -> Iterator[Action]:
    until = now + timedelta(days=20)
    yield Action("a" * 32, now, "root@noc-workstation", Deed.ACKNOWLEDGE, "2", WHY, "zhaxi")
    yield Action("b" * 32, now, "root@noc-workstation", Deed.COMMENT, "2", WHY)
    yield Action("c" * 32, now, "root@noc-workstation", Deed.SILENCE, "under:chengdong-dongguandajie", WHY, until=until)
    yield Action("d" * 32, now, "root@noc-workstation", Deed.SILENCE, "1", WHY, until=until)
    yield Action("e" * 32, now, "root@noc-workstation", Deed.END_SILENCE, "d" * 32)


@pytest.fixture
def jbnet(state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("COLUMNS", "80")
    call = runner(monkeypatch, capfd)
    return lambda *words: call("-C", ROOT, "--state", state, *words)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_wider_than_80_columns(jbnet: Run, command: str, lang: str) -> None:
    code, out, err = jbnet("--lang", lang, *command.split())
    assert code in (0, 1, 3), err
    assert out
    assert [line for line in out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("command", ["status", "incidents", "incidents 2"])
def test_services_agencies_and_places_have_their_chinese_names_in_chinese(jbnet: Run, command: str) -> None:
    said = joined(jbnet("--lang", "zh", *command.split())[1])
    for word in ("养老保险 (21)", "养老保险经办机构 (1)", "mangya 茫崖市"):
        assert word in said
    assert "pension" not in said


def test_what_if_has_the_chinese_names_too(jbnet: Run) -> None:
    said = joined(jbnet("--lang", "zh", "whatif", "--fail", "circuit:mangya-up1")[1])
    for word in ("养老保险 (21)", "mangya 茫崖市 (+20)", "mangya-pension 茫崖市养老保险经办机构"):
        assert word in said


def test_sites_that_are_cut_off_are_listed_from_the_top_and_briefly_as_whatif_has_them(jbnet: Run) -> None:
    whatif = joined(jbnet("whatif", "--fail", "circuit:mangya-up1")[1])
    assert "sites cut off (21): mangya (+20)" in whatif
    assert "sites cut off (21): mangya (+20)" in joined(jbnet("status")[1])
    assert "sites cut off (21): mangya, mangya-huatugou, mangya-lenghu," in joined(jbnet("incidents", "2")[1])


def test_an_incident_that_is_over_says_from_when_to_when(jbnet: Run) -> None:
    said = joined(jbnet("incidents", "1")[1])
    assert "#1 circuit chengdong-up1: closed; from 20" in said
    assert "Z (" in said.partition(" to ")[2][:24]
    assert "closed since" not in said


def test_open_incidents_come_first_and_the_worst_at_the_top(jbnet: Run) -> None:
    heads = [line.split()[0] for line in jbnet("incidents")[1].splitlines() if line.startswith("#")]
    assert heads == ["#2", "#3", "#1"], "the acknowledged one cuts off most, the last one is closed"


def test_what_people_did_is_said_in_words_with_ids_that_commands_take(jbnet: Run) -> None:
    said = joined(jbnet("events", "-n", "500")[1])
    assert "#2 root@noc-workstation acknowledged it: zhaxi, " in said
    assert "root@noc-workstation silenced under:chengdong-dongguandajie (silence cccccccc): " in said
    assert "root@noc-workstation ended silence dddddddd" in said
    assert "end-silence" not in said
    assert "d" * 9 not in said
    chinese = joined(jbnet("--lang", "zh", "events", "-n", "500")[1])
    assert "root@noc-workstation 结束了静默 dddddddd" in chinese
    assert "+08:00) 站点 chengdong 触发: ways-left" in chinese


def test_playing_what_is_not_recorded_is_not_equal(jbnet: Run) -> None:
    code, out, _ = jbnet("replay", "--from", "2020-01-01", "--to", "2020-01-02")
    assert (code, "nothing is recorded" in out) == (3, True)


def test_where_a_program_reads_events_each_is_one_line(jbnet: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS")
    events = json.loads(jbnet("--json", "events", "-n", "500")[1])["data"]["events"]
    assert len(jbnet("events", "-n", "500")[1].splitlines()) == len(events)
    assert len(jbnet("watch", "--since", "0", "--once")[1].splitlines()) == len(events)


def joined(said: str) -> str:
    """Return what was printed as if the terminal had no end."""
    return " ".join(said.split())
