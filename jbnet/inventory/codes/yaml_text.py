"""Codes of reading: from bytes to plain data."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB101",
        text("The file is not YAML"),
        text("The parser stopped at this place; what follows in the file was not checked. Correct it and check again."),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n",
    ),
    Rule(
        "JB102",
        text("A tab where YAML wants spaces"),
        text("YAML forbids tabs in indentation. Replace the tab by spaces."),
        wrong="# inventory/more.yaml\ncarriers:\n\tradio: {name_zh: 广电}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n",
    ),
    Rule(
        "JB103",
        text("The same key twice in one mapping"),
        text("YAML readers silently keep the last one. Remove or rename one of the two."),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n  radio: {name_zh: 广电网络}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n  cable: {name_zh: 广电网络}\n",
    ),
    Rule(
        "JB104",
        text("Anchors, aliases, merges and tags are not used"),
        text("What repeats belongs into an archetype or a role, where a finding can point at it. Write the value out."),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: &one {name_zh: 广电}\n  cable: *one\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电}\n  cable: {name_zh: 广电}\n",
    ),
    Rule(
        "JB108",
        text("A file that cannot be read as UTF-8 text"),
        text("Save the file in UTF-8; Chinese editors may default to GBK or GB 18030."),
    ),
    Rule(
        "JB109", text("Nested too deeply"), text("No declaration needs such depth; most likely a bracket is missing.")
    ),
)
