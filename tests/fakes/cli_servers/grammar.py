"""The commands of each view, as data.

A pattern is made of words. An upper-case word is an argument (``IP``, ``MASK``, ``N`` are checked), ``...`` the rest
of the line. What stands before ``|`` identifies a setting: a second line with the same beginning replaces the first,
and ``undo`` with it takes the setting away. ``> view`` says which view the line opens. ``undo FORM`` after ``<`` is a
further way to take it away.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address

CHECKS: dict[str, Callable[[str], bool]] = {
    "IP": lambda word: _is_address(word),
    "MASK": lambda word: _is_address(word) or (word.isdigit() and int(word) <= 32),
    "N": lambda word: word.isdigit(),
    "AREA": lambda word: word.isdigit() or _is_address(word),
    "AS": lambda word: re.fullmatch(r"\d+(\.\d+)?", word) is not None,
}

COMMON = {
    "system": """
        info-center loghost IP |
        ntp-service unicast-server IP |
        ntp-service server disable |
        ntp-service authentication enable |
        ntp-service authentication-keyid N authentication-mode | ...
        ntp-service reliable authentication-keyid N |
        ntp-service source-interface | NAME
        ntp-service source | NAME
        snmp-agent mib-view ... |
        snmp-agent local-engineid | ID
        undo snmp-agent sys-info version v3 |
        header login information | ... < header login
        clock protocol | NAME
        sysname | NAME
        interface NAME | > interface
        ip route-static vpn-instance VPN IP MASK NEXT |
        ip route-static vpn-instance VPN IP MASK NEXT | ...
        ip route-static IP MASK NEXT |
        ip route-static IP MASK NEXT | ...
        route-policy NAME ACTION node N | > policy < route-policy NAME node N < route-policy NAME
        snmp-agent |
        snmp-agent sys-info KIND | ...
        snmp-agent community KIND cipher NAME | ...
        snmp-agent community KIND cipher NAME |
        snmp-agent community KIND NAME | ...
        snmp-agent trap enable |
        snmp-agent trap source | NAME
        snmp-agent target-host trap address udp-domain IP params securityname cipher NAME | ...
        snmp-agent target-host trap address udp-domain IP params securityname NAME | ...
        snmp-agent target-host ... |
        snmp-agent group v3 NAME | ...
        info-center loghost IP | ...
        info-center loghost source | NAME
        ntp-service unicast-server IP | ...
        ntp-service enable |
        clock timezone | ...
        bfd | > bfd
    """,
    "interface": """
        description | ...
        ip binding vpn-instance | NAME < ip binding vpn-instance NAME
        ip address IP MASK sub |
        ip address | IP MASK < ip address IP MASK
        ospf cost | N
        ospf network-type | TYPE
        ospf timer hello | N
        ospf timer dead | N
        ospf timer retransmit | N
        ospf bfd min-tx-interval | ...
        arp broadcast enable |
        ospf authentication-mode | ...
        ospf bfd enable |
        mtu | N
        lldp enable |
        shutdown |
    """,
    "ospf": """
        area AREA | > area
        description | ...
        silent-interface NAME |
        import-route PROTOCOL | ...
        default-route-advertise | ...
        default-route-advertise |
        bandwidth-reference | N
        bfd all-interfaces enable |
        spf-schedule-interval | ...
        maximum load-balancing | N
        filter-policy ... |
        lsa-arrival-interval | ...
        lsa-originate-interval | ...
        lsa-generation-interval | ...
        asbr-summary IP MASK | ...
    """,
    "area": """
        network IP WILDCARD | ...
        network IP WILDCARD |
        nssa | ...
        nssa |
        stub | ...
        stub |
        abr-summary IP MASK | ...
        abr-summary IP MASK |
        authentication-mode | ...
        default-cost | N
    """,
    "policy": """
        if-match KIND | ...
        apply KIND | ...
        description | ...
    """,
    "bfd": "",
    "acl": """
        description | ...
        step | N
        rule N description | ...
        rule N comment | ...
        rule N | ...
    """,
    "line": """
        authentication-mode | MODE
        protocol inbound | NAME
        idle-timeout | ...
        acl N DIRECTION |
        user privilege level | N
        user-role | NAME
        screen-length | N
    """,
    "peers": """
        router-id | IP
        peer PEER as-number | AS < peer PEER
        peer PEER description | ...
        peer PEER connect-interface | NAME
        peer PEER password | ...
        peer PEER ebgp-max-hop | ...
        peer PEER bfd enable |
        peer PEER ignore |
        peer PEER timer keepalive | N hold N
        peer PEER timer connect-retry | N
        graceful-restart |
    """,
    "family": """
        peer PEER enable |
        peer PEER route-policy NAME DIRECTION |
        network IP MASK | ...
        network IP MASK |
        import-route PROTOCOL | ...
        import-route PROTOCOL |
        preference | ...
        maximum load-balancing | N
        aggregate IP MASK | ...
        aggregate IP MASK |
        peer PEER next-hop-local |
    """,
}

HUAWEI = {
    "system": """
        snmp-agent target-host trap-paramsname NAME | ...
        snmp-agent usm-user v3 NAME |
        snmp-agent usm-user v3 NAME group | NAME
        snmp-agent usm-user v3 NAME acl | N
        snmp-agent usm-user v3 NAME authentication-mode | ...
        snmp-agent usm-user v3 NAME privacy-mode | ...
        undo telnet ipv6 server enable |
        ssh server-source all-interface |
        ssh authorization-type default | NAME
        ntp-service ipv6 server disable |
        hwtacacs-server template NAME | > template
        hwtacacs-server enable |
        radius-server template NAME | > template
        radius-server group NAME | > template
        ip vpn-instance NAME | > vpn
        ospf N | ... > ospf
        ospf N | > ospf
        bgp | AS > bgp < bgp AS
        acl number N | > acl
        acl name NAME | ... > acl
        acl name NAME | > acl
        aaa | > aaa
        ip ip-prefix NAME index N | ...
        stelnet server enable |
        stelnet ipv4 server enable |
        ssh user NAME authentication-type | TYPE
        ssh user NAME service-type | TYPE
        ssh user NAME |
        ssh server KIND | ...
        user-interface KIND N N | > line
        user-interface KIND N | > line
        lldp enable |
        traffic classifier NAME | ... > classifier
        traffic classifier NAME | > classifier
        traffic behavior NAME | > behavior
        traffic policy NAME | > traffic
        undo telnet server enable |
        ipsec authentication sha2 compatible enable |
        ike proposal N | > ike-proposal
        ike peer NAME | > ike-peer
        ipsec proposal NAME | > ipsec-proposal
        ipsec profile NAME | > ipsec-profile
    """,
    "ike-proposal": """
        encryption-algorithm | NAME
        dh | NAME
        authentication-algorithm | NAME
        authentication-method | NAME
        integrity-algorithm | NAME
        prf | NAME
        sa duration | N
    """,
    "ike-peer": """
        undo version 1 |
        pre-shared-key | ...
        ike-proposal | N
        remote-address | IP < remote-address IP
        rsa encryption-padding | NAME
        rsa signature-padding | NAME
        ikev2 authentication sign-hash | NAME
        dpd type | NAME
        dpd idle-time | N
    """,
    "ipsec-proposal": """
        esp authentication-algorithm | NAME
        esp encryption-algorithm | NAME
    """,
    "ipsec-profile": """
        ike-peer | NAME
        proposal | NAME
        pfs | NAME
        sa duration time-based | N
    """,
    "interface": """
        tunnel-protocol | NAME
        source | IP
        destination | IP
        ipsec profile | NAME
        tcp adjust-mss | N
        ospf enable N area AREA |
        vlan-type dot1q | N
        dot1q termination vid N |
        traffic-filter DIRECTION | ...
        traffic-policy NAME DIRECTION |
        undo shutdown |
        trust upstream | NAME
        port shaping N DIRECTION |
        port-queue CLASS pq shaping shaping-percentage N DIRECTION |
        port-queue CLASS ... |
        qos gts cir | ...
    """,
    "ospf": "",
    "vpn": """
        description | ...
        ipv4-family | > vpn-family
    """,
    "vpn-family": """
        route-distinguisher | RD < route-distinguisher RD
        vpn-target RT DIRECTION |
    """,
    "bgp": """
        undo default ipv4-unicast |
        ipv4-family unicast | > family
        ipv4-family vpn-instance NAME | > vpn-peers
    """,
    "family": """
        peer PEER ip-prefix NAME DIRECTION |
        undo synchronization |
    """,
    "vpn-peers": """
        peer PEER as-number | AS < peer PEER
        peer PEER ip-prefix NAME DIRECTION |
    """,
    "aaa": """
        local-user NAME password | ... < local-user NAME
        local-user NAME service-type | ... < local-user NAME
        local-user NAME privilege level | N < local-user NAME
        local-user NAME state block ... | < local-user NAME
        local-user NAME level | N < local-user NAME
        authorization-scheme NAME | > scheme
        accounting-scheme NAME | > scheme
        domain NAME | > domain
        undo local-user policy security-enhance |
        authentication-scheme NAME | > scheme
    """,
    "scheme": """
        authentication-mode | ...
        authorization-mode | ...
        accounting-mode | ...
    """,
    "domain": """
        authentication-scheme | NAME
        authorization-scheme | NAME
        accounting-scheme | NAME
        hwtacacs-server | NAME
        radius-server | NAME
        radius-server group | NAME
    """,
    "template": """
        hwtacacs-server authentication IP |
        hwtacacs-server authentication IP | ...
        hwtacacs-server authorization IP |
        hwtacacs-server authorization IP | ...
        hwtacacs-server accounting IP |
        hwtacacs-server accounting IP | ...
        hwtacacs-server shared-key | ...
        hwtacacs-server source-ip | ...
        hwtacacs-server user-name | ...
        undo hwtacacs-server user-name domain-included |
        radius-server shared-key | ...
        radius-server authentication IP | ...
        radius-server accounting IP | ...
        radius-server source | ...
        undo radius-server user-name domain-included |
    """,
    "classifier": "if-match KIND | ...",
    "behavior": """
        remark KIND | ...
        car | ...
        queue KIND | ...
        permit |
    """,
    "traffic": """
        classifier NAME behavior NAME | ...
        classifier NAME behavior NAME |
        share-mode |
    """,
}

COMWARE = {
    "system": """
        header login | ...
        snmp-agent usm-user v3 NAME GROUP | ... < snmp-agent usm-user v3 NAME GROUP local
        ssh server acl | N
        traffic classifier NAME | ... > classifier
        traffic behavior NAME | > behavior
        qos policy NAME | > traffic
        hwtacacs scheme NAME | > server-scheme
        radius scheme NAME | > server-scheme
        domain NAME | > domain
        domain default enable | NAME
        ip vpn-instance NAME | > vpn
        ospf N | ... > ospf
        ospf N | > ospf
        bgp | AS > bgp < bgp AS
        acl KIND N | > acl
        acl KIND name NAME | > acl
        ip prefix-list NAME index N | ...
        ssh server enable |
        line con N | > line
        line vty N N | > line
        line class KIND | > line
        lldp global enable |
        local-user NAME | class manage > user < local-user NAME class manage
        scheduler job NAME | > job
        undo telnet server enable |
        telnet server enable |
        interface NAME | mode ipsec > interface < interface NAME
        ipsec transform-set NAME | > ipsec-transform
        ipsec profile NAME | KIND > ipsec-profile < ipsec profile NAME KIND
        ikev2 keychain NAME | > ikev2-keychain
        ikev2 profile NAME | > ikev2-profile
        ikev2 proposal NAME | > ikev2-proposal
        ikev2 policy NAME | > ikev2-policy
    """,
    "ipsec-transform": """
        esp encryption-algorithm | NAME
        esp authentication-algorithm | NAME
        pfs | NAME
    """,
    "ipsec-profile": """
        transform-set | NAME
        ikev2-profile | NAME
        sa duration time-based | N
    """,
    "ikev2-keychain": "peer NAME | > ikev2-peer",
    "ikev2-peer": """
        address | IP MASK
        identity | KIND IP
        pre-shared-key | FORM VALUE
    """,
    "ikev2-profile": """
        authentication-method local | NAME
        authentication-method remote | NAME
        keychain | NAME
        dpd | interval N periodic
        sa duration | N
        identity local | KIND IP
        match remote identity address IP MASK |
    """,
    "ikev2-proposal": """
        encryption | NAME
        integrity | NAME
        dh | NAME
        prf | NAME
    """,
    "ikev2-policy": """
        match local address IP |
        proposal NAME |
    """,
    "interface": """
        port link-mode | MODE
        source | IP
        destination | IP
        tunnel protection ipsec profile | NAME
        tcp mss | N
        ospf N area AREA |
        packet-filter N DIRECTION |
        bfd min-transmit-interval | N
        bfd min-receive-interval | N
        bfd detect-multiplier | N
        qos gts any | ...
        qos apply policy NAME DIRECTION |
        vlan-type dot1q vid N |
        undo shutdown |
    """,
    "vpn": """
        description | ...
        route-distinguisher | RD
        vpn-target RT DIRECTION |
        address-family ipv4 | > vpn-family
    """,
    "vpn-family": "vpn-target RT DIRECTION |",
    "bgp": """
        address-family ipv4 unicast | > family
        address-family ipv4 | > family
        ip vpn-instance NAME | > vpn-peers
    """,
    "vpn-peers": """
        peer PEER as-number | AS < peer PEER
        address-family ipv4 unicast | > family
    """,
    "family": "peer PEER prefix-list NAME DIRECTION |",
    "user": """
        password | ...
        service-type ... |
        authorization-attribute KIND NAME |
    """,
    "job": "command N | ...",
    "classifier": "if-match KIND | ...",
    "behavior": """
        remark KIND | ...
        car | ...
        queue KIND | ...
    """,
    "traffic": """
        classifier NAME behavior NAME | ...
        classifier NAME behavior NAME |
    """,
    "server-scheme": """
        primary authentication | ...
        primary authorization | ...
        primary accounting | ...
        secondary authentication IP | ...
        secondary authorization IP | ...
        secondary accounting IP | ...
        secondary authentication IP |
        secondary authorization IP |
        secondary accounting IP |
        key authentication | ...
        key authorization | ...
        key accounting | ...
        user-name-format | NAME
        nas-ip | IP
    """,
    "domain": """
        authentication KIND | ...
        authorization KIND | ...
        accounting KIND | ...
    """,
}


@dataclass(frozen=True)
class Command:
    """A pattern, taken apart. ``key``: how many of its words identify the setting."""

    words: tuple[str, ...]
    key: int
    view: str
    undo: tuple[tuple[str, ...], ...]


@cache
def commands(family: str, view: str) -> tuple[Command, ...]:
    """Return what a view understands; ``family`` is ``huawei`` or ``comware``."""
    own = HUAWEI if family == "huawei" else COMWARE
    text = COMMON.get(view, "") + "\n" + own.get(view, "")
    if view in ("bgp", "vpn-peers"):
        text += COMMON["peers"]
    if view == "vpn-peers" and family == "huawei":
        text += COMMON["family"]
    return tuple(_command(line.strip()) for line in text.splitlines() if line.strip())


def _command(line: str) -> Command:
    line, *undo = (part.strip() for part in line.split("<"))
    line, _, view = (part.strip() for part in line.partition(">"))
    before, _, after = (part.split() for part in line.partition("|"))
    return Command((*before, *after), len(before), view, tuple(tuple(form.split()) for form in undo))


def is_argument(word: str) -> bool:
    """An upper-case word of a pattern stands for any word."""
    return word.isupper()


def _is_address(word: str) -> bool:
    try:
        IPv4Address(word)
    except ValueError:
        return False
    return True
