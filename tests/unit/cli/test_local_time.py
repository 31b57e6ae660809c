"""Local time is that of the network, wherever the machine stands that prints or reads it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from command_line import runner
from monitoring import make_monitor
from networks import small
from simnet import SimNet

from jbnet.cli.board_text import since
from jbnet.cli.context import Context
from jbnet.cli.times import both, local, meant, moment
from jbnet.wiring.declaration import declared_time_zone

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
BEIJING = 'management:\n  time_zone: {name: BJT, offset: "+08:00"}\n'
GREENWICH = BEIJING.replace("BJT", "GMT").replace("+08", "+00")


def workspace(directory: Path, content: str) -> Path:
    (directory / "topology").mkdir()
    (directory / "topology" / "management.yaml").write_text(content, encoding="utf-8")
    return directory


def running(directory: Path) -> click.Context:
    return click.Context(click.Command("watch"), obj=Context(directory))


@pytest.mark.parametrize(
    ("content", "clock", "east"),
    [(BEIJING, "12:00", " (12:00:00 +08:00)"), (GREENWICH, "04:00", "")],
    ids=["beijing", "greenwich"],
)
def test_every_text_shows_the_time_of_the_network_and_one_that_is_utc_once(
    content: str, clock: str, east: str, tmp_path: Path
) -> None:
    with running(workspace(tmp_path, content)):
        assert both(NOON) == f"2026-11-22T04:00:00Z{east}"
        assert moment(NOON) == f"11-22 04:00:00Z{east}"
        assert since(NOON, NOON + timedelta(minutes=3)) == f"{clock} 3m"


def test_where_it_is_another_day_already_the_local_day_is_said(tmp_path: Path) -> None:
    with running(workspace(tmp_path, BEIJING)):
        assert both(NOON.replace(hour=23)) == "2026-11-22T23:00:00Z (11-23 07:00:00 +08:00)"


def test_what_is_written_without_an_offset_is_meant_in_the_time_of_the_network(tmp_path: Path) -> None:
    with running(workspace(tmp_path, BEIJING)):
        assert meant("2026-11-22T12:00") == NOON
        assert meant("2026-11-22T05:00+01:00") == NOON
        assert meant("2026-11-22T04:00Z") == NOON


def test_commands_below_one_that_runs_have_its_time_zone(tmp_path: Path) -> None:
    with running(workspace(tmp_path, BEIJING)) as outer, click.Context(click.Command("show"), parent=outer):
        assert local(NOON).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("content", ["", "management: {}\n", "management: [\n", BEIJING.replace("+08:00", "8")])
def test_without_a_zone_that_can_be_read_it_is_the_time_of_this_machine(content: str, tmp_path: Path) -> None:
    assert declared_time_zone(tmp_path) is None, "no workspace"
    with running(workspace(tmp_path, content)):
        assert local(NOON).utcoffset() == NOON.astimezone().utcoffset()
        assert meant("2026-11-22T12:00") == datetime(2026, 11, 22, 12).astimezone(UTC)


def test_outside_of_a_command_it_is_the_time_of_this_machine() -> None:
    assert local(NOON).utcoffset() == NOON.astimezone().utcoffset()


def test_commands_show_and_read_the_time_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, tmp_path / "state" / "monitor.db")
    monitor.start()
    for cut in (set[str](), {"chengdong-up1"}, {"chengdong-up1"}):
        net.cut = cut
        monitor._clock.sleep(1)
        monitor.poll_once()
    monitor.close()
    jbnet = runner(monkeypatch, capfd)
    code, out, err = jbnet("-C", workspace(tmp_path, BEIJING), "--state", tmp_path / "state", "incidents")
    assert (code, err) == (0, "")
    assert re.search(r"\d\dZ \(\d\d:\d\d:\d\d \+08:00\)", out)
    said = "2020-01-01T06:00"
    (tmp_path / "inventory").mkdir()
    code, _, err = jbnet(
        "-C", tmp_path, "--state", tmp_path / "state", "silence", "1", "--until", said, "--comment", "x"
    )
    assert code == 2
    assert "it would end 2019-12-31T22:00+00:00" in err
