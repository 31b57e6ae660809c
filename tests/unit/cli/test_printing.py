"""What a device said never steers the terminal of the person who reads it."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

import jbnet.cli
from jbnet.cli.console import SafeConsole
from jbnet.cli.context import Context
from jbnet.cli.printing import echo, json_text
from jbnet.model.printable import STEERING, printable

HOSTILE = "description a\x1b]0;PWNED\x07b\x9b31mc\u202ed\u2066e\r"
SHOWN = r"description a\x1b]0;PWNED\x07b\x9b31mc\u202ed\u2066e\x0d"
OWN_TEXT = {"app", "check", "check_codes", "check_schema", "export", "printing", "render"}
"""Modules that print JSON, pages and configurations made of the declaration: as they are, for programs."""


@given(st.text())
def test_nothing_that_steers_comes_through_and_nothing_else_changes(said: str) -> None:
    shown = printable(said)
    assert not re.search(f"[{STEERING}]", shown)
    if not re.search(f"[{STEERING}]", said):
        assert shown == said


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_keeps_its_value_and_steers_nothing(document: object) -> None:
    said = json_text(document)
    assert json.loads(said) == document
    assert not re.search(f"[{STEERING}]", said)


def test_results_progress_and_tables_show_the_codes(capsys: pytest.CaptureFixture[str]) -> None:
    context = Context(Path())
    context.say("{said}", said=HOSTILE)
    context.note("{said}", said=HOSTILE)
    echo(HOSTILE)
    out, err = capsys.readouterr()
    assert out.splitlines() == [SHOWN, SHOWN]
    assert err == f"{SHOWN}\n"


def test_a_table_shows_the_codes_and_keeps_its_own_colours() -> None:
    table = Table("said")
    table.add_row(HOSTILE, style="red")
    stream = io.StringIO()
    SafeConsole(file=stream, force_terminal=True, width=120, color_system="standard").print(table)
    assert SHOWN in stream.getvalue()
    assert "\x1b[31m" in stream.getvalue()
    assert "\x07" not in stream.getvalue()


def test_the_envelope_of_json_steers_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Context(Path(), json=True).emit({"line": HOSTILE})
    out = capsys.readouterr().out
    assert json.loads(out)["data"] == {"line": HOSTILE}
    assert not re.search(f"[{STEERING}]", out)


def test_only_what_prints_our_own_text_prints_past_the_safe_ways() -> None:
    folder = Path(jbnet.cli.__file__).parent
    found = {file.stem for file in folder.rglob("*.py") if "typer.echo(" in file.read_text(encoding="utf-8")}
    assert found <= OWN_TEXT
