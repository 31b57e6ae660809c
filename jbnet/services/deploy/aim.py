"""What devices shall run: what is declared, or what they ran before a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from jbnet.change.model import Plan
from jbnet.config.again import names_in
from jbnet.config.render import render
from jbnet.model.errors import JbnetError
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.services.deploy.secrets import SecretBook, Standing

Runs = Callable[[str], bool]
"""Says whether a device runs a configuration, its secrets left out."""


class Aim(Protocol):
    """Where a plan leads."""

    def config(self, device: Device) -> str:
        """Return the whole configuration that the device shall run."""

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        """Return how the device's secrets stand; ``named`` is what it shall run, with secrets by name."""

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return what speaks against going there; empty: nothing. ``runs`` says whether the device runs a text."""


@dataclass(frozen=True)
class Declared:
    """Every device shall run what the declaration gives it; ``book`` knows its secrets, as far as that is asked for."""

    network: Network
    book: SecretBook | None = field(default=None, kw_only=True)

    def config(self, device: Device) -> str:
        """Return the rendered configuration."""
        return render(self.network, device)

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        """Return how the device's secrets stand to their source; where that does not answer, nothing is known."""
        if self.book is None:
            return Standing()
        try:
            return self.book.standing(device, named, running)
        except JbnetError:
            return Standing(unknown=names_in(named))

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

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        """Return nothing: going back leaves secrets as they are, or neighbours would lose each other."""
        del device, named, running
        return Standing()

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
