"""Agents as they are asked: at which address, in which version, with which credentials."""

from __future__ import annotations

from collections.abc import Callable

from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.monitor.checks import Asking
from jbnet.ports import Secrets, SnmpTarget

MAX_ADDRESSES = 3
"""So many addresses of a silent device are tried: the loopback, the uplink, one more."""


def trap_senders(asking: Asking, secrets: Secrets) -> tuple[SnmpTarget, ...]:
    """Return who may send traps: the community and the user, from any address."""
    return (_version_2("v2c", "", asking, secrets.get), _version_3("v3", "", asking, secrets.get))


def agents_of(device: Device, version: str | None, asking: Asking, secrets: Secrets) -> tuple[SnmpTarget, ...]:
    """Return a device's agent at each of its addresses, the preferred one first."""
    make = _version_2 if version == "v2c" else _version_3
    addresses = management_addresses(device)[:MAX_ADDRESSES]
    return tuple(make(device.name, str(address), asking, secrets.get) for address in addresses)


def _version_2(name: str, address: str, asking: Asking, secret: Callable[[str], Secret]) -> SnmpTarget:
    return SnmpTarget(name, address, version="2c", community=secret(asking.community_secret))


def _version_3(name: str, address: str, asking: Asking, secret: Callable[[str], Secret]) -> SnmpTarget:
    return SnmpTarget(
        name,
        address,
        version="3",
        user=asking.user,
        auth_protocol=asking.auth,
        auth_key=secret(asking.auth_secret),
        priv_protocol=asking.priv,
        priv_key=secret(asking.priv_secret),
    )
