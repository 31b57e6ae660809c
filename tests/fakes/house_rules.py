"""A rule set of a house's own, whose rules the test writes."""

from __future__ import annotations

_HEAD = """
set:
  name: house
  prefix: H
  title: {en: House rules, zh: 内部规范}
  citation: House
  source: {en: Made up., zh: 试用。}
rules:
"""


def house_set(rules: str) -> str:
    """Return the set with these rules, indented by two blanks, and what may stand behind them (``waivers``)."""
    return _HEAD + rules
