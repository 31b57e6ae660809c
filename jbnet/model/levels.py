"""The closed sets of the model: levels, states, kinds."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """The five levels of the hierarchy, top down."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    COMMUNITY = "community"


class Status(StrEnum):
    """How far a site is: in the register only, planned, or in use."""

    REGISTER = "register"
    PLANNED = "planned"
    ACTIVE = "active"


class CircuitRole(StrEnum):
    """What a circuit is for. A backup carries traffic only while no primary does."""

    PRIMARY = "primary"
    BACKUP = "backup"


class Zone(StrEnum):
    """Which side of us another's network stands on."""

    UPSTREAM = "upstream"
    """The ministry: above the province."""
    EXTRANET = "extranet"
    """Partners beside us: finance, tax, banks, hospitals and so on."""


class DeviceKind(StrEnum):
    """What a device is to the network."""

    ROUTER = "router"
    SERVER = "server"


class InterfaceKind(StrEnum):
    """What an interface is for."""

    LOOPBACK = "loopback"
    CIRCUIT = "circuit"
    LAN = "lan"
