"""Codes of agencies, partners, databases, applications and services."""

from __future__ import annotations

from jbnet.inventory.codes.rule import Rule, rules
from jbnet.model.findings import Severity
from jbnet.model.text import text

RULES = rules(
    Rule(
        "JB144",
        text("Primary and standby at one place"),
        text("A fire there takes both. Put the standby into another location."),
        Severity.WARNING,
    ),
    Rule(
        "JB145",
        text("A host that is no server"),
        text("Databases and applications run on devices whose role has `kind: server`. Correct the host or the role."),
        Severity.WARNING,
    ),
    Rule(
        "JB146",
        text("An application that runs nowhere"),
        text("Name its `hosts`: without them no failure would touch it."),
        Severity.WARNING,
    ),
    Rule(
        "JB147",
        text("An application at one place only"),
        text("Its databases survive the loss of that place, it does not. Give it a host where their copies are."),
        Severity.WARNING,
        wrong=(
            "# inventory/more.yaml\n"
            "applications:\n"
            "  card: {name_zh: 社保卡, hosts: [east-dc-db1], databases: [production]}\n"
        ),
        right=(
            "# inventory/more.yaml\n"
            "applications:\n"
            "  card: {name_zh: 社保卡, hosts: [east-dc-db1, west-dc-db1], databases: [production]}\n"
        ),
    ),
    Rule(
        "JB148",
        text("An application that no service uses"),
        text("Name it under `applications` of the services that it makes up, or remove it."),
        Severity.WARNING,
    ),
    Rule(
        "JB149",
        text("Two applications on one port of one host"),
        text("Ports are unique per host. Change one of them."),
    ),
    Rule(
        "JB151",
        text("No loss promised, copies behind"),
        text(
            "An asynchronous copy lags: its last transactions are lost with the primary. Use `sync`, or give"
            " rpo_s more than zero."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB156",
        text("No loss promised, and commits that go on alone"),
        text(
            "With `sync-remote: degrade` commits go on while the standby is away, and are lost with the primary then."
            " Use `sync-remote: block`, or give rpo_s more than zero."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB157",
        text("Two standbys to wait for"),
        text(
            "A commit that one of two standbys confirms (`ANY 1`) is on the other or not: nobody could say which of"
            " them loses nothing. Declare `sync-local` or `sync-remote`, not both."
        ),
    ),
    Rule(
        "JB158",
        text("A local standby that is not local"),
        text("Commits wait for it: it must be a third host, in the same location as the primary."),
    ),
    Rule(
        "JB159",
        text("A local standby and its mode belong together"),
        text("Declare both `local_standby: HOST` and `replication: {sync-local: block}` (or `degrade`), or neither."),
    ),
    Rule(
        "JB179",
        text("A database's host that is deployed"),
        text(
            "Recovery moves service addresses between these hosts, in what runs and never in what is saved; a"
            " deployment would take them away or save them. Give the host a role with `kind: server` and"
            " `managed: false`."
        ),
    ),
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
        text("Premises at a site of the register"),
        text("Premises exist at active sites and are judged at planned ones; what is said of them here has no effect."),
        Severity.WARNING,
    ),
    Rule(
        "JB244",
        text("Two VRFs in one VLAN"),
        text("On a LAN the VLAN is what keeps them apart. Number one of them differently."),
        wrong=(
            "# inventory/more.yaml\n"
            "vrfs:\n"
            '  pension: {rd: "64512:1", vlan: 101}\n'
            '  medical: {rd: "64512:2", vlan: 101}\n'
        ),
        right=(
            "# inventory/more.yaml\n"
            "vrfs:\n"
            '  pension: {rd: "64512:1", vlan: 101}\n'
            '  medical: {rd: "64512:2", vlan: 102}\n'
        ),
    ),
    Rule(
        "JB245",
        text("Two VRFs with one route distinguisher"),
        text("Their routes could not be told apart (RFC 4364, section 4.2). Number one of them differently."),
    ),
    Rule(
        "JB246",
        text("Two agencies in one slot"),
        text("Both would have the same prefix at every site. Give one of them another slot."),
    ),
    Rule(
        "JB247",
        text("Two agencies in one VRF"),
        text("They are not kept apart. Declare a VRF for each."),
        Severity.WARNING,
    ),
    Rule(
        "JB248",
        text("A VRF that no agency uses"),
        text("Name it as `vrf` of an agency, or remove it."),
        Severity.WARNING,
    ),
    Rule(
        "JB249",
        text("A route distinguisher of another network"),
        text(
            "Begin it with the network's own AS number (RFC 4364, section 4.2, type 0), so that it is unique"
            " beyond this network."
        ),
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
    Rule(
        "JB252",
        text("A service that stands on nothing"),
        text("Name the databases, applications or services that it needs: else no failure ever touches it."),
        Severity.WARNING,
    ),
    Rule(
        "JB253",
        text("A service without an application"),
        text("Clients talk to an application, not to the database. Name it under `applications`."),
        Severity.WARNING,
    ),
    Rule(
        "JB254",
        text("A database that none of the service's applications works on"),
        text(
            "Either the service does not need the database, or an application is missing from it or lacks the database."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB255",
        text("A service that promises more than its database"),
        text("It cannot be back before its database is, nor lose less. Correct one of the objectives."),
        Severity.WARNING,
    ),
    Rule(
        "JB256",
        text("A service that promises more than what it needs"),
        text("It is down while a service that it needs is. Correct one of the objectives."),
        Severity.WARNING,
        wrong=(
            "# inventory/more.yaml\n"
            "services:\n"
            "  card: {name_zh: 社保卡, needs: [identity], objective: {rto_s: 600}}\n"
            "  identity: {name_zh: 认证, needs: [pension], objective: {rto_s: 900}}\n"
        ),
        right=(
            "# inventory/more.yaml\n"
            "services:\n"
            "  card: {name_zh: 社保卡, needs: [identity], objective: {rto_s: 900}}\n"
            "  identity: {name_zh: 认证, needs: [pension], objective: {rto_s: 900}}\n"
        ),
    ),
    Rule(
        "JB257",
        text("A partner that may not use the service it exchanges data with"),
        text(
            "The filter lets through what the partner's `services` name, and nothing else. Name the service "
            "there, or take the partner out."
        ),
        Severity.WARNING,
    ),
    Rule(
        "JB258",
        text("Partners that may use nothing"),
        text("A line is paid for that lets nothing through. Name the services that they may use."),
        Severity.WARNING,
    ),
    Rule(
        "JB259",
        text("A partner's networks overlap another's"),
        text(
            "Packets for one would go to the other. One of the two must translate its addresses or was "
            "written down wrongly."
        ),
    ),
)
