"""Codes of dr/: the recovery plan, runbooks, approvers, the journal."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB701",
        text("An unknown key in dr/"),
        text("The key means nothing here, so what it says would not be done. Correct its spelling or remove it."),
    ),
    Rule("JB702", text("A required key is missing in dr/"), text("Add the key; docs/recovery.md shows an example.")),
    Rule("JB703", text("A value of the wrong kind in dr/"), text("The message says what is expected.")),
    Rule(
        "JB704",
        text("A step that stands twice, or needs a step that does not come before it"),
        text("Steps are executed in their order; each has a name of its own and needs only earlier ones."),
    ),
    Rule(
        "JB705",
        text("A number out of its bounds in a runbook"),
        text("The message gives the bounds. Two people at least approve; no step waits longer than a day."),
    ),
    Rule(
        "JB706",
        text("An unknown name in braces"),
        text("Names in braces are filled in for each database: write `foreach: databases` in the step."),
    ),
    Rule(
        "JB707",
        text("Too few vantages for the proof of a fence"),
        text("One place that hears nothing proves nothing. Name two other hosts at least, over disjoint paths."),
    ),
    Rule(
        "JB708",
        text("A name in dr/ that is not declared"),
        text(
            "The plan speaks of locations and devices of inventory/. A fence around a name that does not exist "
            "would only fail in the disaster. Correct the name, or declare what is missing."
        ),
    ),
    Rule(
        "JB709",
        text("A recovery plan that does not fit the declared databases"),
        text(
            "Every database host of the two locations needs a fence, and the primaries stand in the primary "
            "location. Correct dr/plan.yaml or the database."
        ),
    ),
    Rule(
        "JB710",
        text("A promotion without a fence before it"),
        text(
            "Two primaries lose data. Let the promotion need the fence, or the clean stop, of the same database "
            "on the other host."
        ),
    ),
    Rule(
        "JB711",
        text("A step that touches production without an approval before it"),
        text("Two people agree first. Let the step need a step with the action approve."),
    ),
    Rule(
        "JB712",
        text("A fence that is opened too early"),
        text(
            "Filters against a host stay until it leads again, or follows. Let the step need that promotion, or its"
            " check-standby (without on_fail: ask)."
        ),
    ),
    Rule(
        "JB713",
        text("Undoing after the point of no return"),
        text("There is no way back from there: on_fail is abort or ask."),
    ),
    Rule(
        "JB714",
        text("A guard that could be skipped by an answer"),
        text("Approvals, fences and promotions are never skipped: on_fail is abort or undo."),
    ),
    Rule(
        "JB715",
        text("A command that might run twice"),
        text(
            "Killed between the command and its result, jbnet must look whether it ran. Give the step a probe (a "
            "command that ends with 0 where the effect holds), or say repeatable: true and give it a verify."
        ),
    ),
    Rule(
        "JB716",
        text("A lease whose members cannot decide"),
        text(
            "More than half of the members decide, also with one site dark: an odd number, three at least, each at "
            "another site, one of them outside both data centres. With either data centre dark (the primary's with the "
            "core and the NOC) the other one still reaches more than half, as routers go, not as cables lie."
        ),
    ),
    Rule(
        "JB717",
        text("A lease whose times do not keep two leaders apart"),
        text(
            "A leader stops hold_s after its last renewal, another is promoted after silence_s without one. Leave room "
            "for three renewals in hold_s, and for the end of a server between the two: 5, 30 and 60 s are usual."
        ),
    ),
    Rule(
        "JB718",
        text("A repository of backups at the wrong place"),
        text(
            "Backups are what is left when the primary's site burns: they lie at the standby's location, on a host "
            "that holds every database, so that each can be backed up and restored there."
        ),
    ),
    Rule(
        "JB719",
        text("A name that is moved away from the place where its zone is changed"),
        text(
            "Only the primary name server takes changes. With its place dark nobody moves the name until a secondary "
            "was made the primary. Have the primary at the site to which names are moved when the other is lost."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB720",
        text("Two approvers with one name or key"),
        text("One person could approve twice. Give each their own key."),
    ),
    Rule(
        "JB721",
        text("A key of an approver that cannot be used"),
        text("dr/approvers/NAME.pub holds one line as ssh-keygen -t ed25519 writes it."),
    ),
    Rule(
        "JB730",
        text("A declaration about the standard that nothing asks for"),
        text(
            "dr/standard.yaml declares what of GB/T 20988 cannot be seen from here. `jbnet dr score` lists what the "
            "standard asks for; what is derived from the network and from executions cannot be declared."
        ),
    ),
    Rule(
        "JB790",
        text("A journal that does not hold together"),
        text("An entry was changed, removed or torn after it was written. Compare with the copy at the second site."),
    ),
    Rule(
        "JB791",
        text("A journal that shows an act out of order"),
        text("What the entry says must not have happened at that point. Read the report with `jbnet dr report`."),
    ),
    Rule(
        "JB792",
        text("A report that is not as it was sealed"),
        text("Something in it was changed afterwards; nothing in it counts. Get it again from where it was made."),
    ),
    Rule(
        "JB793",
        text("A report that somebody else sealed"),
        text("Whoever has another key can make a report that proves itself. Ask where it comes from."),
    ),
)
