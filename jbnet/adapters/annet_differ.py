"""Differ for Huawei VRP and H3C Comware, on annet's rulebooks as a library (design D2, ADR 2).

annet knows what these systems forget and in which order they want to be told: binding a VPN instance wipes the
address, references go before definitions, the last entry of a prefix list keeps the list. It is loaded at the first
comparison (0.4 s) and reads nothing outside its own package.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cache
from typing import Any

from jbnet.adapters.commandline.sections import aligned, paths
from jbnet.config.tree import PORT, Patch, Path
from jbnet.ports import Difference

VRP = "Huawei NE40E"
"""Rules for routers with VRP 5 and 8; annet's other Huawei rules are those of switches."""
COMWARE = "H3C"

_LOADING = threading.Lock()


class AnnetDiffer:
    """Compares by the rules for ``hardware`` (annet's name: ``VRP`` or ``COMWARE``). Inert until first used."""

    def __init__(self, hardware: str) -> None:
        self.hardware = hardware

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done; commands are typed from the system view on, ``quit`` lines included."""
        old = paths(running)
        new = aligned(paths(intended), old)
        if frozenset(old) == frozenset(new):
            return Difference(Patch(), ())
        commands = _rules(self.hardware).commands(_tree(_left_by_bindings(old, new)), _tree(new))
        return Difference(_patch(old, new) if commands else Patch(), commands)


def _left_by_bindings(old: tuple[Path, ...], new: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return what is left of the running lines once interfaces have changed their VPN instance.

    "After an interface is bound to or unbound from a VPN instance, Layer 3 features such as IP address and routing
    protocol are deleted from the interface" (CloudEngine 6800, ``ip binding vpn-instance``; Comware likewise). annet
    knows it of the lines that begin with ``ip``, not of those of routing protocols.
    """
    moved = _bindings(old).symmetric_difference(_bindings(new))
    ports = {path[0] for path in moved}
    return tuple(p for p in old if not (p[0] in ports and len(p) > 1 and p[1].startswith(_WIPED)))


def _bindings(lines: tuple[Path, ...]) -> set[Path]:
    return {path for path in lines if len(path) == 2 and path[1].startswith("ip binding vpn-instance ")}


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
    here, there = frozenset(old), frozenset(new)
    return Patch(
        tuple(path for path in old if path not in there and not _is_bare_port(path)),
        tuple(path for path in new if path not in here and not _is_bare_port(path)),
    )


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
        from annet.vendors import registry_connector

        if hardware_connector.is_default():
            hardware_connector.set(AnnetHardwareProvider)
        self.hardware = HardwareView(hardware)
        provider = DefaultRulebookProvider.__new__(DefaultRulebookProvider)  # its __init__ reads a file of the user's
        provider.rulebook_module = DefaultRulebookProvider.DEFAULT_RULEBOOK_MODULE
        provider._rulebook_cache, provider._rulebook_text_cache = {}, {}  # noqa: SLF001  what its __init__ does besides
        self.book = provider.get_rulebook(self.hardware)
        self.format = registry_connector.get()[str(self.hardware.vendor)].make_formatter(indent="")

    def commands(self, old: OrderedDict[str, Any], new: OrderedDict[str, Any]) -> tuple[str, ...]:
        """Return the commands that make the new tree of the old one."""
        from annet.annlib.patching import Orderer, make_diff, make_patch, make_pre, strip_unchanged

        book: Any = self.book
        diff = strip_unchanged(make_diff(old, new, book, []))
        steps: Any = make_pre(diff)
        orderer = Orderer(book["ordering"], str(self.hardware.vendor))
        patch = make_patch(pre=steps, rb=book, hw=self.hardware, add_comments=False, orderer=orderer, do_commit=False)
        return tuple(line.strip() for line in self.format.patch(patch).splitlines() if line.strip())


@cache
def _rules_once(hardware: str) -> _Rules:
    return _Rules(hardware)


def _rules(hardware: str) -> _Rules:
    """Return the rules; threads that come at the same time wait for the first."""
    with _LOADING:
        return _rules_once(hardware)
