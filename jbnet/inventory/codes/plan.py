"""Codes of the address plan: the scheme, identities, aggregates, exceptions, ranges, names."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB127",
        text("Two sites recorded with the same addresses"),
        text(
            "A merge does that when two people allocated on two branches: both took the first free block. Keep the "
            "older; the newer site gets another block by `jbnet address renumber SITE`, before it is deployed."
        ),
    ),
    Rule(
        "JB128",
        text("A block that is nearly full"),
        text(
            "`nearly_full` in topology/addresses.yaml says from which share on. Free what is no longer declared "
            "(`jbnet address free`), or plan a larger block: renumbering takes months, not hours."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB129",
        text("A block that is full"),
        text(
            "The next site here gets no addresses. Free what is no longer declared (`jbnet address free`), add a pool, "
            "or give the site a larger block and renumber it (`jbnet address renumber SITE`)."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB200",
        text("A part of the scheme that does not exist"),
        text("`part` counts from 1 to `of`: `part: 3` with `of: 4` is the third quarter of every own prefix."),
    ),
    Rule(
        "JB201",
        text("Two parts of the scheme that share addresses"),
        text("LAN, agencies, links and loopbacks must stand apart in every own prefix. Move one of the two."),
    ),
    Rule(
        "JB202",
        text("Lengths of blocks that do not add up"),
        text(
            "A level's block must lie in a block of the level above, beside what that site uses itself: its length is "
            "greater than the block above, and the own part above leaves room."
        ),
    ),
    Rule(
        "JB203",
        text("An own part too small to be used"),
        text("A site needs one link and one loopback at least. Give the level a shorter `own`, or cut it otherwise."),
    ),
    Rule(
        "JB204",
        text("A block recorded under a former code"),
        text("`jbnet address allocate` records it under the present code; the addresses stay."),
        Severity.INFO,
    ),
    Rule(
        "JB205",
        text("A former code that cannot be"),
        text(
            "`formerly` says whose a recorded block is, so a former code belongs to one site, and is nobody's present "
            "code until the block has been recorded anew (`jbnet address allocate`)."
        ),
    ),
    Rule(
        "JB206",
        text("A block outside its parent's"),
        text(
            "The site came here from elsewhere and kept its addresses. While its circuits lead where its block lies, "
            "nothing breaks. To have it summarised here: `jbnet address renumber SITE`."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB207",
        text("A site homed where its block is not summarised"),
        text(
            "Each site announces one aggregate, its block. What hangs below it with other addresses is not announced, "
            "and traffic to it ends elsewhere. Home it within the aggregate, or `jbnet address renumber SITE`."
        ),
    ),
    Rule(
        "JB208",
        text("A line whose ends do not match"),
        text(
            "Both ends of a line stand in one prefix with one mask, else no neighbour comes up (RFC 2328, 10.5). "
            "Correct or complete the exceptions in topology/addresses.yaml."
        ),
    ),
    Rule(
        "JB209",
        text("A network or broadcast address on an interface"),
        text("The first and the last address of a prefix are no hosts (RFC 1122, 3.2.1.3); only a /31 has neither."),
    ),
    Rule(
        "JB211",
        text("An address range that cannot be routed"),
        text("Routers and hosts refuse these ranges, or they are set aside for examples (RFC 6890). Use another."),
    ),
    Rule(
        "JB212",
        text("Public address space"),
        text(
            "If these addresses are not assigned to the network, their owners cannot be reached from it. Use private "
            "space (RFC 1918), or name what is meant under `public` in topology/addresses.yaml."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB215",
        text("A name off the network's standard"),
        text("topology/naming.yaml says what names of each kind look like and how long they may be."),
        Severity.WARNING,
    ),
)
