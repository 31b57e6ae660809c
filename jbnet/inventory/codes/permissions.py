"""Codes of permissions beside what services need."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB410",
        text("A permission for nobody"),
        text(
            "`from` is a partner (KIND-SITE), a kind of partners, premises (SITE-AGENCY) or an agency; `to` one of "
            "these, a device, an application or a prefix. Correct the name."
        ),
    ),
    Rule(
        "JB411",
        text("A port where there are none"),
        text("Only tcp and udp have ports. Say one of them, or leave the port out."),
    ),
    Rule(
        "JB412",
        text("A permission that lets nobody through"),
        text(
            "An end of it has no address: a kind of partners or an agency that no site has, a device without a "
            "loopback. Correct it, or remove the permission."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB413",
        text("A permission that is over"),
        text(
            "Its last day has passed, by the clock of whoever checks (UTC), and what is rendered still has it: filters "
            "change with the declaration, never by themselves. Remove it and deploy, or agree on another day."
        ),
    ),
    Rule(
        "JB414",
        text("A permission that ends soon"),
        text("Within 14 days. Whoever gave the reason may need another day, or nothing more."),
        Severity.WARNING,
    ),
    Rule(
        "JB415",
        text("A permission to reach oneself"),
        text(
            "What somebody sends to himself passes no filter of ours, and offices of one agency reach each other "
            "anyway. Name somebody else at one end, or remove the permission."
        ),
    ),
    Rule(
        "JB416",
        text("A permission that opens the whole network"),
        text(
            "Its prefix holds all of ours (`supernet` in inventory/network.yaml) and no port is named: whoever is "
            "named in `from` reaches everything. Name whom he needs, the protocol and the port."
        ),
        Severity.WARNING,
    ),
)
