"""Access lists of a configuration, and what names them: policies of classes, as VRP 8 has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from jbnet.config.standin.facts import Place, Rule
from jbnet.config.tree import Path

_ANY = IPv4Network("0.0.0.0/0")
_STEP = 5
_VRP_PART = re.compile(r"(source|destination)(-port eq)? (any|[\d.]+(?: [\d.]+)?)")
_IOS_PART = re.compile(r" (any|host [\d.]+|[\d.]+ [\d.]+)(?: eq (\d+))?")
_BROKEN = re.compile(r"(?:acl (?:number |advanced |basic |name )?|ip access-list \w+ )(\S+)")
_UNCLEAR = re.compile(r"traffic (classifier|policy) (\S+)")


@dataclass
class Access:
    """Collects lists while a configuration is read."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    classes: dict[str, list[str]] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def take(self, fact: str, said: Mapping[str, str]) -> None:
        """Take a fact in; others than of lists say nothing here. Raises ValueError for a value that is none."""
        if fact == "list":
            self.rules.setdefault(said["list"], [])
        elif fact == "rule":
            rules = self.rules.setdefault(said["list"], [])
            rules.append(_rule(said, len(rules)))
        elif fact == "classifier":
            self.classes.setdefault(said["classifier"], []).append(said["list"])
        elif fact == "policy":
            self.policies.setdefault(said["policy"], []).append(said["classifier"])

    def miss(self, path: Path) -> None:
        """Take in that a line was not understood: what it belongs to cannot be said."""
        if (found := _BROKEN.match(path[0])) is not None:
            self.broken.add(found[1])
        elif (found := _UNCLEAR.match(path[0])) is not None:
            (self.classes if found[1] == "classifier" else self.policies).setdefault(found[2], []).append("")

    def lists(self) -> Mapping[str, tuple[Rule, ...]]:
        """Return the rules of every list in the order in which they are looked at."""
        return {name: tuple(sorted(rules, key=lambda rule: rule.number)) for name, rules in self.rules.items()}

    def resolved(self, name: str) -> str:
        """Return the list that a filter uses: a policy's one; the filter's own name where that cannot be said."""
        if not name.startswith("policy "):
            return name
        classes = self.policies.get(name.removeprefix("policy "), [])
        lists = [one for each in classes for one in self.classes.get(each, [""])]
        return lists[0] if len(lists) == 1 and lists[0] else name


def _rule(said: Mapping[str, str], before: int) -> Rule:
    number = int(said["number"]) if "number" in said else _STEP * (before + 1)
    protocol = said.get("protocol", "ip")
    source, destination = _places(said["places"]) if "places" in said else _sides(said.get("rest", ""))
    return Rule(number, said["action"] == "permit", None if protocol == "ip" else protocol, source, destination)


def _places(said: str) -> tuple[Place, Place]:
    """Read ``host A eq 80 B W`` as IOS writes it."""
    first, second = (Place(_network(m[1]), int(m[2]) if m[2] else None) for m in _IOS_PART.finditer(said))
    return first, second


def _sides(said: str) -> tuple[Place, Place]:
    """Read ``source A W destination B 0 destination-port eq 80`` as VRP and Comware write it."""
    networks, ports = {"source": _ANY, "destination": _ANY}, dict[str, int]()
    for side, port, value in (match.groups() for match in _VRP_PART.finditer(said)):
        if port:
            ports[side] = int(value)
        else:
            networks[side] = _network(value)
    one, other = (Place(networks[side], ports.get(side)) for side in ("source", "destination"))
    return one, other


def _network(said: str) -> IPv4Network:
    """Return address and inverted mask as a network. Raises ValueError where the mask has holes."""
    if said == "any":
        return _ANY
    address, _, wildcard = said.removeprefix("host ").partition(" ")
    if wildcard in ("", "0", "0.0.0.0"):  # noqa: S104  a mask of one host, no address to bind to
        return IPv4Network(address)
    mask = IPv4Address(int(IPv4Address(wildcard)) ^ 0xFFFFFFFF)
    return IPv4Network(f"{address}/{mask}", strict=False)
