"""Codes of addresses and blocks."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB120",
        text("Prefixes overlap"),
        text("Two owners would use the same addresses. Both places are named; change one of them."),
    ),
    Rule(
        "JB121",
        text("A prefix outside the one it belongs to"),
        text(
            "A site's block lies in its parent's, and everything in the supernet: summaries at the borders rely on it."
        ),
    ),
    Rule(
        "JB122",
        text("A site without addresses"),
        text("Run `jbnet address allocate`: it records a block in topology/allocations.yaml and moves nobody else's."),
    ),
    Rule(
        "JB123",
        text("An allocation whose site is not declared"),
        text(
            "It is kept so that the block is not given to another by accident. To free it: `jbnet address free CODE`."
        ),
        Severity.INFO,
    ),
    Rule("JB124", text("An address used twice"), text("Both owners are named; change one of them.")),
    Rule(
        "JB125",
        text("A block too small for what it must carry"),
        text("Give the level a larger block in topology/addresses.yaml, or the site fewer circuits or devices."),
    ),
    Rule(
        "JB126",
        text("A block of the wrong length for its level"),
        text(
            "topology/addresses.yaml gives the length of blocks per level; a recorded block is that large, or larger."
        ),
    ),
)
