"""What devices shall run: what is declared, or what they ran before a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text

Runs = Callable[[str], bool]
"""Says whether a device runs a configuration, its secrets left out."""


class Aim(Protocol):
    """Where a plan leads."""

    def config(self, device: Device) -> str:
        """Return the whole configuration that the device shall run."""

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return what speaks against going there; empty: nothing. ``runs`` says whether the device runs a text."""


@dataclass(frozen=True)
class Declared:
    """Every device shall run what the declaration gives it."""

    network: Network

    def config(self, device: Device) -> str:
        """Return the rendered configuration."""
        return render(self.network, device)

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return nothing: what was typed by hand is taken back, and the plan shows it."""
        del device, runs
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

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return that the device was changed since, if it does not run what the change left there."""
        if runs(self.undone.changes[device.name].intended) or runs(self.backups[device.name]):
            return ()
        return (
            text(
                "{device} was changed after {change}: going back takes that back too",
                device=device.name,
                change=self.undone.hash[:12],
            ),
        )
