"""Secrets that have changed since a device was given them: seen by what was loaded, or by what it shows in clear."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jbnet.config.again import names_in
from jbnet.config.lines import paths_of
from jbnet.config.managing import ACCOUNT
from jbnet.config.reading import tree
from jbnet.config.shown import bare
from jbnet.config.words import revealed
from jbnet.model.errors import Missing
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.platforms.registry import platform
from jbnet.ports import LoadedSecrets, Secrets

OWN = f"user-{ACCOUNT}"
"""The password that jbnet logs in with: a login proves it, and a new one cannot be brought with the old."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The secrets of a device, by name, that are not what it has, and those of which that cannot be said."""

    changed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecretBook:
    """Compares the secrets of devices with their source. ``loaded`` is written when a change is confirmed."""

    secrets: Secrets
    loaded: LoadedSecrets

    def standing(self, device: Device, named: str, running: str) -> Standing:
        """Return how the secrets stand that ``named``, what the device shall run, holds by name.

        Unknown are those that nobody loaded from here, and those that the source does not have.
        """
        found = {name: self._secret(name) for name in names_in(named)}
        known = {name: secret for name, secret in found.items() if secret is not None}
        missing = tuple(name for name, secret in found.items() if secret is None)
        if platform(device.platform).plain_secrets:
            return Standing(_not_shown(device, known, named, running), missing)
        same = {name: name == OWN or self.loaded.is_same(device.name, secret) for name, secret in known.items()}
        return Standing(
            tuple(name for name, is_same in same.items() if is_same is False),
            (*missing, *(name for name, is_same in same.items() if is_same is None)),
        )

    def confirmed(self, device: Device, named: str, before: str, again: Collection[str]) -> None:
        """Remember what a confirmed change loaded: secrets said again, and those whose every line is new there."""
        if platform(device.platform).plain_secrets:
            return
        ran = tree(device.platform, before)
        old = {name for path in paths_of(device.platform, named) if bare(device.platform, path) in ran
               for name in names_in(path[-1])}  # fmt: skip
        names = names_in(named)
        sent = [self._secret(name) for name in names if name in again or name not in old]
        self.loaded.keep(device.name, [secret for secret in sent if secret is not None], names)

    def forget(self, device: Device) -> None:
        """Remember nothing of a device any more: it was given what it ran at some earlier time."""
        if not platform(device.platform).plain_secrets:
            self.loaded.keep(device.name, (), ())

    def _secret(self, name: str) -> Secret | None:
        try:
            return self.secrets.get(name)
        except Missing:
            return None


def _not_shown(device: Device, secrets: Mapping[str, Secret], named: str, running: str) -> tuple[str, ...]:
    """Return the secrets of which the device shows another value; a line that it does not run at all comes anyway."""
    if not secrets:
        return ()
    runs = paths_of(device.platform, running)
    shown = {bare(device.platform, path) for path in runs}
    found: dict[str, None] = {}
    for path in paths_of(device.platform, named):
        names = names_in(path[-1])
        is_comparable = names and secrets.keys() >= set(names) and bare(device.platform, path) in shown
        if is_comparable and (*path[:-1], revealed(path[-1], secrets.__getitem__)) not in runs:
            found |= dict.fromkeys(names)
    return tuple(found)
