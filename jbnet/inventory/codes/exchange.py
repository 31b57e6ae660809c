"""Codes of ``jbnet import``: what stands in a CSV file and cannot be taken over."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB190",
        text("A CSV file that is not text, or too large"),
        text("Save it as CSV in UTF-8; GB 18030, which Chinese spreadsheets write, is read too and said so."),
    ),
    Rule(
        "JB191",
        text("A header that cannot be used"),
        text("The first line names columns as `jbnet export` does, separated by commas; `name` is one of them."),
    ),
    Rule(
        "JB192",
        text("A line that is not CSV"),
        text("RFC 4180: as many cells as the header; a cell with commas, quotes or line breaks stands in quotes."),
    ),
    Rule(
        "JB193",
        text("A cell of the wrong kind"),
        text("The message says what is expected. Numbers stand without thousands separators and units."),
    ),
    Rule(
        "JB194",
        text("A cell that a spreadsheet spoilt"),
        text(
            "Spreadsheets turn long digits into numbers like 6.30102E+11 and lose the rest. Import the file into the "
            "spreadsheet with that column as text, and enter the code again."
        ),
    ),
    Rule(
        "JB195",
        text("A row that fits nothing declared"),
        text(
            "A row is known by its name. A new site needs name, code, level, parent and name_zh, its name being the "
            "parent's and a dash and its own below the county; a new circuit needs name, a.device and z.device."
        ),
    ),
    Rule(
        "JB196",
        text("A cell that an import does not change"),
        text("Who a row is (name, code, level, parent) and what is derived is changed in the YAML files."),
    ),
    Rule(
        "JB197",
        text("A place in a YAML file that cannot be edited safely"),
        text(
            "It is written in a way that the import will not touch, so that nothing of the file is lost. The YAML to "
            "put there is printed; paste it."
        ),
    ),
    Rule(
        "JB198",
        text("A cell that would not come true"),
        text(
            "With the cell written down, the declaration would still say something else, because another key decides. "
            "Change that key in the YAML file; `jbnet show site NAME --explain` says which it is."
        ),
    ),
    Rule(
        "JB199",
        text("An empty cell where something is declared"),
        text("An import adds and changes; it removes nothing. Take the key out of the YAML file where that is meant."),
        Severity.WARNING,
    ),
)
