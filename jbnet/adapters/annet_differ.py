"""Differ for Huawei VRP and H3C Comware, on annet's rulebooks as a library (design D2, ADR 2).

annet knows what these systems forget and in which order they want to be told: binding a VPN instance wipes the
address, references go before definitions, the last entry of a prefix list keeps the list. It is loaded at the first
comparison (0.4 s) and reads nothing outside its own package.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from typing import Any

from jbnet.config.again import forgotten, not_shown, parted
from jbnet.config.lines import paths_of
from jbnet.config.shown import aligned
from jbnet.config.tree import PORT, ConfigTree, Patch, Path, diff
from jbnet.config.tunnel_order import in_order
from jbnet.ports import Difference

HARDWARE = {"vrp8": "Huawei NE40E", "vrp5": "Huawei NE40E", "comware7": "H3C"}
"""annet's names. Its rules for NE40E are those of routers with VRP 5 and 8; its other ones are those of switches."""

RULEBOOKS = "jbnet.adapters.annet_rules"
"""Rules of our own on top of annet's; where there are none, annet looks in its own package."""
_LOADING = threading.Lock()


class AnnetDiffer:
    """Compares by the rules for a platform's hardware. Inert until first used."""

    def __init__(self, platform: str) -> None:
        self.platform, self.hardware = platform, HARDWARE[platform]

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done."""
        runs = paths_of(self.platform, running)
        wanted, again = parted(paths_of(self.platform, intended))
        new = aligned(self.platform, wanted, not_shown(self.platform, runs, again))
        old = _in_use(forgotten(self.platform, runs, again), new)
        if frozenset(old) == frozenset(new):
            return Difference(Patch(), ())
        entered, kept = _reheaded(old, new)
        steps = (*entered, *_rules(self.hardware).commands(_tree(_remembered(kept, new)), _tree(new)))
        commands = in_order(self.platform, steps)
        return Difference(_patch(old, new) if commands else Patch(), commands)


def _in_use(old: tuple[Path, ...], new: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the running lines without ports that are out of use and that nobody mentions.

    VRP8 shows ``shutdown`` or ``undo shutdown`` of every port, Comware its ``port link-mode``: that such a port is
    there and shut says nothing.
    """
    wanted = {path[0] for path in new}
    return tuple(
        path for path in old if not (_is_bare_port(path[:1]) and path[0] not in wanted and path[1:] in _OUT_OF_USE)
    )


_OUT_OF_USE = (("shutdown",), ("port link-mode route",))


def _reheaded(old: tuple[Path, ...], new: tuple[Path, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the headings that change in place, and the running lines below the new ones.

    ``ospf 1 router-id A`` and ``ospf 1 router-id B`` are one process: typing the second keeps what stands in the first.
    """
    after = {found.group(): path[0] for path in new if (found := _PROCESS.match(path[0]))}
    moves = {
        path[0]: after[found.group()]
        for path in old
        if (found := _PROCESS.match(path[0])) and after.get(found.group(), path[0]) != path[0]
    }
    return tuple((to,) for to in moves.values()), tuple((moves.get(path[0], path[0]), *path[1:]) for path in old)


_PROCESS = re.compile(r"ospf \d+\b")


def _remembered(old: tuple[Path, ...], new: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return what is left of the running lines once the device has forgotten by itself.

    "After an interface is bound to or unbound from a VPN instance, Layer 3 features such as IP address and routing
    protocol are deleted from the interface" (CloudEngine 6800, ``ip binding vpn-instance``; Comware likewise), and a
    BGP peer takes all that was said of it along (``undo peer``). annet knows the first of lines that begin with
    ``ip``, and the second for VRP only.
    """
    moved = {path[0] for path in _bindings(old) ^ _bindings(new)}
    lost = {path for path in old if _PEER.match(path[-1])} - set(new)
    return tuple(
        path
        for path in old
        if not (len(path) > 1 and path[0] in moved and path[1].startswith(_WIPED))
        and not any(_goes_with(path, peer) for peer in lost)
    )


def _bindings(lines: tuple[Path, ...]) -> set[Path]:
    return {path for path in lines if len(path) == 2 and path[1].startswith("ip binding vpn-instance ")}


def _goes_with(path: Path, peer: Path) -> bool:
    """Say whether a line is said of this peer, in its section or below, and is not the one that makes it."""
    name = " ".join(peer[-1].split()[:2]) + " "
    return path != peer and path[: len(peer) - 1] == peer[:-1] and path[-1].startswith(name)


_PEER = re.compile(r"peer \S+ as-number ")
_WIPED = ("ospf ", "isis ", "rip ", "vrrp ", "pim ", "mpls ")


def _tree(lines: tuple[Path, ...]) -> OrderedDict[str, Any]:
    """Return the nested mapping that annet works on."""
    tree: OrderedDict[str, Any] = OrderedDict()
    for path in lines:
        node = tree
        for line in path:
            node = node.setdefault(line, OrderedDict())
    return tree


def _patch(old: tuple[Path, ...], new: tuple[Path, ...]) -> Patch:
    """Return what goes and what comes; the heading of a port that holds nothing says nothing."""
    return diff(*(ConfigTree(path for path in lines if not _is_bare_port(path)) for lines in (old, new)))


def _is_bare_port(path: Path) -> bool:
    return len(path) == 1 and path[0].startswith(PORT) and path[0][len(PORT) :].lower().startswith(_HARDWARE)


_HARDWARE = (
    "gigabitethernet",
    "xgigabitethernet",
    "ten-gigabitethernet",
    "ethernet",
    "serial",
    "meth",
    "25ge",
    "100ge",
)
"""Ports that are there whether configured or not."""


class _Rules:
    """annet's rulebook for one kind of hardware, and its steps from two trees to commands."""

    def __init__(self, hardware: str) -> None:
        from annet.annlib.netdev.views.hardware import HardwareView
        from annet.hardware import AnnetHardwareProvider, hardware_connector
        from annet.rulebook import DefaultRulebookProvider

        if hardware_connector.is_default():
            hardware_connector.set(AnnetHardwareProvider)
        self.hardware = HardwareView(hardware)
        provider = DefaultRulebookProvider.__new__(DefaultRulebookProvider)  # its __init__ reads a file of the user's
        provider.rulebook_module = RULEBOOKS
        provider._rulebook_cache, provider._rulebook_text_cache = {}, {}  # noqa: SLF001  what its __init__ does besides
        self.book = provider.get_rulebook(self.hardware)

    def commands(self, old: OrderedDict[str, Any], new: OrderedDict[str, Any]) -> tuple[Path, ...]:
        """Return the commands that make the new tree of the old one."""
        from annet.annlib.patching import Orderer, make_diff, make_patch, make_pre, strip_unchanged

        book: Any = self.book
        diff = strip_unchanged(make_diff(old, new, book, []))
        steps: Any = make_pre(diff)
        orderer = Orderer(book["ordering"], str(self.hardware.vendor))
        patch = make_patch(pre=steps, rb=book, hw=self.hardware, add_comments=False, orderer=orderer, do_commit=False)
        return tuple(_flat(patch, ()))


def _flat(patch: Any, above: Path) -> Iterator[Path]:
    """Give annet's tree of commands as paths; a section with commands in it is no command of its own."""
    for row, below in patch.items():
        if below is not None and below.itms:
            yield from _flat(below, (*above, row))
        else:
            yield (*above, row)


@cache
def _rules_once(hardware: str) -> _Rules:
    return _Rules(hardware)


def _rules(hardware: str) -> _Rules:
    """Return the rules; threads that come at the same time wait for the first."""
    with _LOADING:
        return _rules_once(hardware)
