"""jbnet status in a storm: 500 incidents are one screen, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len

from jbnet.cli.context import Context
from jbnet.cli.people import People
from jbnet.cli.status import _print_board
from jbnet.monitor.actions import Desk, Notes
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("count", [4, 30, 500])
def test_however_many_are_open_it_is_one_screen(
    count: int, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    network = load_network(ROOT, tmp_path, whole=True)
    causes = [CauseId(CauseKind.CIRCUIT, name) for name in list(network.circuits)[: count - 1]]
    causes.append(CauseId(CauseKind.DEVICE, next(iter(network.devices))))
    storm = [Incident(str(n), cause, NOW, NOW, sites=("x",) * (n % 7)) for n, cause in enumerate(causes, 1)]
    context = Context(ROOT, lang=lang, state=tmp_path)
    _print_board(context, storm, People(Desk(), NOW, lambda _: frozenset()))
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) <= 18, "what stands above and below them has room, too"
    assert max(map(cell_len, lines)) <= 80
    assert str(count) in lines[0]
    if count == 500:
        groups = [int(line.split()[0]) for line in lines[2:] if line.split()[0].isdigit()]
        assert sum(groups) == count


def test_what_is_critical_and_acknowledged_is_named_with_its_owner_above_all_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINES", "24")
    alarms = [
        Incident(str(n), CauseId(CauseKind.ALARM, f"busy-processor core-r{n}"), NOW, NOW, alarm=Severity.WARNING)
        for n in range(2, 45)
    ]
    cut = Incident("1", CauseId(CauseKind.CIRCUIT, "mangya-up1"), NOW, NOW, sites=("mangya",))
    desk = Desk({"1": Notes(("wang", NOW), "li")})
    _print_board(Context(ROOT, state=tmp_path), [*alarms, cut], People(desk, NOW, lambda _: frozenset()))
    (first,) = (line for line in capfd.readouterr().out.splitlines() if line.startswith("#") and "mangya-up1" in line)
    assert first.startswith("#1 ")
    assert first.endswith("→ li")
