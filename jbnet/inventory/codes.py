"""The table of finding codes JB1xx. A code never changes its meaning; a withdrawn code is not used again."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.findings import Severity
from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: one line of title, and why it matters and what to do about it."""

    code: str
    title: Text
    doc: Text
    severity: Severity = Severity.ERROR


def _rules(*rules: Rule) -> dict[str, Rule]:
    return {rule.code: rule for rule in rules}


RULES: dict[str, Rule] = _rules(
    Rule(
        "JB101",
        text("The file is not YAML"),
        text("The parser stopped at this place; what follows in the file was not checked. Correct it and check again."),
    ),
    Rule(
        "JB102",
        text("A tab where YAML wants spaces"),
        text("YAML forbids tabs in indentation. Replace the tab by spaces."),
    ),
    Rule(
        "JB103",
        text("The same key twice in one mapping"),
        text("YAML readers silently keep the last one. Remove or rename one of the two."),
    ),
    Rule(
        "JB104",
        text("Anchors, aliases, merges and tags are not used"),
        text("What repeats belongs into an archetype or a role, where a finding can point at it. Write the value out."),
    ),
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
        "JB108",
        text("A file that cannot be read as UTF-8 text"),
        text("Save the file in UTF-8; Chinese editors may default to GBK or GB 18030."),
    ),
    Rule(
        "JB109", text("Nested too deeply"), text("No declaration needs such depth; most likely a bracket is missing.")
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
        "JB120",
        text("Prefixes overlap"),
        text("Two owners would use the same addresses. Both places are named; change one of them."),
    ),
    Rule(
        "JB121",
        text("A prefix outside the one it belongs to"),
        text(
            "A site's block lies in its parent's, and everything in the supernet: summaries at the borders rely on it."
        ),
    ),
    Rule(
        "JB122",
        text("A site without addresses"),
        text("Run `jbnet address allocate`: it records a block in topology/allocations.yaml and moves nobody else's."),
    ),
    Rule(
        "JB123",
        text("An allocation whose site is not declared"),
        text("It is kept so that the block is not given to another by accident. Remove the line to free the block."),
        Severity.INFO,
    ),
    Rule("JB124", text("An address used twice"), text("Both owners are named; change one of them.")),
    Rule(
        "JB125",
        text("A block too small for what it must carry"),
        text("Give the level a larger block in topology/addresses.yaml, or the site fewer circuits or devices."),
    ),
    Rule(
        "JB126",
        text("A block of the wrong length for its level"),
        text("topology/addresses.yaml gives the length of blocks per level; an allocation must agree with it."),
    ),
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
