"""What devices shall run: what is declared, or what they ran before a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jbnet.change.model import Plan
from jbnet.config.reading import bare_tree, tree
from jbnet.config.render import render
from jbnet.config.tree import ConfigTree
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text


class Aim(Protocol):
    """Where a plan leads."""

    def config(self, device: Device) -> str:
        """Return the whole configuration that the device shall run."""

    def dangers(self, device: Device, running: ConfigTree) -> tuple[Text, ...]:
        """Return what speaks against going there from what runs; empty: nothing."""


@dataclass(frozen=True)
class Declared:
    """Every device shall run what the declaration gives it."""

    network: Network

    def config(self, device: Device) -> str:
        """Return the rendered configuration."""
        return render(self.network, device)

    def dangers(self, device: Device, running: ConfigTree) -> tuple[Text, ...]:
        """Return nothing: what was typed by hand is taken back, and the plan shows it."""
        del device, running
        return ()


@dataclass(frozen=True)
class Earlier:
    """Every device shall run again what it ran before ``undone`` was applied; ``backups`` are texts by device.

    What was changed there since is not ``undone``'s: taking that back too has to be said by name.
    """

    undone: Plan
    backups: Mapping[str, str]

    def config(self, device: Device) -> str:
        """Return what was backed up before the change."""
        return self.backups[device.name]

    def dangers(self, device: Device, running: ConfigTree) -> tuple[Text, ...]:
        """Return that the device was changed since, if it does not run what the change left there."""
        known = (self.undone.changes[device.name].intended, self.backups[device.name])
        here = bare_tree(device.platform, running)
        if any(here == bare_tree(device.platform, tree(device.platform, config)) for config in known):
            return ()
        return (
            text(
                "{device} was changed after {change}: going back takes that back too",
                device=device.name,
                change=self.undone.hash[:12],
            ),
        )
