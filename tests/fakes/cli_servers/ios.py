"""Cisco IOS XE: commands act at once; ``configure terminal revert timer`` takes them back.

- [CFG] Cisco IOS XE 17, Configuration Fundamentals Command Reference, "configure terminal", "configure confirm",
  "configure revert", "show archive config rollback timer", "default interface";
- [GUIDE] Configuration Management Configuration Guide, "Configuration Replace and Configuration Rollback".
What no manual shows (the exact words of an answer, mostly) is marked "words assumed".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from cli_servers.editor import Denied, Wrong
from cli_servers.router import Router
from cli_servers.shell import Shell
from cli_servers.tree import Node

VIEWS = {
    r"interface \S+": "config-if", r"interface \S+\.\d+": "config-subif", r"router ospf \d+": "config-router",
    r"router bgp \S+": "config-router", r"address-family .*": "config-router-af", r"line vty .*": "config-line",
    r"ip access-list standard \S+": "config-std-nacl", r"ip access-list extended \S+": "config-ext-nacl",
    r"route-map \S+ \w+ \d+": "config-route-map", r"tacacs server \S+": "config-server-tacacs",
    r"radius server \S+": "config-radius-server", r"class-map \S+ \S+": "config-cmap", r"policy-map \S+": "config-pmap",
    r"key chain \S+": "config-keychain", r"key \d+": "config-keychain-key",
    r"class \S+": "config-pmap-c", r"archive": "config-archive", r"crypto ikev2 proposal \S+": "config-ikev2-proposal",
    r"crypto ikev2 policy \S+": "config-ikev2-policy", r"crypto ikev2 keyring \S+": "config-ikev2-keyring",
    r"peer \S+": "config-ikev2-keyring-peer", r"crypto ikev2 profile \S+": "config-ikev2-profile",
    r"crypto ipsec transform-set .*": "cfg-crypto-trans", r"crypto ipsec profile \S+": "ipsec-profile",
}  # fmt: skip
"""Which lines open a view, and what its prompt says."""
WORDS = (
    "aaa", "access-class", "address", "archive", "area", "bandwidth", "banner", "bgp", "clock", "crypto",
    "description", "encapsulation", "exec-timeout", "hostname", "ip", "key", "logging", "login", "match",
    "maximum-paths", "mtu", "neighbor", "network", "ntp", "passive-interface", "path", "permit", "deny", "priority",
    "redistribute", "router-id", "service-policy", "set", "shape", "shutdown", "snmp-server", "summary-address",
    "timers", "transport", "username", "vrf", "router", "interface", "line", "route-map", "tacacs", "radius",
    "class-map", "policy-map", "class", "address-family", "police", "queue-limit", "maximum", "exit-address-family",
    "bfd", "distance", "aggregate-address", "discard-route", "capability", "remark", "tunnel", "encryption",
    "integrity", "group", "proposal", "peer", "key-string", "cryptographic-algorithm", "pre-shared-key", "identity",
    "authentication", "keyring", "lifetime", "dpd", "mode",
)  # fmt: skip
"""First words of commands."""
SINGLE = (
    r"hostname ", r"description ", r"ip address (?!.*secondary)", r"ip ospf cost ", r"ip ospf network ", r"ip mtu ",
    r"ip ospf authentication ", r"ip ospf message-digest-key \d+ ", r"neighbor \S+ password ", r"key-string ",
    r"cryptographic-algorithm ", r"ip ospf (?:hello|dead|retransmit)-interval ", r"ip ospf \d+ area ",
    r"encapsulation ", r"(?:ip )?vrf forwarding ", r"exec-timeout ", r"transport input ", r"router-id ",
    r"clock timezone ", r"username \S+ ", r"banner login ", r"key (?!chain |\d+$)", r"path ", r"bandwidth ",
    r"ntp source ", r"ntp authentication-key \d+ ", r"logging source-interface ", r"snmp-server trap-source ",
    r"ip prefix-list \S+ seq \d+ ", r"neighbor \S+ remote-as ", r"neighbor \S+ description ", r"service-policy \w+ ",
    r"ip access-group \S+ (?=in$)", r"snmp-server community \S+ ", r"area \S+ nssa", r"timers throttle \w+ ",
    r"tunnel \w+ ", r"ip tcp adjust-mss ", r"encryption ", r"integrity ", r"group ", r"dpd ", r"lifetime ",
    r"set (?:transform-set|pfs|ikev2-profile) ", r"set security-association lifetime seconds ", r"pre-shared-key ",
    r"crypto ipsec transform-set \S+ ", r"address ipv4 ", r"redistribute \w+ ", r"set \S+(?: \S+)? (?=\S+$)",
    r"timers lsa arrival ",
)  # fmt: skip
"""Beginnings of settings of which there is one in a view: a second line replaces the first."""
ENTRY = re.compile(r"(?:(?P<number>\d+) )?(?P<rule>(?:permit|deny|remark) .*)")
HIDDEN = re.compile(r"snmp-server user ")
"""[SNMP Command Reference] "show running-config does not display any of the active SNMP users"."""


CLEAR = re.compile(r"\b(secret|key|key-string|password|md5) (?!\d+$|\d )(\S+)$")
KEPT = {"secret": "9 $9$", "key": "7 ", "key-string": "7 ", "password": "7 ", "md5": "7 "}
"""How a password and a key are shown that were typed in clear (types 9 and 7)."""


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()[:24]


class Ios(Router):
    """A router whose archive is on when its configuration says so."""

    family = "ios"

    def __init__(self, name: str, config: str = "", **more: object) -> None:
        self.revert: tuple[datetime, Node, int] | None = None
        """When what runs goes, what ran before, and the timer's minutes."""
        self.users: list[str] = []
        super().__init__(name, config.replace(f"hostname {name}\n", ""), **more)  # type: ignore[arg-type]  # passed on

    @property
    def name(self) -> str:
        return next((n.line.split()[1] for n in self.running.children if n.line.startswith("hostname ")), "Router")

    by_console = False

    def by_hand(self, *lines: str) -> None:
        self.by_console = True  # a delimiter is typed there as Ctrl-C, which is shown as ^C
        self._by_hand(*lines)
        self.by_console = False

    def _by_hand(self, *lines: str) -> None:
        above: list[Node] = []
        for line in lines:
            said = line.strip().replace("sysname ", "hostname ")
            if not said or said[0] in "!#" or said == "end":
                continue
            above = above[: len(line) - len(line.lstrip(" "))]
            node = self.enter(above[-1] if above else self.running, said)
            above.append(node or Node(""))

    def enter(self, view: Node, line: str) -> Node | None:
        """Do a line in a view; return the section that it opens or makes. Raises Wrong."""
        if line.startswith("default interface "):
            node = self.running.child(line.removeprefix("default "))
            if node is not None:
                node.children = []
            return None
        negated, said = line.startswith("no "), line.removeprefix("no ")
        if said.split()[0] not in WORDS and not ENTRY.fullmatch(said):
            raise Wrong("", 0)
        if said.startswith("banner ") and not negated:
            kind, shown = said.split(" ", 2)[1:]
            sign = "^C" if self.by_console and shown.startswith("^C") else shown[0]
            said = f"banner {kind} ^C{shown.removeprefix(sign).partition(sign)[0]}^C"
        if HIDDEN.match(said):
            self.users.append(said)
            return None
        if negated:
            self._negate(view, said)
            return None
        return self._set(view, said)

    def _negate(self, view: Node, said: str) -> None:
        if said.startswith("interface ") and not re.match(r"interface (?:Loopback|Tunnel|\S+\.)", said):
            raise Denied("% Removal of physical interfaces is not permitted")
        self._forget_addresses(view, said)
        view.children = [
            n for n in view.children if not (n.line == said or n.line.startswith(f"{said} ") or self._is_entry(n, said))
        ]

    @staticmethod
    def _is_entry(node: Node, said: str) -> bool:
        """``no 20 permit ...`` and ``no 20`` take an entry of a list away."""
        number = said.split()[0]
        return number.isdigit() and node.line.split()[0] == number

    def _set(self, view: Node, said: str) -> Node | None:
        self._forget_addresses(view, said)
        opens = next((name for pattern, name in VIEWS.items() if re.fullmatch(pattern, said)), "")
        if (known := view.child(said)) is not None:
            return known if opens else None
        said = CLEAR.sub(lambda word: f"{word[1]} {KEPT[word[1]]}{_hash(word[2])}", said)
        said = re.sub(r"^(ntp authentication-key \d+ md5) 7 (\S+)$", r"\1 \2 7", said)  # its type stands behind it
        if entry := ENTRY.fullmatch(said):
            said = self._entry(view, entry["number"], entry["rule"])
        key = next((found.group() for one in SINGLE if (found := re.match(one, said))), None)
        node = Node(said, opens)
        places = [i for i, n in enumerate(view.children) if key is not None and n.line.startswith(key)]
        if places:
            view.children[places[0]] = node
        else:
            view.children.append(node)
        return node if opens else None

    @staticmethod
    def _entry(view: Node, number: str | None, rule: str) -> str:
        """An entry without a number comes last, ten behind the one before."""
        taken = [int(n.line.split()[0]) for n in view.children if n.line.split()[0].isdigit()]
        if number and int(number) in taken:
            raise Denied("% Duplicate sequence number")
        return f"{number or max(taken, default=0) + 10} {rule}"

    @staticmethod
    def _forget_addresses(view: Node, said: str) -> None:
        """ "Interface IPv4 disabled and address(es) removed due to enabling VRF"."""
        if re.match(r"(?:ip )?vrf forwarding", said):
            view.children = [n for n in view.children if not n.line.startswith("ip address ")]

    def expire(self) -> None:
        if self.revert is not None and self.now >= self.revert[0]:
            self.take_back()

    def take_back(self) -> None:
        assert self.revert is not None
        before, self.revert = self.revert[1], None
        self.replace_running(before)


