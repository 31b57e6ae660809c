"""Codes of lines: what carries them, what they share, who pays."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB230",
        text("A shared risk group that is not declared"),
        text("Declare it under `srlgs` with what is shared, so that what-if can cut all of it at once."),
    ),
    Rule(
        "JB231",
        text("An underlay that is not declared"),
        text("Declare under `underlays` who runs it, whom to call and what packet it takes."),
    ),
    Rule(
        "JB232",
        text("A payer that is neither a level nor a site"),
        text("`payer` is a level such as `county` (the site of that level at or above the line) or a site's name."),
    ),
    Rule(
        "JB233",
        text("A payer of a level that does not exist above the line"),
        text("Name a level at or above the site of the line, or the paying site itself."),
    ),
    Rule(
        "JB234",
        text("A pattern that cannot be filled in"),
        text("`handoff` and `line_number` may hold {site}, {code} and {circuit}; other words in braces mean nothing."),
    ),
)
