"""How an apply ended, in one line, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.change.endings import State
from jbnet.change.model import Plan
from jbnet.cli.apply import _print_next, _print_results
from jbnet.cli.context import Context
from jbnet.cli.plan import print_unasked
from jbnet.model.text import text
from jbnet.services.deploy.apply import Outcome
from jbnet.services.deploy.desk import Result


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "devices: right already: 2; confirmed and saved: 1"), ("zh", "设备：已符合要求：2 台；已确认并保存：1 台")],
)
def test_the_devices_are_counted_by_how_they_ended(lang: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    results = (Result("r1", State.CONFIRMED), Result("r2", State.ALREADY), Result("r3", State.ALREADY))
    _print_results(Context(Path(), lang=lang), Outcome(results, (), interrupted=False))
    assert capsys.readouterr().out.strip() == said


@pytest.mark.parametrize(
    ("state", "left", "said"),
    [
        (State.CONFIRMED, (), "interrupted; all that was planned was done before"),
        (State.CONFIRMED, ("r2",), "interrupted; go on with: jbnet apply {hash} --resume"),
        (State.FAILED, (), "interrupted; go on with: jbnet apply {hash} --resume"),
    ],
)
def test_after_a_ctrl_c_it_says_what_goes_on_from_here(
    state: State, left: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan("network")
    _print_next(Context(Path()), plan, Outcome((Result("r1", state),), left, interrupted=True))
    assert capsys.readouterr().out.strip() == said.format(hash=plan.hash[:12])


def test_who_could_not_be_asked_is_told_with_the_signs_of_the_readers_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    unasked = {
        "r1": text("no answer"),
        "r2": text("{device} did not answer within {seconds} s", device="r2", seconds=9),
    }
    print_unasked(Context(Path(), lang="zh"), unasked)
    assert capsys.readouterr().out.splitlines() == ["未能查询：r1：无应答", "未能查询：r2 在 9 秒内没有应答"]
