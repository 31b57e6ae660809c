"""Declared regular expressions: the whole text is matched, in time linear in it, whatever the expression is."""

from __future__ import annotations

import pytest

from jbnet.inventory.schema.naming import NameDecl
from jbnet.inventory.schema.regex import Regex


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[a-z]+(-[a-z]+)*", "core-router", "core-"),
        ("core|noc|[a-z]+-dc", "xining-dc", "core-dc2"),
        ("a|b", "b", "ab"),
        ("[a-z]+", "a", "a\n"),
    ],
)
def test_the_whole_text_is_matched(pattern: str, good: str, bad: str) -> None:
    assert Regex(pattern).matches(good)
    assert not Regex(pattern).matches(bad)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["([a-z]+)+[0-9]", "(a|a)*b", "(a|aa)+[0-9]", "(.*)*x[0-9]"])
def test_an_expression_that_ruins_a_backtracking_engine_is_answered(pattern: str) -> None:
    assert not Regex(pattern).matches("a" * 5000)


@pytest.mark.parametrize("pattern", ["(a", "a)|(?:b", "(?=a)b", r"(a)\1", "((a{1,1000}){1,1000}){1,1000}"])
def test_what_is_none_or_grows_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a regular expression"):
        Regex(pattern)


def test_it_is_given_back_as_it_was_written() -> None:
    said = {"pattern": "[a-z]+(-[a-z]+)*", "longest": 20}
    assert NameDecl.model_validate(said).model_dump(mode="json") == said
