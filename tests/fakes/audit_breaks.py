"""What breaks each control: small edits of the hardened configurations of ``tests/golden/audit``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audited import NOW

Edit = tuple[str, str]
"""A pattern (lines begin at ^), and what stands in its place; it has to be there."""
VRP: dict[str, Edit] = {
    "CF-H-02": ("^ protocol inbound ssh", " protocol inbound all"),
    "CF-H-03": ("^ authentication-mode aaa\n(?= idle-timeout 5 0\n protocol)", " authentication-mode password\n"),
    "CF-H-07": (" idle-timeout 5 0\n(?= protocol)", " idle-timeout 30 0\n"),
    "CF-H-08": ("^ local-user noc ", " local-user guest1 "),
    "CF-H-09": ("^ local-user noc ", " local-user Admin "),
    "CF-H-11": ("^ acl 2000 inbound\n", ""),
    "CF-H-12": ("^ ?snmp-agent sys-info version v3", "snmp-agent sys-info version v2c v3"),
    "CF-H-14": (" privacy read-view", " authentication read-view"),
    "CF-H-15": ("^ ?snmp-agent sys-info", "snmp-agent community read public acl 2001\nsnmp-agent sys-info"),
    "CF-H-16": (" notify-view ALL acl 2001", " notify-view ALL"),
    "CF-H-17": ("^ ?ntp-service unicast-server 10.2.0.193", "ntp-service unicast-server 192.0.2.1"),
    "CF-H-18": ("^ ?ntp-service authentication enable\n", ""),
    "CF-H-19": ("^ ?info-center loghost 10.2.0.193", "info-center loghost 192.0.2.1"),
    "CF-H-20": ("^ ?info-center loghost 10.2.0.193\n", ""),
    "CF-H-21": ("^( ?)info-center loghost source", r"\1undo info-center enable\n\1info-center loghost source"),
    "CF-N-02": ("^  peer 10.5.0.129 route-policy MINISTRY-IN import\n", ""),
    "CF-N-03": ("^ peer 10.5.0.129 password .*\n", ""),
    "CF-N-04": ("^( peer 10.5.0.129) (password .*\n)", r"\1 ignore\n\1 \2"),
    "CF-L-01": ("^  authentication-mode hmac-sha.*\n(?= area)", ""),
    "CF-L-02": ("^ ipsec (?:apply )?policy INTRANET\n", ""),
    "CF-P-01": ("(^interface GigabitEthernet0/11/0\n(?: port link-mode route\n)?) shutdown\n", r"\1 undo shutdown\n"),
    "CF-P-02": ("^ authentication-mode (?:aaa|scheme)\n(?= user-role network-admin| idle-timeout 5 0\n#?\n?user-int)",
                " authentication-mode none\n"),
    "CF-P-03": (" idle-timeout 5 0\n(?=#\n?|user-interface)", " idle-timeout 0 0\n"),
    "BL-H-08": ("^ ?header login .*\n", ""),
}  # fmt: skip
BREAKS: dict[str, dict[str, Edit]] = {
    "vrp8": VRP | {
        "CF-H-01": ("^undo telnet server enable", "telnet server enable"),
        "CF-H-04": ("^ user-password min-len 10", " user-password min-len 6"),
        "CF-H-05": ("^ user-password expire 90", " user-password expire 0"),
        "CF-H-06": ("fail-times 3", "fail-times 30"),
        "CF-H-10": ("^( local-user) noc level 1", r"\1 a2 level 3\n\1 a3 level 3\n\1 noc level 1"),
        "CF-D-01": ("local-user noc password irreversible-cipher", "local-user noc password simple"),
        "CF-N-01": ("^ traffic-policy PENSION-OUT outbound\n", ""),
    },
    "vrp5": VRP | {
        "CF-H-01": ("^ undo telnet server enable", " telnet server enable"),
        "CF-H-04": ("min-length 10", "min-length 6"),
        "CF-H-05": ("^  password expire 90", "  password expire 0"),
        "CF-H-06": ("retry-time 3 block", "retry-time 30 block"),
        "CF-H-10": ("^ local-user noc privilege level 1$",
                    " local-user a2 privilege level 15\n local-user a3 privilege level 15"),
        "CF-D-01": ("local-user noc password irreversible-cipher", "local-user noc password cipher"),
        "CF-N-01": ("^ rule 20 deny ip\n#\nacl number 3601", " rule 20 permit ip\n#\nacl number 3601"),
    },
    "comware7": VRP | {
        "CF-H-01": ("^ ssh server enable", " telnet server enable\n ftp server enable\n ssh server enable"),
        "CF-H-02": ("^ protocol inbound ssh\n", ""),
        "CF-H-03": ("^line vty 0 63\n authentication-mode scheme", "line vty 0 63\n authentication-mode none"),
        "CF-H-04": ("^ password-control enable\n", ""),
        "CF-H-05": ("aging 90", "aging 365"),
        "CF-H-06": ("exceed lock-time 30", "exceed unlock"),
        "CF-H-07": ("^ protocol inbound ssh\n idle-timeout 5 0", " protocol inbound ssh\n idle-timeout 0 0"),
        "CF-H-08": ("^local-user noc ", "local-user guest1 "),
        "CF-H-09": ("^local-user noc ", "local-user H3C "),
        "CF-H-10": ("^local-user noc", "".join(
            f"local-user a{n} class manage\n authorization-attribute user-role network-admin\n#\n" for n in (2, 3)
        ) + "local-user noc"),
        "CF-H-11": ("^ ssh server acl 2000\n", ""),
        "CF-D-01": (r"(^local-user noc class manage\n password) hash", r"\1 simple"),
        "CF-N-01": ("^ packet-filter 3202 inbound\n", ""),
        "CF-P-01": ("(^interface GigabitEthernet0/11/0\n port link-mode route\n) shutdown\n", r"\1"),
        "CF-P-02": ("^line con 0\n authentication-mode scheme", "line con 0\n authentication-mode none"),
        "CF-P-03": ("network-admin\n idle-timeout 5 0", "network-admin\n idle-timeout 0 0"),
    },
    "ios": {
        "CF-H-01": ("^no ip http server", "ip http server"),
        "CF-H-02": ("transport input ssh", "transport input telnet ssh"),
        "CF-H-03": ("^aaa new-model\n", ""),
        "CF-H-04": ("min-length 10\n!", "min-length 6\n!"),
        "CF-H-05": ("lifetime day 90", "lifetime day 365"),
        "CF-H-06": ("^login block-for.*\n", ""),
        "CF-H-07": ("^ exec-timeout 5 0\n transport", " exec-timeout 0 0\n transport"),
        "CF-H-08": ("^username noc", "username guest1"),
        "CF-H-09": ("^username noc", "username cisco"),
        "CF-H-10": ("^username noc ", r"username a2 privilege 15 \nusername a3 privilege 15 \n\g<0>"),
        "CF-H-11": ("^ access-class LOGINS in\n", ""),
        "CF-H-12": ("^snmp-server view", "snmp-server community Word-of-mouth RO MANAGERS\nsnmp-server view"),
        "CF-H-14": ("v3 priv read", "v3 auth read"),
        "CF-H-15": ("^snmp-server view", "snmp-server community public RO MANAGERS\nsnmp-server view"),
        "CF-H-16": (" access MANAGERS", ""),
        "CF-H-17": ("^ntp server 10.2.0.193", "ntp server 192.0.2.1"),
        "CF-H-18": ("^ntp server 10.2.0.193 key 1", "ntp server 10.2.0.193"),
        "CF-H-19": ("^logging host 10.2.0.193", "logging host 192.0.2.1"),
        "CF-H-20": ("^logging host 10.2.0.193\n", ""),
        "CF-H-21": ("^  logging enable\n", ""),
        "CF-D-01": ("^username noc privilege 1 secret 9", "username noc privilege 1 password 7"),
        "CF-N-01": ("^ ip access-group EXT-TAX-OUT out\n", ""),
        "CF-N-02": ("^  neighbor 10.5.0.129 route-map MINISTRY-OUT out\n", ""),
        "CF-N-03": ("^ neighbor 10.5.0.129 password .*\n", ""),
        "CF-N-04": ("^( neighbor 10.5.0.129) (password .*\n)", r"\1 shutdown\n\1 \2"),
        "CF-L-01": ("^ area 0.0.63.1 authentication message-digest", " area 0.0.63.1 authentication"),
        "CF-L-02": ("^ crypto map INTRANET\n", ""),
        "CF-P-01": (" no ip address\n shutdown\n", " no ip address\n"),
        "CF-P-02": ("^aaa new-model\n", ""),
        "CF-P-03": ("^line con 0\n exec-timeout 5 0", "line con 0\n exec-timeout 0 0"),
        "BL-H-08": ("^banner login .*\n", ""),
    },
    "frr": {
        "CF-H-01": ("^log commands", "log commands\nenable password Word-of-vty"),
        "CF-H-21": ("^log commands\n", ""),
        "CF-N-02": ("^  neighbor 10.5.0.129 route-map MINISTRY-OUT out\n", ""),
        "CF-N-03": ("^ neighbor 10.5.0.129 password .*\n", ""),
        "CF-N-04": ("^( neighbor 10.5.0.129) (password .*\n)", r"\1 shutdown\n\1 \2"),
        "CF-L-01": ("^ area 0.0.63.1 authentication message-digest\n", ""),
        "CF-L-02": ("^ +esp_proposals = .*\n", ""),
    },
}  # fmt: skip
FILES: dict[str, Edit] = {
    "CF-H-02": (":2:PasswordAuthentication", ":1:Protocol 2,1\n/etc/ssh/sshd_config:2:PasswordAuthentication"),
    "CF-H-03": ("PasswordAuthentication no", "PasswordAuthentication yes"),
    "CF-H-04": ("minlen = 10", "minlen = 6"),
    "CF-H-05": ("PASS_MAX_DAYS   90", "PASS_MAX_DAYS   99999"),
    "CF-H-06": ("deny = 3", "deny = 30"),
    "CF-H-07": ("TMOUT=300", "TMOUT=3600"),
    "CF-H-08": ("3:netops:", "3:guest1:"),
    "CF-H-09": ("PermitRootLogin no", "PermitRootLogin yes"),
    "CF-H-10": ("2:daemon:x:1:1:.*", "2:toor:x:0:0::/root:/bin/sh\n/etc/passwd:4:boss:x:0:0::/root:/bin/sh"),
    "CF-H-11": ("4: .*accept", "4:    tcp dport 22 accept"),
    "CF-H-12": ("2:rouser jbnet authpriv", "2:rouser jbnet authpriv\n/etc/snmp/snmpd.conf:4:rocommunity Word-of-mouth"),
    "CF-H-14": ("rouser jbnet authpriv", "rouser jbnet auth"),
    "CF-H-15": ("2:rouser jbnet authpriv", "2:rouser jbnet authpriv\n/etc/snmp/snmpd.conf:4:rocommunity public"),
    "CF-H-16": ("rouser jbnet", "rwuser jbnet"),
    "CF-H-17": ("server 10.2.0.193", "server 192.0.2.1"),
    "CF-H-18": ("(server 10.2.0.193 iburst) key 1", r"\1"),
    "CF-H-19": ("10.4.0.193:514", "192.0.2.1:514"),
    "CF-H-20": (r".*@@10.4.0.193.*\n", ""),
    "BL-H-08": ("Banner /etc/issue.net", "Banner none"),
}
"""What breaks a control in the files of a Linux host."""
SEEN: dict[str, dict[str, Any]] = {
    "CF-D-02": {"saved": False},
    "CF-D-03": {"backed_up": NOW - timedelta(days=8)},
}
"""What breaks a control on every platform, whatever the texts say."""
HOLDS_NOT: dict[str, set[str]] = {
    "vrp8": {"CF-H-15"}, "vrp5": {"CF-H-15"}, "comware7": {"CF-H-15"}, "ios": {"CF-H-15"},
    "frr": {
        "CF-H-15", "CF-D-01", "CF-H-01", "CF-H-10", "CF-H-16", "CF-N-01", "CF-P-01", "CF-P-02", "CF-P-03",
    },
}  # fmt: skip
"""What does not apply to the hardened device, or does not show there; FRR shows its keys to whoever may look."""
ALSO = {
    "CF-H-09": {"CF-H-08"}, "CF-H-10": {"CF-H-08", "CF-H-06"}, "CF-H-15": {"CF-H-12"}, "CF-H-17": {"CF-H-18"},
    "CF-H-19": {"CF-H-20"}, "CF-H-20": {"CF-H-19"}, "CF-H-03": {"CF-P-02"}, "CF-P-02": {"CF-H-03"},
    "CF-H-08": {"CF-H-06"},
    "CF-H-12": {"CF-H-15", "CF-H-16"}, "CF-H-01": {"CF-D-01"}, "CF-N-03": {"CF-D-01"},
}  # fmt: skip
"""What may change along with a control: the same line shows several."""
