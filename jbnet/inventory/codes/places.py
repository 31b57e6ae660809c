"""Codes of sites and equipment: where they are, whom to call, what they hang on."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB136",
        text("A platform that is not known"),
        text("`platform` names what jbnet has data for in jbnet/platforms; correct it."),
        wrong=("# inventory/more.yaml\nroles:\n  branch: {platform: vrp9, snmp: v3}\n"),
        right=("# inventory/more.yaml\nroles:\n  branch: {platform: vrp8, snmp: v3}\n"),
    ),
    Rule(
        "JB137",
        text("A site in use without equipment"),
        text("Give it an archetype or devices, name a `gateway`, or say that it is planned."),
        Severity.WARNING,
    ),
    Rule(
        "JB138",
        text("A device without a circuit"),
        text("Nothing reaches it. Give it a circuit to a device of its home or of the site above."),
        Severity.WARNING,
    ),
    Rule(
        "JB139",
        text("Devices that hang in the air"),
        text("Circuits join them to each other and none joins them to the rest. Give one of them a way up."),
        Severity.WARNING,
    ),
    Rule(
        "JB152",
        text("Opening hours without a time zone"),
        text(
            "They are judged by UTC, and a place that is dark while people work there may be taken for closed. Say "
            "`time_zone` under `management` in topology/management.yaml."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB153",
        text("Main line and backup that end on one router"),
        text("That router's failure takes both although a second one stands beside it. End the backup there."),
        Severity.WARNING,
    ),
    Rule(
        "JB154",
        text("Quiet hours that are not of the network's time zone"),
        text(
            "Say `time_zone` under `management` in topology/management.yaml, and take `utc_offset` out of "
            "monitors/notify.yaml: quiet hours and the times in messages are of the network's time zone."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB155",
        text("A role that is watched without an agent"),
        text("Polling asks an SNMP agent. Say `snmp: v3` (or v2c), or `monitored: false`."),
        Severity.WARNING,
    ),
    Rule(
        "JB280",
        text("A site far away from its parent"),
        text("Most likely a digit of the position is wrong, or the parent is."),
        Severity.WARNING,
    ),
    Rule(
        "JB281",
        text("Half a position"),
        text("A position is `lon` and `lat`, both or neither."),
    ),
    Rule(
        "JB283",
        text("Two sites of one level at one position"),
        text("Most likely copied and not changed. Correct one of the two."),
        Severity.WARNING,
    ),
    Rule(
        "JB284",
        text("Opening hours that cannot be read"),
        text(
            "Write days and times as OpenStreetMap does: `Mo-Fr 08:30-12:00,14:30-18:00; Sa 09:00-12:00; PH "
            "off`, or `24/7`."
        ),
        wrong=("# inventory/more.yaml\narchetypes:\n  hut: {level: county, opening_hours: 9 to 5}\n"),
        right=('# inventory/more.yaml\narchetypes:\n  hut: {level: county, opening_hours: "Mo-Fr 09:00-17:00"}\n'),
    ),
    Rule(
        "JB285",
        text("A telephone number that cannot be dialled"),
        text(
            "It is read in the night of a failure. Digits with hyphens or spaces between, an area code "
            "first; + before a country code."
        ),
        Severity.WARNING,
        wrong=("# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: 0971-12a4}\n"),
        right=("# inventory/more.yaml\ncarriers:\n  radio: {name_zh: 广电, phone: 0971-1234567}\n"),
    ),
    Rule(
        "JB287",
        text("A site in use that hangs on one that is not"),
        text("What is above it must be there first. Correct one of the two `status`, or the circuit."),
        Severity.WARNING,
    ),
    Rule(
        "JB288",
        text("A contact without a telephone number"),
        text("Nobody can be called. Add `phone`."),
        Severity.WARNING,
    ),
    Rule(
        "JB289",
        text("A gateway for a site with equipment"),
        text(
            "`gateway` is for a site without equipment of its own; here it moves the lines away from the "
            "site's own router."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB290",
        text("A site built before what it hangs on"),
        text("The phase of what is above must come first or at the same time. Correct one of the two `phase`."),
        Severity.WARNING,
    ),
    Rule(
        "JB293",
        text("Two sites of one name below one parent"),
        text("People call them by this name and would mean the wrong one. Most likely copied and not changed."),
        Severity.WARNING,
    ),
    Rule(
        "JB294",
        text("A code that does not begin with the parent's"),
        text("GB/T 2260 and statistical codes contain those above. Correct the code, or the parent."),
        Severity.WARNING,
    ),
)
