"""Codes of the keys by which routers know each other."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB277",
        text("A circuit whose ends cannot sign OSPF packets in the same way"),
        text(
            "The first of `algorithms` that both ends have is used; docs/platforms.md says which system has which. Add "
            "one that both have, or write an entry of its own for such circuits."
        ),
    ),
    Rule(
        "JB278",
        text("Two keys where equipment takes one"),
        text(
            "A second key can be accepted beside the first only where the system sends with both while keys are "
            "changed. Elsewhere change the one key: both ends of a line are changed together."
        ),
    ),
    Rule(
        "JB279",
        text("Two keys that cannot be told apart"),
        text("Each key of a pair has an id and a secret of its own."),
    ),
    Rule(
        "JB282",
        text("Keys that nobody is given"),
        text(
            "Entries are tried from the top, and the first that fits counts. Correct what this one asks for, or "
            "remove it."
        ),
        Severity.WARNING,
    ),
)
