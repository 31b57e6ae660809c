"""The reference of findings is made from the program, and so is what ``--explain`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.cli.check_codes import page
from jbnet.inventory.codes import RULES
from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

DOCUMENT = Path(__file__).parents[3] / "docs" / "findings.md"


def test_the_page_is_what_make_docs_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == page(), "run: make docs"


def test_a_code_defined_twice_is_refused() -> None:
    rule = Rule("JB999", text("one"), text("thing"))
    with pytest.raises(ValueError, match="JB999"):
        rules(rule, rule)


def test_codes_have_a_form_and_a_title_of_their_own() -> None:
    assert [code for code in RULES if len(code) != 5 or not code[2:].isdigit()] == []
    assert len({str(rule.title) for rule in RULES.values()}) == len(RULES)
