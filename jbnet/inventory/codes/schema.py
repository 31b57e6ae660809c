"""Codes of keys, values, names and references."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB105",
        text("An unknown key"),
        text("The key means nothing here, so what it says would be lost. Correct its spelling or remove it."),
    ),
    Rule("JB106", text("A required key is missing"), text("Add the key; docs/declaration.md shows an example.")),
    Rule(
        "JB107",
        text("A value of the wrong kind"),
        text("The message says what is expected. Numbers stand without quotes, texts that look like numbers with."),
    ),
    Rule(
        "JB110",
        text("A division code that does not fit"),
        text(
            "Codes are quoted text: two digits for a province, four for a prefecture, six for a county (GB/T 2260), "
            "nine for a township, twelve for a community (statistical division codes)."
        ),
    ),
    Rule(
        "JB111",
        text("A name off the standard"),
        text("Names become host names and interface names: lower-case ASCII letters and digits, a letter first."),
    ),
    Rule(
        "JB112", text("A name declared twice"), text("Names are unique over the whole network. Rename one of the two.")
    ),
    Rule("JB113", text("A code declared twice"), text("A division code belongs to one site. Correct one of the two.")),
    Rule(
        "JB114",
        text("A reference to something that is not declared"),
        text("Correct the name (the message names the nearest one), or declare what is missing."),
    ),
    Rule(
        "JB115",
        text("A loop in the hierarchy"),
        text("Following the parents leads back to the site itself. Correct one of the parents."),
    ),
    Rule(
        "JB116",
        text("A parent of the wrong level"),
        text("A site lies below a site of a higher level: province, prefecture, county, township, community."),
    ),
    Rule(
        "JB117",
        text("A part of the declaration is missing"),
        text("Without it no network can be built. `jbnet init DIR` lays a complete empty workspace to copy from."),
    ),
    Rule(
        "JB118",
        text("An IPv6 address or prefix"),
        text(
            "The plan, the links and the routing are IPv4 so far: IPv6 is not supported here yet. Write the IPv4 one, "
            "and keep the IPv6 plan elsewhere until it is."
        ),
        wrong="# inventory/more.yaml\npeers:\n  bank: {name_zh: 银行, asn: 64600, prefixes: [2001:db8::/32]}\n",
        right="# inventory/more.yaml\npeers: {}\n",
    ),
)
