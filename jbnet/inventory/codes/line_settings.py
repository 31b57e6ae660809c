"""Codes of what a circuit says to the devices at its ends: cost, MTU, description."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB292",
        text("A cost for OSPF where none runs"),
        text(
            "An end of the circuit is routed statically (`speakers` in topology/routing.yaml): nobody compares costs "
            "there. Remove `ospf_cost`; which of two such lines is used follows from `role`."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB299",
        text("A circuit that sends more than its underlay takes"),
        text(
            "What is larger than the underlay's MTU is lost, and OSPF's neighbours may not come up over it. Lower "
            "`mtu` of the circuit, or correct the underlay's."
        ),
        wrong=(
            "# inventory/sites/west.yaml\n"
            "underlays: {egov: {name_zh: 政务外网, operator: 信息中心, mtu: 1400}}\n"
            "prefectures:\n"
            "  west:\n"
            "    parent: example\n"
            '    code: "9902"\n'
            "    name_zh: 西州\n"
            "    circuits: {up1: {underlay: egov, mtu: 1500}}\n"
        ),
        right=(
            "# inventory/sites/west.yaml\n"
            "underlays: {egov: {name_zh: 政务外网, operator: 信息中心, mtu: 1400}}\n"
            "prefectures:\n"
            "  west:\n"
            "    parent: example\n"
            '    code: "9902"\n'
            "    name_zh: 西州\n"
            "    circuits: {up1: {underlay: egov, mtu: 1400}}\n"
        ),
    ),
    Rule(
        "JB210",
        text("A session that is closed where there is none"),
        text(
            "Over this circuit nobody speaks BGP: sessions run over circuits to a peer that has an AS. Remove "
            "`bgp_shutdown`, or write it at the circuit that was meant."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB214",
        text("A peer with which no session is left open"),
        text(
            "All sessions with the peer would be closed on purpose (`bgp_shutdown`), and nobody would reach it. Leave "
            "one open: `jbnet show asn NUMBER` lists them."
        ),
    ),
    Rule(
        "JB213",
        text("An MTU that FRR does not set"),
        text(
            "Interfaces of a router with FRR are the host's: set it there (`ip link set dev PORT mtu BYTES`, and where "
            "the host keeps it). What is rendered does not hold it, and neither plan nor drift sees it."
        ),
        Severity.INFO,
    ),
)
