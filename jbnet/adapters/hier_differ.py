"""Differ for systems of Cisco's kind, on hier-config as a library (design D2, ADR 2).

hier-config knows which lines of IOS replace each other, how lines are negated and in which order; what it does not know
stands here, each with the manual's sentence. It is loaded at the first comparison (0.6 s).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from jbnet.config.again import forgotten, not_shown, parted
from jbnet.config.shown import aligned
from jbnet.config.tree import PORT, ConfigTree, Patch, Path, diff, speaking_lines
from jbnet.config.tunnel_order import in_order
from jbnet.model.errors import CommandFailed
from jbnet.model.text import text
from jbnet.ports import Difference

_NO = "no "
_ONE = re.compile(
    r"no (?P<key>hostname |username \S+ |clock timezone |ntp source |logging source-interface "
    r"|crypto ipsec transform-set \S+ )"
)
"""Settings of which there is one, and which hier-config takes away before it sets them anew."""
_VRF = re.compile(r"(?:ip )?vrf forwarding ")
_WIPED = re.compile(r"ip(?:v6)? address ")
_USER = re.compile(r"snmp-server user (?P<user>\S+) (?P<group>\S+) v3 ")
_BANNER = re.compile(r"^banner \w+ \^C.*?\^C[ \t]*$", re.MULTILINE | re.DOTALL)
_SINGLE = (
    ("crypto ikev2 proposal", "encryption"), ("crypto ikev2 proposal", "integrity"), ("crypto ikev2 proposal", "group"),
    ("crypto ikev2 keyring", "peer", "address"), ("crypto ikev2 keyring", "peer", "pre-shared-key"),
    ("crypto ikev2 profile", "identity local"), ("crypto ikev2 profile", "keyring local"),
    ("crypto ikev2 profile", "lifetime"), ("crypto ikev2 profile", "dpd"),
    ("crypto ipsec profile", "set transform-set"), ("crypto ipsec profile", "set pfs"),
    ("crypto ipsec profile", "set ikev2-profile"),
    ("crypto ipsec profile", "set security-association lifetime seconds"),
    ("interface", "ip mtu"), ("interface", "mtu"),
    ("interface Tunnel", "ip tcp adjust-mss"), ("interface Tunnel", "tunnel source"),
    ("interface Tunnel", "tunnel mode"), ("interface Tunnel", "tunnel destination"),
    ("interface Tunnel", "tunnel protection ipsec profile"),
)  # fmt: skip
"""Settings of an interface or a tunnel of which there is one (FlexVPN and Internet Key Exchange Version 2; IPsec
virtual tunnels): typing another replaces it."""
_PORT = re.compile(r"interface (?!Loopback|Tunnel|Vlan|Port-channel|\S+\.\d+$)", re.IGNORECASE)


class HierDiffer:
    """Compares by the rules for one platform. Inert until first used."""

    def __init__(self, platform: str) -> None:
        self.platform = platform

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done."""
        runs = _lines(running)
        wanted, again = parted(_lines(intended))
        new = aligned(self.platform, tuple(_with_hidden(wanted, runs, again)), not_shown(self.platform, runs, again))
        old = tuple(_in_use(tuple(_with_hidden(forgotten(self.platform, runs, again), runs)), new))
        before, after = ([path for path in lines if not _is_banner(path)] for lines in (_remembered(old, new), new))
        steps = (*_commands(_text(before), _text(after)), *_banner_commands(old, new))
        commands = in_order(self.platform, steps)
        return Difference(_patch(old, new) if commands else Patch(), commands)


def _commands(running: str, intended: str) -> Iterator[Path]:
    """Yield what to type. hier-config reads a banner as the lines up to its end, and so is not shown any."""
    from hier_config import WorkflowRemediation

    steps: Any = WorkflowRemediation(_parsed(running), _parsed(intended)).remediation_config
    for step in steps.all_children_sorted():
        path = tuple(step.path())
        if not len(step.children) and not _is_replaced(path, intended):
            yield _done_to_port(path)


def _is_replaced(path: Path, intended: str) -> bool:
    """Say whether the line that comes takes its place: an account in use must not go first."""
    found = _ONE.match(path[-1])
    return found is not None and any(line.startswith(found["key"]) for line in intended.splitlines())


def _done_to_port(path: Path) -> Path:
    """A port of the hardware cannot be removed: it is set back (``default interface``)."""
    heading = path[0].removeprefix(_NO)
    return (f"default {heading}",) if path[0] != heading and _PORT.match(heading) else path


