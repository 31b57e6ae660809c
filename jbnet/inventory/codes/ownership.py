"""Codes of who decides about which section of a configuration."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB297",
        text("A section that no configuration has"),
        text(
            "topology/ownership.yaml names the sections of a device's platform; they stand in docs/adopt.md and in "
            "jbnet/platforms/NAME/sections.yaml. A name that is none holds nothing. Correct it."
        ),
    ),
)
