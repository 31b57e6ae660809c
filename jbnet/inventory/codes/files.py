"""Codes of files and folders: what is not read, and why."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB180",
        text("A file or workspace that is too large"),
        text("A national network needs a few MiB. Most likely this is something else; else split the file."),
    ),
    Rule(
        "JB181",
        text("A file that cannot be read"),
        text("While a part is not read, nothing that refers to it can be judged. Correct rights or the link."),
    ),
    Rule(
        "JB182",
        text("A link to a folder"),
        text("Links to folders are not followed: they may lead in a circle. Move the files here."),
        Severity.WARNING,
    ),
    Rule(
        "JB183",
        text("Too many files"),
        text("Past this number nothing is read. Most likely a folder of something else lies in the workspace."),
    ),
    Rule(
        "JB184",
        text("A file that is not read because of its name"),
        text("Only *.yaml and *.yml are read, in small letters. Rename it, or move it out of the way."),
        Severity.INFO,
    ),
    Rule(
        "JB185",
        text("A .yml beside a .yaml of the same name"),
        text("Both are read. Most likely one of them is an older copy: remove it."),
        Severity.WARNING,
    ),
    Rule(
        "JB186",
        text("A file name that cannot be shown"),
        text("Names of files stand in findings and reports; use letters, digits, - and _. The file was not read."),
    ),
    Rule(
        "JB187",
        text("More keys and values than a network has"),
        text("What follows is not read. Most likely the file is something else; else split it, or the workspace."),
    ),
    Rule(
        "JB188",
        text("A key that is too long"),
        text("Keys are names. Most likely a quote or a line break is missing. It is left out with all below it."),
    ),
    Rule(
        "JB189",
        text("More than can be built"),
        text(
            "What archetypes, agencies and kinds of partners say stands for every site. Most likely one of them holds "
            "what is meant for a few sites; else the network is to be split into several workspaces."
        ),
    ),
)
