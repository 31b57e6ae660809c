"""Codes of topology/standards/: rule sets and waivers. What a rule finds bears the rule's own id as its code."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB301",
        text("A rule or rule set declared twice"),
        text("The id of a rule is the code of its findings; it means one thing. Rename one of the two."),
    ),
    Rule(
        "JB302",
        text("A rule whose id does not begin with its set's prefix"),
        text("The prefix tells from which standard a finding comes. Correct the id."),
    ),
    Rule(
        "JB303",
        text("A rule that is half written"),
        text(
            "A rule either says what it applies to and what is required, or `evidence: elsewhere`: "
            "then a declaration cannot show it, and it is listed as not shown."
        ),
    ),
    Rule(
        "JB304",
        text("A filter that the subjects do not have"),
        text("Each kind of subject has filters of its own; the message lists them. docs/standards.md has the table."),
    ),
    Rule(
        "JB305",
        text("A requirement that cannot be judged on the subjects"),
        text("Each predicate judges certain kinds of subjects; the message lists those that fit."),
    ),
    Rule(
        "JB306",
        text("Rules without a set"),
        text("A file with rules says at its top to which standard they belong: name, prefix, title, source, citation."),
    ),
    Rule(
        "JB307",
        text("A waiver of a rule that does not exist"),
        text("It would excuse nothing. Correct the rule's id, or remove the waiver."),
    ),
    Rule(
        "JB308",
        text("A rule that names what is not declared"),
        text("A rule about a location or role that does not exist would judge nothing. Correct the name."),
    ),
    Rule(
        "JB309",
        text("A waiver for nobody"),
        text("A waiver names subjects that exist, or the site `under` which all are excused."),
    ),
    Rule(
        "JB310",
        text("A waiver that has ended"),
        text("It excuses nothing any more. Mend what it excused, or let somebody answer for a new date."),
        Severity.WARNING,
    ),
    Rule(
        "JB311",
        text("A waiver that excuses nothing"),
        text("The rule is fulfilled without it. Remove it, so that it does not hide a later violation."),
        Severity.WARNING,
    ),
    Rule(
        "JB312",
        text("What a rule requires is looked up elsewhere than it says"),
        text("Requirements on configurations need `evidence: configuration`, those on the declaration do without."),
    ),
)
