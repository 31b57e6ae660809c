"""Codes of keys, values, names and references."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB105",
        text("An unknown key"),
        text("The key means nothing here, so what it says would be lost. Correct its spelling or remove it."),
        wrong='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phon: "10000"}\n',
        right='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: "10000"}\n',
    ),
    Rule(
        "JB106",
        text("A required key is missing"),
        text("Add the key; docs/declaration.md shows an example."),
        wrong='# inventory/more.yaml\ncarriers:\n  radio: {phone: "10000"}\n',
        right='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: "10000"}\n',
    ),
    Rule(
        "JB107",
        text("A value of the wrong kind"),
        text("The message says what is expected. Numbers stand without quotes, texts that look like numbers with."),
        wrong="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: 10000}\n",
        right='# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: "10000"}\n',
    ),
    Rule(
        "JB110",
        text("A division code that does not fit"),
        text(
            "Codes are quoted text: two digits for a province, four for a prefecture, six for a county (GB/T 2260), "
            "nine for a township, twelve for a community (statistical division codes)."
        ),
        wrong="# inventory/more.yaml\ncounties:\n  hill: {code: 990103, name_zh: 山县, parent: east}\n",
        right='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: east}\n',
    ),
    Rule(
        "JB111",
        text("A name off the standard"),
        text("Names become host names and interface names: lower-case ASCII letters and digits, a letter first."),
        wrong="# inventory/more.yaml\ncarriers:\n  Radio_TV: {name_zh: 广电}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio-tv: {name_zh: 广电}\n",
    ),
    Rule(
        "JB112",
        text("A name declared twice"),
        text("Names are unique over the whole network. Rename one of the two."),
        wrong="# inventory/more.yaml\ncarriers:\n  telecom: {name_zh: 另一家}\n",
        right="# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 另一家}\n",
    ),
    Rule(
        "JB113",
        text("A code declared twice"),
        text("A division code belongs to one site. Correct one of the two."),
        wrong='# inventory/more.yaml\ncounties:\n  hill: {code: "990101", name_zh: 山县, parent: east}\n',
        right='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: east}\n',
    ),
    Rule(
        "JB114",
        text("A reference to something that is not declared"),
        text("Correct the name (the message names the nearest one), or declare what is missing."),
        wrong='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: esat}\n',
        right='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: east}\n',
    ),
    Rule(
        "JB115",
        text("A loop in the hierarchy"),
        text("Following the parents leads back to the site itself. Correct one of the parents."),
        wrong='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: hill}\n',
        right='# inventory/more.yaml\ncounties:\n  hill: {code: "990103", name_zh: 山县, parent: east}\n',
    ),
    Rule(
        "JB116",
        text("A parent of the wrong level"),
        text("A site lies below a site of a higher level: province, prefecture, county, township, community."),
        wrong='# inventory/more.yaml\nprefectures:\n  hill: {code: "9903", name_zh: 山州, parent: east}\n',
        right='# inventory/more.yaml\nprefectures:\n  hill: {code: "9903", name_zh: 山州, parent: example}\n',
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