class IosShell(Shell):
    """One session, at privilege level 15."""

    router: Ios
    errors = "% Invalid input detected at '^' marker.\n"

    def prompt_text(self) -> str:
        name = self.router.name
        if self.path is None:
            return f"{name}#"
        node = self.router.running.at(self.path) if self.path else None
        return f"{name}({node.view if node is not None and node.view else 'config'})#"

    def everywhere(self, words: Sequence[str], line: str) -> bool:
        if words[0] == "end" and self.path is not None:
            self.path = None
        elif words[0] == "exit":
            self.leave()
        else:
            return False
        return True

    def _in_view(self, words: Sequence[str], line: str) -> None:
        if self.path is None:
            self.privileged(words, line)
        elif list(words[:2]) == ["no", "username"]:
            self.ask(
                "This operation will remove all username related configurations with same name."
                "Do you want to continue? [confirm]",
                lambda said: self._configure(words, line) if said.lower() in ("", "y", "yes") else None,
            )
        else:
            self._configure(words, line)

    def _configure(self, words: Sequence[str], line: str) -> None:
        assert self.path is not None
        view = self.router.running.at(self.path)
        node = self.router.enter(view if view is not None else self.router.running, line)
        if node is not None and words[0] != "no":
            self.path = (*self.path, node.line)

    def privileged(self, words: Sequence[str], line: str) -> None:
        """Do a line of the privileged view."""
        if words[0] == "terminal":
            self.paging = self.paging and words[1:] != ["length", "0"]
        elif words[:2] == ["configure", "terminal"]:
            self.configure(words[2:])
        elif list(words) == ["configure", "confirm"]:
            self.router.revert = None
        elif list(words) == ["configure", "revert", "now"]:
            self.router.take_back()
        elif words[0] == "write":
            self.router.saved = self.router.running.copy()
            self.say("Building configuration...", "[OK]")
        elif words[0] == "show":
            self.display(words[1:], line)
        else:
            raise Wrong("", 0)

    def configure(self, words: Sequence[str]) -> None:
        """``configure terminal [ revert timer MINUTES ]`` [CFG]."""
        if words[:2] == ["revert", "timer"]:
            if self.router.running.child("archive") is None:
                raise Denied("%Please turn config archive on first")  # words assumed
            minutes = int(words[2])
            if not 1 <= minutes <= 120:
                raise Wrong("", 4)
            ends = self.router.now + timedelta(minutes=minutes)
            self.router.revert = (ends, self.router.running.copy(), minutes)
            self.say("Rollback Confirmed Change: Backing up current running config to bootflash:jbnet-1", "")
        self.say("Enter configuration commands, one per line.  End with CNTL/Z.")
        self.path = ()

    def shown(self, what: str) -> list[str] | None:
        router = self.router
        if what in ("running-config", "startup-config"):
            return self.config(router.running if what == "running-config" else router.saved)
        if what == "archive config rollback timer":
            if router.revert is None:
                return ["%No Rollback Confirmed Change pending"]
            return ["Time configured(UTC): 08:00:00 UTC Sun Nov 22 2026", "Timer type: absolute timer",
                    f"Timer value: {router.revert[2]} min", "User: netops"]  # fmt: skip
        if what == "ip ospf neighbor":
            rows = [
                f"{p.router_id:<16}  0   FULL/  -        00:00:03    {p.address:<16}{p.port}" for p in router.seen.ospf
            ]
            return ["", "Neighbor ID     Pri   State           Dead Time   Address         Interface", *rows]
        if what == "version":
            return ["Cisco IOS XE Software, Version 17.09.04a",
                    "Cisco IOS Software [Cupertino], ISR Software (X86_64_LINUX_IOSD), Version 17.9.4a, RELEASE",
                    f"{router.name} uptime is 1 day, 1 hour, 10 minutes",
                    "cisco ISR4331/K9 (1RU) processor with 1795979K/6147K bytes of memory.",
                    "Processor board ID FDO21520TGH"]  # fmt: skip
        return None

    def config(self, config: Node) -> list[str]:
        """Print a configuration; ports out of use are shown shut."""
        said = [f"Current configuration : {len(list(config.lines()))} bytes", "!", "version 17.9", "!"]
        for node in config.children:
            said += [node.line, *node.lines(1), "!"]
        return ["Building configuration...", "", *said, "end", ""]
