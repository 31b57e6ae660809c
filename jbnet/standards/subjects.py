"""What rules are judged on: every declared thing as a subject, with the site and level it is reported under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jbnet.inventory.cables import is_cable
from jbnet.model.findings import Place
from jbnet.model.network import Circuit, Device, Level, Network, Status


class Kind(StrEnum):
    """Kinds of subjects, as written after ``applies_to``."""

    NETWORK = "network"
    SITES = "sites"
    LOCATIONS = "locations"
    DEVICES = "devices"
    CIRCUITS = "circuits"
    CARRIERS = "carriers"
    UNDERLAYS = "underlays"
    DATABASES = "databases"
    APPLICATIONS = "applications"
    SERVICES = "services"
    AGENCIES = "agencies"
    PREMISES = "premises"
    PEERS = "peers"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to judge. ``status`` is that of the site it belongs to (``active`` for what belongs to none)."""

    kind: Kind
    name: str
    thing: Any
    site: str = ""
    level: Level | None = None
    status: str = Status.ACTIVE.value
    place: Place | None = None


Reader = Callable[[Network, Subject], str]
"""Reads the value of a filter from a subject."""


def _plain(attribute: str) -> Reader:
    def read(network: Network, subject: Subject) -> str:
        value = getattr(subject.thing, attribute)
        return str(value).lower() if isinstance(value, bool) else str(value or "")

    return read


def _of_role(attribute: str) -> Reader:
    def read(network: Network, subject: Subject) -> str:
        role = network.roles.get(subject.thing.role)
        return str(getattr(role, attribute, "")).lower()

    return read


def _level(network: Network, subject: Subject) -> str:
    return subject.level or ""


def _name(network: Network, subject: Subject) -> str:
    return subject.name


def _home(network: Network, subject: Subject) -> str:
    return lower_device(network, subject.thing).home if subject.kind is Kind.CIRCUITS else str(subject.thing.home)


def _leased(network: Network, subject: Subject) -> str:
    return "false" if is_cable(network, subject.thing) else "true"


def _equipped(network: Network, subject: Subject) -> str:
    return "true" if subject.thing.archetype is not None else "false"


def _joins(network: Network, subject: Subject) -> str:
    """Return what a circuit joins: two devices of one home, a site or location to another, us to a peer."""
    circuit = subject.thing
    homes = {network.devices[end.device].home for end in (circuit.a, circuit.z)}
    if homes & network.peers.keys():
        return "peer"
    return "home" if len(homes) == 1 else "homes"


_COMMON: Mapping[str, Reader] = {"name": _name}
_SITED: Mapping[str, Reader] = {"name": _name, "level": _level, "status": lambda network, subject: subject.status}
FILTERS: Mapping[Kind, Mapping[str, Reader]] = {
    Kind.NETWORK: {},
    Kind.SITES: {**_SITED, "archetype": _plain("archetype"), "phase": _plain("phase"), "equipped": _equipped},
    Kind.LOCATIONS: {**_COMMON, "site": _plain("site")},
    Kind.DEVICES: {
        **_SITED,
        "role": _plain("role"),
        "home": _home,
        "platform": _plain("platform"),
        "kind": _of_role("kind"),
        "managed": _of_role("managed"),
        "monitored": _of_role("monitored"),
    },
    Kind.CIRCUITS: {
        **_SITED,
        "role": _plain("role"),
        "home": _home,
        "media": _plain("media"),
        "carrier": _plain("carrier"),
        "underlay": _plain("underlay"),
        "leased": _leased,
        "joins": _joins,
    },
    Kind.CARRIERS: _COMMON,
    Kind.UNDERLAYS: _COMMON,
    Kind.DATABASES: {**_COMMON, "replication": _plain("replication")},
    Kind.APPLICATIONS: _COMMON,
    Kind.SERVICES: _COMMON,
    Kind.AGENCIES: _COMMON,
    Kind.PREMISES: {**_SITED, "agency": _plain("agency")},
    Kind.PEERS: {**_COMMON, "zone": _plain("zone"), "kind": _plain("kind")},
}
"""The filters of each kind of subject."""


def subjects(network: Network, kind: Kind) -> Iterator[Subject]:
    """Yield all subjects of a kind, in the order of the declaration."""
    if kind in _MAKERS:
        yield from _MAKERS[kind](network)
    else:
        for thing in getattr(network, kind.value).values():
            yield Subject(kind, thing.name, thing, place=thing.place)


def _whole(network: Network) -> Iterator[Subject]:
    yield Subject(Kind.NETWORK, network.name, network)


def _sites(network: Network) -> Iterator[Subject]:
    for site in network.sites.values():
        yield Subject(Kind.SITES, site.name, site, site.name, site.level, site.status.value, site.place)


def _devices(network: Network) -> Iterator[Subject]:
    for device in network.devices.values():
        yield _sited(network, Kind.DEVICES, device, device, device.place)


def _circuits(network: Network) -> Iterator[Subject]:
    for circuit in network.circuits.values():
        yield _sited(network, Kind.CIRCUITS, circuit, lower_device(network, circuit), circuit.place)


def _premises(network: Network) -> Iterator[Subject]:
    for premises in network.premises.values():
        site = network.sites[premises.site]
        yield Subject(Kind.PREMISES, premises.name, premises, site.name, site.level, site.status.value, premises.place)


_MAKERS: Mapping[Kind, Callable[[Network], Iterator[Subject]]] = {
    Kind.NETWORK: _whole,
    Kind.SITES: _sites,
    Kind.DEVICES: _devices,
    Kind.CIRCUITS: _circuits,
    Kind.PREMISES: _premises,
}


def lower_device(network: Network, circuit: Circuit) -> Device:
    """Return the device at the end farther from the core: the circuit belongs to its home."""
    return network.devices[circuit.z.device]


def _sited(network: Network, kind: Kind, thing: Any, device: Device, place: Place | None) -> Subject:
    """Return something that belongs to a device; only what a site itself houses is reported under its level."""
    site = network.sites.get(device.home)
    if site is None:
        return Subject(kind, thing.name, thing, place=place)
    return Subject(kind, thing.name, thing, site.name, site.level, site.status.value, place)
