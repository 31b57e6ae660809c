"""Codes of zones and of names that are moved."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

_ZONE = (
    "# inventory/dns.yaml\ndns:\n  example.net:\n    primary: west-dc-db1\n    secondaries: [{secondary}]\n"
    "    tsig_key: jbnet\n    names:\n      pay: {{ttl: 60, at: {{east-dc: [{east}], west-dc: [{west}]}}}}\n"
)


def _zone(east: str = "east-dc-db1", west: str = "west-dc-db1", secondary: str = "east-dc-db1") -> str:
    return _ZONE.format(east=east, west=west, secondary=secondary)


RULES = rules(
    Rule(
        "JB421",
        text("A value of a name that does not lead there"),
        text(
            "What a name says at a place must be the address of a declared host at that place, or a service address; "
            "clients would be sent nowhere, or to the site that is lost. Write the host's name. Addresses of IPv6 are "
            "not compared: the declaration has none. Another name (CNAME) stands alone."
        ),
        wrong=_zone(west="10.2.192.77"),
        right=_zone(),
    ),
    Rule(
        "JB422",
        text("A TTL that uses up the objective of a service"),
        text(
            "Behind a move clients go where the name led before until its TTL has run out (RFC 1035, 3.2.1). Lower "
            "`ttl`: half a minute or a minute for what is to be back soon."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB423",
        text("A zone whose name servers all stand at one place"),
        text(
            "With that place the zone is lost: nobody can change it, and soon nobody finds its names. Name a secondary "
            "elsewhere; or, better, have the primary at the site to which names are moved, which is there when the "
            "other is not."
        ),
        Severity.WARNING,
        wrong=_zone(secondary="west-dc-r1"),
        right=_zone(),
    ),
    Rule(
        "JB424",
        text("A name that cannot be moved"),
        text("It needs two places or more, and something else to say at each of them. Correct it, or leave it out."),
        wrong=_zone(west=""),
        right=_zone(),
    ),
)