def _lines(config: str) -> tuple[Path, ...]:
    """Return the lines; entries of access lists bear their numbers, as newer systems show them; a banner is one."""
    banners = [(" ".join(found.group().split()),) for found in _BANNER.finditer(config)]
    said = "\n".join(speaking_lines(_BANNER.sub("", config))) + "\n"
    return (*(tuple(line.path()) for line in _parsed(said).all_children()), *banners)


def _is_banner(path: Path) -> bool:
    return path[0].startswith("banner ")


def _banner_commands(old: Iterable[Path], new: Iterable[Path]) -> Iterator[Path]:
    """Yield what to type for banners. ``^C`` is how a delimiter is shown; typed, its ``^`` would be the delimiter."""
    before, after = ([path[0] for path in lines if _is_banner(path)] for lines in (old, new))
    kinds = {line.split()[1] for line in after}
    yield from ((f"no banner {kind}",) for kind in dict.fromkeys(b.split()[1] for b in before) if kind not in kinds)
    for line in after:
        if line not in before:
            yield (line.replace("^C", _delimiter(line)),)


def _delimiter(line: str) -> str:
    """Return a sign that does not stand in a banner. Raises CommandFailed where all do."""
    sign = next((sign for sign in _DELIMITERS if sign not in line), None)
    if sign is None:
        raise CommandFailed("a banner that holds each of {signs} cannot be typed", signs=_DELIMITERS,
                            hint=text("leave one of them out"))  # fmt: skip
    return sign


def _parsed(config: str) -> Any:
    from hier_config import get_hconfig

    return get_hconfig(_driver(), config)


@cache
def _driver() -> Any:
    """Return hier-config's rules for IOS with those that it lacks: settings of a tunnel of which there is one."""
    from hier_config import Platform, get_hconfig_driver
    from hier_config.models import IdempotentCommandsRule, MatchRule

    driver: Any = get_hconfig_driver(Platform.CISCO_IOS)
    driver.rules.idempotent_commands.extend(
        IdempotentCommandsRule(match_rules=(*(MatchRule(startswith=heading) for heading in above),
                                            MatchRule(startswith=f"{line} ")))
        for *above, line in _SINGLE
    )  # fmt: skip
    return driver


def _text(lines: Iterable[Path]) -> str:
    return "\n".join(" " * (len(path) - 1) + path[-1] for path in lines) + "\n"


def _with_hidden(new: tuple[Path, ...], old: tuple[Path, ...], again: Collection[Path] = frozenset()) -> Iterator[Path]:
    """Leave out what runs though no configuration shows it.

    "The show running-config command does not display any of the active SNMP users" (IOS SNMP Command Reference,
    ``snmp-server user``). A user is taken to be there where its group is.
    """
    groups = {path[-1].split()[2] for path in old if path[-1].startswith("snmp-server group ")}
    for path in new:
        user = _USER.match(path[-1])
        if user is None or user["group"] not in groups or path in again:
            yield path


def _remembered(old: tuple[Path, ...], new: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return what is left of the running lines once the device has forgotten by itself.

    "Interface IPv4 disabled and address(es) removed due to enabling VRF" is what a router says to ``vrf forwarding``;
    its negation does the same.
    """
    moved = {path[0] for path in {*_bindings(old)} ^ {*_bindings(new)}}
    return tuple(path for path in old if not (len(path) > 1 and path[0] in moved and _WIPED.match(path[1])))


def _in_use(old: tuple[Path, ...], new: tuple[Path, ...]) -> Iterator[Path]:
    """Leave out ports that are out of use and that nobody mentions, and defaults that are shown as ``no ...``."""
    wanted, known = {path[0] for path in new}, frozenset(new)
    used = {path[0] for path in old if len(path) > 1 and path[1] not in _OUT_OF_USE}
    for path in old:
        is_idle = path[0] not in wanted | used and _PORT.match(path[0])
        is_default = path[-1].startswith(_NO) and path not in known
        if not (is_idle or is_default):
            yield path


_DELIMITERS = "|~@+=%&*;/"
_OUT_OF_USE = ("shutdown", "no ip address", "negotiation auto")


def _bindings(lines: Iterable[Path]) -> Iterator[Path]:
    return (path for path in lines if len(path) == 2 and _VRF.match(path[1]))


def _patch(old: tuple[Path, ...], new: tuple[Path, ...]) -> Patch:
    """Return what goes and what comes; the heading of a port says nothing."""
    return diff(*(ConfigTree(path for path in lines if not _is_bare_port(path)) for lines in (old, new)))


def _is_bare_port(path: Path) -> bool:
    return len(path) == 1 and path[0].startswith(PORT) and _PORT.match(path[0]) is not None
