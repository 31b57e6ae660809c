"""Codes of lines: what carries them, what they share, who pays, what they can carry."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB230",
        text("A shared risk group that is not declared"),
        text("Declare it under `srlgs` with what is shared, so that what-if can cut all of it at once."),
    ),
    Rule(
        "JB231",
        text("An underlay that is not declared"),
        text("Declare under `underlays` who runs it, whom to call and what packet it takes."),
    ),
    Rule(
        "JB232",
        text("A payer that is neither a level nor a site"),
        text("`payer` is a level such as `county` (the site of that level at or above the line) or a site's name."),
    ),
    Rule(
        "JB233",
        text("A payer of a level that does not exist above the line"),
        text("Name a level at or above the site of the line, or the paying site itself."),
    ),
    Rule(
        "JB234",
        text("A pattern that cannot be filled in"),
        text("`handoff` and `line_number` may hold {site}, {code} and {circuit}; other words in braces mean nothing."),
    ),
    Rule(
        "JB235",
        text("A line number used twice"),
        text(
            "A carrier gives each line a number of its own: a fault would be reported for the wrong one. "
            "Correct one of the two."
        ),
    ),
    Rule(
        "JB236",
        text("Main line and backup that fail together"),
        text(
            "They share a risk, so the backup does not help when that fails. Lead one of them another way, "
            "or accept it knowingly."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB237",
        text("Main line and backup of one carrier"),
        text(
            "One carrier's fault, or one unpaid bill, takes both. Lease the backup elsewhere where another "
            "carrier is present."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB238",
        text("A backup without a main line"),
        text(
            "A backup carries traffic only while no main line does; with none, give one of the circuits the "
            "role primary."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB260",
        text("A main line too narrow for what hangs on it"),
        text(
            "The busy-hour demand of the site and all sites that hang on it is more than the bandwidth. "
            "Lease more, or correct `demand`."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB263",
        text("A round trip faster than light in glass"),
        text(
            "Light covers 200 km of fibre in a millisecond. `latency_ms` is a round trip; correct it or the positions."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB264",
        text("A cost that nobody pays"),
        text("Add `payer`: a level or a site. Costs are counted by who pays."),
        Severity.WARNING,
    ),
    Rule(
        "JB266",
        text("A cost without anybody to pay it to"),
        text("A cable inside a building costs nothing a month. Name the carrier or the underlay, or remove the cost."),
        Severity.WARNING,
    ),
    Rule(
        "JB267",
        text("A line number without a carrier"),
        text("The number is the carrier's: without one nobody knows what it means. Add `carrier`."),
        Severity.WARNING,
    ),
    Rule(
        "JB268",
        text("A hand-off without an underlay"),
        text(
            "`handoff` names the port of the underlay that carries the circuit. Add `underlay`, or write "
            "`handoff: null`."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB270",
        text("An underlay that carries nothing"),
        text("Name it as `underlay` of the circuits that ride on it, or remove it."),
        Severity.WARNING,
    ),
    Rule(
        "JB271",
        text("A shared risk group that nothing shares"),
        text(
            "A group of fewer than two lines says nothing. Name it under `srlgs` of all lines that fail with"
            " it, or remove it."
        ),
        Severity.WARNING,
        wrong=("# inventory/more.yaml\nsrlgs:\n  bridge: {name_zh: 大桥}\n"),
        right=(
            "# inventory/sites/west.yaml\n"
            "srlgs:\n"
            "  bridge: {name_zh: 大桥}\n"
            "prefectures:\n"
            "  west:\n"
            "    parent: example\n"
            '    code: "9902"\n'
            "    name_zh: 西州\n"
            "    circuits: {up1: {srlgs: [bridge]}}\n"
            "    counties:\n"
            "      lake:\n"
            '        code: "990201"\n'
            "        name_zh: 湖县\n"
            "        circuits: {up2: {srlgs: [bridge]}}\n"
        ),
    ),
    Rule(
        "JB274",
        text("An underlay that takes less than a full packet"),
        text(
            "Interfaces send 1500 bytes of IP packet; what is larger than the underlay's MTU is lost or cut."
            " Ask its operator for more."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB275",
        text("Shared risks that leave out the underlay's"),
        text(
            "`srlgs` replaces what the underlay gives. Add the underlay's name; `srlgs: []` says that the "
            "circuit truly shares nothing."
        ),
        Severity.WARNING,
        wrong=(
            "# inventory/sites/west.yaml\n"
            "underlays: {egov: {name_zh: 政务外网, operator: 信息中心}}\n"
            "srlgs: {bridge: {name_zh: 大桥}}\n"
            "prefectures:\n"
            "  west:\n"
            "    parent: example\n"
            '    code: "9902"\n'
            "    name_zh: 西州\n"
            "    circuits: {up1: {underlay: egov, srlgs: [bridge]}}\n"
        ),
        right=(
            "# inventory/sites/west.yaml\n"
            "underlays: {egov: {name_zh: 政务外网, operator: 信息中心}}\n"
            "srlgs: {bridge: {name_zh: 大桥}}\n"
            "prefectures:\n"
            "  west:\n"
            "    parent: example\n"
            '    code: "9902"\n'
            "    name_zh: 西州\n"
            "    circuits: {up1: {underlay: egov, srlgs: [egov, bridge]}}\n"
        ),
    ),
    Rule(
        "JB276",
        text("A leased line that nobody is said to carry"),
        text(
            "Who leases it out, and whom to call when it fails, is not known; costs and availability cannot be counted "
            "by carrier. Add `carrier` or `underlay` in the archetype or the site; a cable of your own says "
            "`media: cable`."
        ),
        Severity.INFO,
    ),
)
