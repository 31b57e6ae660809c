"""Codes of devices, circuits, databases, services and lab scales."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB130",
        text("An interface name that is too long"),
        text("Linux allows 15 characters (IFNAMSIZ). Shorten the name of the location or peer at the lower end."),
    ),
    Rule(
        "JB131",
        text("A circuit whose end is not a declared device"),
        text("`from` names an own device, `to` an own device, `parent/` and a device, or a full device name."),
    ),
    Rule("JB132", text("A circuit from a device to itself"), text("Its two ends must be different devices.")),
    Rule("JB133", text("An interface used by two circuits"), text("Number one of the circuits differently.")),
    Rule(
        "JB134",
        text("A circuit between two OSPF areas, neither of them the backbone"),
        text("A site's backup stays inside its area; only border routers stand in two areas (RFC 2328, section 3)."),
    ),
    Rule(
        "JB135",
        text("An archetype or role that does not fit"),
        text("An archetype says for which level it is; a site of another level cannot use it."),
    ),
    Rule(
        "JB140",
        text("A service address outside the service prefix"),
        text("Clients and filters know the service prefix of topology/addresses.yaml; choose an address in it."),
    ),
    Rule(
        "JB141", text("Two databases on one port of one host"), text("Ports are unique per host. Change one of them.")
    ),
    Rule(
        "JB142",
        text("A database whose standby is its primary"),
        text("A copy on the same host survives nothing. Name a host at another location."),
    ),
    Rule(
        "JB143",
        text("Services that need each other in a loop"),
        text("None of them could be started first, and impact would have no root. Remove one `needs`."),
    ),
    Rule(
        "JB150",
        text("A lab scale that leaves a device without a way up"),
        text("Name the site or location above it in the scale too, or leave the device's own site out."),
    ),
)
