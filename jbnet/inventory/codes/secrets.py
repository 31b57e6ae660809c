"""Codes of where secrets come from."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB295",
        text("A source of secrets that is none, or several"),
        text(
            "Each entry of `secrets`, and a vault's `password`, is of one kind. Write further ones as further entries."
        ),
    ),
    Rule(
        "JB296",
        text("A command that cannot give secrets"),
        text("The program is called once for each secret, with `{name}` in its words replaced by the secret's name."),
    ),
)
