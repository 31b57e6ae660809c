"""Encrypted circuits: whether both ends can, whether they agree, whether what they carry fits."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.rules.world import World
from jbnet.model.encryption import Encryption, EncryptionProfile
from jbnet.model.findings import Place
from jbnet.model.lines import Circuit
from jbnet.platforms.registry import Platform, names, platform

FULL = 1500
"""Bytes of IP packet that a line takes where nothing else is said of it (Ethernet)."""


def check(world: World) -> None:
    """Report circuits that ask for encryption and cannot have it, keys that are shared, and profiles without use."""
    encrypted = [circuit for circuit in world.network.circuits.values() if circuit.encryption is not None]
    used: set[str] = set()
    keys: dict[str, Circuit] = {}
    for circuit in encrypted:
        assert circuit.encryption is not None  # noqa: S101  chosen so, for the type checker
        used.add(circuit.encryption.profile)
        _check_key(world, circuit, circuit.encryption, keys)
        profile = world.network.encryption.get(circuit.encryption.profile)
        if profile is None:
            dangling(world.report, "encryption profile", circuit.encryption.profile, world.network.encryption,
                     _at(world, circuit), world.declared, "JB262")  # fmt: skip
        else:
            _check_ends(world, circuit, profile)
            _check_mtu(world, circuit, profile)
    if encrypted:
        _check_addresses(world, encrypted)
    for name, profile in world.network.encryption.items():
        if name not in used and not world.report.has_errors:
            world.report.add("JB291", "no circuit is encrypted by the profile {profile}", profile.place, profile=name)


def _at(world: World, circuit: Circuit) -> Place:
    return world.specs[circuit.name].at("encryption")


def _check_key(world: World, circuit: Circuit, encryption: Encryption, keys: dict[str, Circuit]) -> None:
    other = keys.setdefault(encryption.secret, circuit)
    if other is not circuit:
        world.report.add(
            "JB286", "{circuit} has the key {secret} of {other}", _at(world, circuit), [_at(world, other)],
            circuit=circuit.name, secret=encryption.secret, other=other.name,
        )  # fmt: skip


def _check_ends(world: World, circuit: Circuit, profile: EncryptionProfile) -> None:
    for device, known in _ends(world, circuit):
        if known.encryption is None:
            world.report.add(
                "JB265", "{circuit}: {device} runs {platform}, which cannot encrypt a line", _at(world, circuit),
                circuit=circuit.name, device=device, platform=known.title,
            )  # fmt: skip
            continue
        missing = [word for word in dict.fromkeys(profile.words()) if word not in known.words]
        if missing:
            world.report.add(
                "JB269", "{circuit}: {device} runs {platform}, which does not have {missing} of the profile {profile}",
                _at(world, circuit), [profile.place] if profile.place else [], circuit=circuit.name, device=device,
                platform=known.title, missing=", ".join(missing), profile=profile.name,
            )  # fmt: skip


def _ends(world: World, circuit: Circuit) -> Iterator[tuple[str, Platform]]:
    for end in (circuit.a, circuit.z):
        device = world.network.devices[end.device]
        if device.platform in names():  # another is reported as such
            yield device.name, platform(device.platform)


def _check_mtu(world: World, circuit: Circuit, profile: EncryptionProfile) -> None:
    underlay = world.network.underlays.get(circuit.underlay or "")
    takes = circuit.mtu or (underlay.mtu if underlay is not None else FULL)
    if profile.mtu + profile.overhead > takes:
        world.report.add(
            "JB272",
            "{circuit} takes packets of {takes} bytes; those of the tunnel have up to {mtu}, encrypted {whole}",
            _at(world, circuit), [place for place in (profile.place, underlay.place if underlay else None) if place],
            circuit=circuit.name, takes=takes, mtu=profile.mtu, whole=profile.mtu + profile.overhead,
        )  # fmt: skip


def _check_addresses(world: World, encrypted: list[Circuit]) -> None:
    """Report ports without addresses, and such that another line has."""
    taken: dict[IPv4Network, str] = {c.prefix: c.name for c in world.network.circuits.values() if c.prefix is not None}
    for circuit in encrypted:
        outer = circuit.encryption.outer if circuit.encryption else None
        if outer is None:
            if circuit.prefix is not None:
                world.report.add("JB273", "there is no room for the ports of {circuit}", _at(world, circuit),
                                 circuit=circuit.name)  # fmt: skip
            continue
        if outer.prefixlen not in (30, 31):
            world.report.add("JB273", "{outer} of {circuit} is no /31 and no /30", _at(world, circuit), outer=outer,
                             circuit=circuit.name)  # fmt: skip
        other = next((name for prefix, name in _overlapping(outer, taken)), None)
        if other is not None:
            world.report.add("JB273", "{outer} of {circuit} is in use by {other}", _at(world, circuit), outer=outer,
                             circuit=circuit.name, other=other)  # fmt: skip
        taken.setdefault(outer, circuit.name)


def _overlapping(outer: IPv4Network, taken: dict[IPv4Network, str]) -> Iterator[tuple[IPv4Network, str]]:
    return ((prefix, name) for prefix, name in taken.items() if prefix.overlaps(outer))
