"""Codes of agencies, partners, applications and services."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB240",
        text("An agency in a VRF that is not declared"),
        text("Declare under `vrfs` its route distinguisher and VLAN, or correct the name."),
    ),
    Rule(
        "JB241",
        text("Premises of an agency that is not declared"),
        text("What a site says of premises stands under the agency's name; declare the agency or correct the name."),
    ),
    Rule(
        "JB242",
        text("Premises at a level where the agency has none"),
        text("Add the level to the agency's `levels`, or remove what the site says of its premises."),
    ),
    Rule(
        "JB243",
        text("Premises at a site that is not in use"),
        text("Premises exist at active sites only; what is said of them here has no effect."),
        Severity.WARNING,
    ),
    Rule(
        "JB250",
        text("A partner of a kind that is not declared"),
        text("Declare the kind under `extranet` in a file of its own, or correct the name."),
    ),
    Rule(
        "JB251",
        text("A partner at a level where its kind is not met"),
        text("Add the level to the kind's `levels`, or remove what the site says of the partner."),
    ),
)
