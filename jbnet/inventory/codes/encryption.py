"""Codes of encrypted circuits."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

_WEST = '# inventory/sites/west.yaml\nprefectures:\n  west:\n    parent: example\n    code: "9902"\n    name_zh: 西州\n'

RULES = rules(
    Rule(
        "JB262",
        text("A profile of encryption that is not declared"),
        text(
            "Circuits name profiles of topology/encryption.yaml. Correct the name, or declare the profile there: "
            "`encryption: {NAME: {}}` has sound defaults."
        ),
        wrong=f"{_WEST}    circuits: {{up1: {{encryption: intranet}}}}\n",
        right=f"{_WEST}    circuits: {{up1: {{encryption: null}}}}\n",
    ),
    Rule(
        "JB265",
        text("An end that cannot encrypt"),
        text(
            "The operating system at that end has no tunnels over which routing runs (docs/platforms.md says why). End "
            "the line on a router that has, or do without encryption there."
        ),
    ),
    Rule(
        "JB269",
        text("An end without the algorithms of the profile"),
        text(
            "Both ends must have every algorithm that a profile asks for, or they never agree. Name another in the "
            "profile, or a profile of its own for such circuits; docs/platforms.md has a table."
        ),
    ),
    Rule(
        "JB272",
        text("A tunnel wider than its line"),
        text(
            "ESP adds up to 101 bytes to a packet. What is then larger than the line takes is cut in two, or lost. "
            "Lower `mtu` of the profile."
        ),
    ),
    Rule(
        "JB273",
        text("No addresses for the ports of an encrypted circuit"),
        text(
            "The circuit's own prefix is that of the tunnel; its two ports need another. By default it is taken from "
            "the end of the lower end's links. Write one, a /31 or a /30 that nobody has: "
            "`encryption: {profile: NAME, outer: 192.168.255.0/31}`."
        ),
    ),
    Rule(
        "JB286",
        text("One key for several circuits"),
        text(
            "Who learns it at one place reads all of them, and it cannot be changed at one circuit alone. Leave "
            "`secret` out: each circuit then has a key of its own."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB291",
        text("A profile of encryption that nobody uses"),
        text("No circuit names it. Name it at a circuit, or remove it."),
        Severity.INFO,
    ),
)
