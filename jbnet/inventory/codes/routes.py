"""Codes of declared static routes."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

_HEAD = (
    "# inventory/sites/west.yaml\n"
    "prefectures:\n"
    "  west:\n"
    "    parent: example\n"
    '    code: "9902"\n'
    "    name_zh: 西州\n"
    "    devices:\n"
    "      r1:\n"
    "        routes:\n"
)


def _route(said: str) -> str:
    return f"{_HEAD}          - {said}\n"


RULES = rules(
    Rule(
        "JB401",
        text("A next hop that is nobody's neighbour"),
        text(
            "A static route is used while its next hop stands on a prefix of one of the device's interfaces; "
            "otherwise it is never used, or by way of another route whose end nobody knows. Write an address on such "
            "a prefix, the name of a circuit of the device (its far end is meant), of a partner or peer that one line"
            " of it leads to, or `discard`."
        ),
        wrong=_route("{prefix: 172.30.0.0/16, next_hop: 192.0.2.1}"),
        right=_route("{prefix: 172.30.0.0/16, next_hop: up1}"),
    ),
    Rule(
        "JB402",
        text("A route that hides a network of ours"),
        text(
            "Its destination is allocated to somebody else (`topology/addresses.yaml`, `topology/allocations.yaml`). "
            "The longest match wins: the device would send these packets to the next hop instead of their site, and "
            "`whatif` would not know. Correct the prefix, or address the site anew."
        ),
    ),
    Rule(
        "JB403",
        text("A route to what the device is connected to"),
        text(
            "The destination lies in the prefix of one of the device's own interfaces. Equal to it, the route is "
            "never used; inside it, hosts on the link are taken from it. Correct the prefix."
        ),
    ),
    Rule(
        "JB404",
        text("A default route before the derived one"),
        text(
            "Every device below the core has a default route over its first line upwards, with the preference 250: by"
            " it the device is reached before any routing protocol speaks, and where none does it is managed by it. A"
            " declared one with a lower preference would take its place. Give it a preference from 251 to 254, as a "
            "last resort, or a narrower prefix."
        ),
        wrong=_route("{prefix: 0.0.0.0/0, next_hop: up1, preference: 60}"),
        right=_route("{prefix: 0.0.0.0/0, next_hop: pair1, preference: 252}"),
    ),
    Rule(
        "JB405",
        text("A route that is there anyway"),
        text(
            "The device has this route by another line of the declaration: the same one twice, or one that is derived"
            " (to a partner's networks, to the site's own block). Systems keep one of them, and which one differs. "
            "Remove it."
        ),
    ),
    Rule(
        "JB406",
        text("A route that nobody configures"),
        text(
            "`managed: false` of the device's role says that jbnet does not deploy its configuration. Remove the "
            "routes."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB407",
        text("A route that cannot be announced"),
        text(
            "`announce` brings a static route into OSPF as an external route (RFC 2328, 12.4.4). It takes a device "
            "that speaks OSPF; default routes are not taken (the core announces one). Remove `announce`, or declare "
            "the route at a router that speaks OSPF."
        ),
    ),
    Rule(
        "JB408",
        text("A route that is announced inside one area alone"),
        text(
            "The areas of prefectures are not-so-stubby and nothing is translated at their border (RFC 3101; ADR 15):"
            " the core does not hear of the route. Where it should, declare it at a border router or in the backbone."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB409",
        text("A destination that no router sends on to"),
        text(
            "0.0.0.0/8, loopback (127.0.0.0/8), link-local addresses (169.254.0.0/16), multicast (224.0.0.0/4) and "
            "what is reserved (240.0.0.0/4) are dropped or kept on the link whatever routes and filters say (RFC "
            "1812, 5.3.7; RFC 6890), and some systems refuse such a route. Correct the prefix, or remove it."
        ),
        wrong=_route("{prefix: 127.0.0.0/8, next_hop: up1}"),
        right=_route("{prefix: 172.27.0.0/16, next_hop: up1}"),
    ),
)  # fmt: skip
