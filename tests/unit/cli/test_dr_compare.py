"""``jbnet dr compare``: what it says of a comparison, in both languages, and with which code it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.cli.context import Context
from jbnet.cli.dr_compare import compared, ended
from jbnet.model.errors import CommandFailed, ExitCode
from jbnet.model.text import text
from jbnet.recovery.rows_found import Compared, Difference, Found

SAME = Compared("production", "a-db1", "b-db1", tables=3, all_tables=3, blocks=9, all_blocks=9, rows=100)
FOUND = (
    Found("public.payments", '{"id": 17}', Difference.CONTENT),
    Found("public.payments", '{"id": 18}', Difference.ONLY_LEADER),
)
OTHER = Compared("production", "a-db1", "b-db1", count=2, found=FOUND, left_out={"public.scratch": "unlogged"})
OPEN = Compared("production", "a-db1", "b-db1", all_blocks=4, blocks=1, moving=("public.sums 1",),
                unread=(text("{message}", message="public.t"),), in_time=False)  # fmt: skip


def asked(found: Compared | CommandFailed, lang: str = "en") -> tuple[dict[str, object], ExitCode]:
    def compare(name: str, rate_mb_s: int, seconds: float) -> Compared:
        assert (name, rate_mb_s, seconds) == ("production", 32, 60.0)
        if isinstance(found, CommandFailed):
            raise found
        return found

    row = compared(Context(Path(), lang=lang), compare, "production", 32, 60.0)
    return row, ended([row])


@pytest.mark.parametrize(
    ("found", "code"),
    [(SAME, ExitCode.OK), (OTHER, ExitCode.NO), (OPEN, ExitCode.FAILED), (CommandFailed("no"), ExitCode.FAILED)],
)
def test_the_code_says_same_different_or_not_known(found: Compared | CommandFailed, code: ExitCode) -> None:
    assert asked(found)[1] is code


def test_a_difference_goes_before_what_is_not_known() -> None:
    assert ended([asked(OPEN)[0], asked(OTHER)[0]]) is ExitCode.NO


def test_rows_that_differ_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    row, _ = asked(OTHER)
    said = capsys.readouterr().out
    assert 'public.payments {"id": 17} .. {"id": 18}' in said
    assert '{"id": 18}: the follower lacks it' in said
    assert "public.scratch (unlogged: it is not replicated)" in said
    assert row["found"] == [
        {"table": "public.payments", "key": '{"id": 17}', "difference": "content", "said": ""},
        {"table": "public.payments", "key": '{"id": 18}', "difference": "only-leader", "said": ""},
    ]


def test_what_was_not_compared_is_said_and_not_called_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    asked(OPEN)
    said = capsys.readouterr().out
    assert "25 %" in said
    assert "public.sums 1 changed under every look" in said
    assert "hold the same rows" not in said


def test_it_is_said_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    asked(SAME, "zh")
    assert "数据行一致：3 张表，共 100 行" in capsys.readouterr().out
