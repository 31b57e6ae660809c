"""jbnet drift as people and programs see it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jbnet.change.drift import Drift, Window
from jbnet.cli.columns import cells
from jbnet.cli.context import Context
from jbnet.cli.drift import _data, _print
from jbnet.cli.times import both
from jbnet.cli.unasked import unasked_json
from jbnet.model.text import text
from jbnet.services.drift import Found

TYPED = "- ip route 192.0.2.0/24 blackhole"
AFTER, BY = datetime(2026, 11, 22, 4, tzinfo=UTC), datetime(2026, 11, 22, 5, tzinfo=UTC)
SILENT = text("{device} does not answer", device="core-r2")


def found(count: int = 1) -> Found:
    drifts = tuple(Drift(f"county-r{number}", (TYPED,), (TYPED,), since=Window(AFTER, BY)) for number in range(count))
    return Found(drifts, ("core-r1",), {"core-r2": SILENT})


def shown(what: Found, capsys: pytest.CaptureFixture[str]) -> list[str]:
    _print(Context(Path()), what, None)
    return capsys.readouterr().out.splitlines()


def test_drift_says_between_when_what_the_signs_mean_and_which_command_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = shown(found(), capsys)
    assert any(f"came after {both(AFTER)}" in line for line in said)
    assert any(f"was there at {both(BY)}" in line for line in said)
    assert any(line.startswith("- runs and would go; +") for line in said)
    assert said[-1] == "next: jbnet plan county-r0"
    assert max(map(cells, said)) <= 80


def test_of_a_secret_that_differs_the_name_is_said_and_that_its_age_is_unknown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = Drift("county-r0", ("- secret = <secret>", "+ secret = <secret>"), secrets=("ipsec-county-up1",))
    said = shown(Found((other,), (), {}), capsys)
    assert "  secrets that are not as their source has them: ipsec-county-up1" in said
    assert "  since when is not known: backups hold no secrets" in said
    assert not [line for line in said if "not through jbnet" in line]
    told = json.loads(json.dumps(_data(Context(Path()), Found((other,), (), {}))))["drifted"][0]
    assert (told["secrets"], told["after"], told["by"]) == (["ipsec-county-up1"], None, None)


def test_many_devices_are_planned_together(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(found(6), capsys)[-1] == "next: jbnet plan"


def test_nothing_that_differs_needs_no_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(found(0), capsys)[-1].startswith("devices that drifted: 0")


def test_who_could_not_be_asked_is_named_with_the_reason_in_one_shape() -> None:
    context = Context(Path())
    assert unasked_json(context, {"core-r2": SILENT}) == [{"device": "core-r2", "reason": "core-r2 does not answer"}]
    told = json.loads(json.dumps(_data(context, found())))
    assert told["unasked"] == unasked_json(context, found().unasked)
    assert (told["drifted"][0]["after"], told["drifted"][0]["by"]) == ("2026-11-22T04:00:00Z", "2026-11-22T05:00:00Z")
