"""Packet filters of a lab's router as rules of nft(8), where the router itself has none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jbnet.config.standin.facts import Place, Rule
from jbnet.config.standin.standin import PortFilter

TABLE = "ip screens"
_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "ospf": 89}
"""Protocols by their numbers (IANA)."""
_HOOKS = {"in": ("prerouting", "iifname"), "out": ("forward", "oifname")}
"""What comes in is looked at whomever it is for; what goes out, where it did not begin here."""


def ruleset(filters: Sequence[PortFilter]) -> str:
    """Return the rules that take the place of those that are there."""
    chains = "\n".join((*_bases(filters), *(_chain(n, each) for n, each in enumerate(filters))))
    return f"table {TABLE}\ndelete table {TABLE}\ntable {TABLE} {{\n{chains}\n}}\n"


def _bases(filters: Sequence[PortFilter]) -> Iterator[str]:
    for way, (hook, port) in _HOOKS.items():
        jumps = "".join(f'  {port} "{f.port}" goto list{n}\n' for n, f in enumerate(filters) if f.way == way)
        yield f" chain {way} {{\n  type filter hook {hook} priority 0; policy accept;\n{jumps} }}"


def _chain(number: int, found: PortFilter) -> str:
    rules = "".join(f"  {_rule(rule)}\n" for rule in found.rules)
    return f" chain list{number} {{\n{rules}  {'accept' if found.permit else 'drop'}\n }}"


def _rule(rule: Rule) -> str:
    said = (*_protocol(rule), *_place("s", rule.source, rule), *_place("d", rule.destination, rule))
    return " ".join((*said, "accept" if rule.permit else "drop"))


def _protocol(rule: Rule) -> Iterator[str]:
    if rule.protocol is not None:
        yield f"meta l4proto {_NUMBERS[rule.protocol]}"


def _place(side: str, place: Place, rule: Rule) -> Iterator[str]:
    if place.network.prefixlen:
        yield f"ip {side}addr {place.network}"
    if place.port is not None:
        yield f"{rule.protocol} {side}port {place.port}"
