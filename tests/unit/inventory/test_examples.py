"""The examples of `jbnet check --explain` prove themselves: the wrong one gives the code, the right one does not."""

from __future__ import annotations

import re

import pytest

from jbnet.inventory import load
from jbnet.inventory.codes import RULES

WITH_EXAMPLES = [code for code, rule in RULES.items() if rule.wrong]
PATH = re.compile(r"# (\S+\.yaml)\n")


def laid(example: str, small_files: dict[str, str]) -> set[str]:
    """Return the codes of the small network with the example's file laid over it."""
    first = PATH.match(example)
    assert first is not None, "an example begins with a comment that names its file"
    return {finding.code for finding in load({**small_files, first[1]: example}).findings}


@pytest.mark.parametrize("code", WITH_EXAMPLES)
def test_the_wrong_example_gives_the_finding_and_the_right_one_does_not(code: str, small_files: dict[str, str]) -> None:
    rule = RULES[code]
    assert code in laid(rule.wrong, small_files)
    assert code not in laid(rule.right, small_files)


def test_the_errors_that_people_make_most_have_examples() -> None:
    assert {"JB103", "JB105", "JB106", "JB107", "JB110", "JB111", "JB112", "JB114"} <= set(WITH_EXAMPLES)
