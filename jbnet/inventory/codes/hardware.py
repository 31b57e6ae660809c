"""Codes of equipment: models, their ports, what devices are told about management."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB216",
        text("A device type that is not declared"),
        text("Roles and devices name models of topology/hardware.yaml. Correct the name, or declare the model there."),
    ),
    Rule(
        "JB217",
        text("A model that does not run the device's platform"),
        text("`platforms` of a device type says what it runs. Correct the platform or the device type."),
    ),
    Rule(
        "JB218",
        text("Too few ports"),
        text(
            "The device has more lines of a use (up, pair, lan, down) than its type has ports for it. Name a larger "
            "type, or ports of another use beside the device: `ports: {up3: GigabitEthernet0/1/7}`."
        ),
    ),
    Rule(
        "JB219",
        text("Two interfaces on one port"),
        text("A port carries one line. Change the port that is written beside the device, or the type's lists."),
    ),
    Rule(
        "JB220",
        text("A port or interface that is not there"),
        text("`ports` beside a device gives an interface of it a port that its type has. Correct the name."),
    ),
    Rule(
        "JB221",
        text("A line downwards without a port"),
        text("Run `jbnet address ports`: it records the next free number in topology/ports.yaml and moves nobody."),
    ),
    Rule(
        "JB222",
        text("A recorded port that nobody uses"),
        text("The line is gone. Run `jbnet address ports --prune` to give the port to the next one."),
        Severity.WARNING,
    ),
    Rule(
        "JB223",
        text("Devices of unknown hardware"),
        text(
            "jbnet deploys them, and their platform names its ports by the hardware, so their configurations cannot be "
            "rendered. Declare the model in topology/hardware.yaml and name it: `device_type`, in the role or beside "
            "the device."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB261",
        text("One box in two places"),
        text(
            "The same serial number is written at two devices. It stands on the label of the box, and "
            "`display device manufacture-info` (or the like) shows it; correct the one that is wrong."
        ),
    ),
    Rule(
        "JB239",
        text("A partner whose networks nobody hears of"),
        text(
            "What a partner's gateway knows is announced where it stands in the backbone area; an area below keeps its "
            "externals to itself. Meet the partner at a prefecture or at the province."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB227",
        text("No port for premises or partners"),
        text(
            "Their lines end on a device whose type has no port of that use (agencies, extranet, lan), so the device "
            "cannot be rendered. Name one under `ports` of the type, or another gateway."
        ),
    ),
    Rule(
        "JB228",
        text("A VLAN that no filter can be numbered by"),
        text(
            "The filters of agencies and partners are numbered 3000 and 3500 plus the VLAN's id, so that they never "
            "move. Choose an id up to 499; a kind of partner without one has no port."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB229",
        text("A VLAN that a partner shares"),
        text("Agencies and kinds of partners have a VLAN each, or one would hear the other. Choose another id."),
    ),
    Rule(
        "JB224",
        text("A management server that is nowhere"),
        text("Servers are IPv4 addresses, or devices, whose loopback is meant. Correct the name."),
    ),
    Rule(
        "JB225",
        text("More servers or users than equipment takes"),
        text("The smallest equipment holds four servers of a kind and sixteen local users. Name the most important."),
    ),
    Rule(
        "JB226",
        text("Nobody who may change anything"),
        text(
            "Local users are asked when no other server answers. One of them needs `privilege: admin`, or nobody can "
            "mend a device that lost its way to the servers."
        ),
    ),
    Rule(
        "JB298",
        text("Watched by SNMP, and nobody may ask"),
        text(
            "An agent answers its managers only, so without `snmp.managers` in topology/management.yaml none is "
            "configured and monitoring gets no answer. Name the servers that ask, or say `monitored: false`."
        ),
        Severity.WARNING,
    ),
)
