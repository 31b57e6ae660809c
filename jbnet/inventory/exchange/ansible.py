"""The declared devices as an Ansible inventory: groups, host variables, how to log in. Holds no secret.

The format is that of Ansible's inventory scripts (Ansible's developer guide, "Developing dynamic inventory"):
``--list`` prints the groups and ``_meta.hostvars``, ``--host`` one host's variables.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device, Level, Network, Site

ACCOUNT = "netops"
PORT = 22


@dataclass(frozen=True, slots=True)
class Login:
    """How one logs in: the account, the file of its private key, the file of host keys by device name."""

    key: str
    known_hosts: str
    user: str = ACCOUNT

    def variables(self, device: str) -> dict[str, object]:
        """Return Ansible's variables of SSH. The host key is checked under the device's name, not its address."""
        options = {
            "UserKnownHostsFile": f'"{self.known_hosts}"',  # in quotes, or ssh takes a blank for the next file
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "HostKeyAlias": device,
            "IdentitiesOnly": "yes",
        }
        return {
            "ansible_ssh_private_key_file": self.key,
            "ansible_ssh_common_args": " ".join(f"-o {_quoted(f'{name}={said}')}" for name, said in options.items()),
        }


def _quoted(option: str) -> str:
    """Quote an option for Ansible, which splits it as a shell does; a template in braces stays as it is."""
    return option if "{{" in option else shlex.quote(option)


def device_variables(network: Network, device: Device) -> dict[str, object]:
    """Return what Ansible knows of a device, whoever logs in: ``device`` is the machine's name, ``jbnet`` the facts.

    Raises ValueError for a device without any address.
    """
    addresses = [str(address) for address in management_addresses(device)]
    if not addresses:
        raise ValueError(f"{device.name} has no address")
    return {
        "ansible_host": addresses[0],
        "ansible_port": PORT,
        "device": device.name,
        "jbnet": facts(network, device),
    }


def host_variables(network: Network, device: Device, login: Login) -> dict[str, object]:
    """Return all variables of a host. Raises ValueError for a device without any address."""
    return {**device_variables(network, device), "ansible_user": login.user, **login.variables(device.name)}


def inventory(network: Network, login: Login) -> dict[str, object]:
    """Return the whole inventory in the format of ``--list``. Other people's routers are not in it."""
    hosts = {device.name: device for device in ours(network)}
    groups: dict[str, list[str]] = {}
    for device in hosts.values():
        for group in groups_of(network, device):
            groups.setdefault(group, []).append(device.name)
    variables = {name: host_variables(network, device, login) for name, device in hosts.items()}
    members: dict[str, object] = {name: {"hosts": groups[name]} for name in sorted(groups)}
    return {"_meta": {"hostvars": variables}, "all": {"children": ["ungrouped", *members]}, **members}


def ours(network: Network) -> Iterator[Device]:
    """Yield the devices that we may log in to: all with an address but those of peers."""
    for device in network.devices.values():
        if device.home not in network.peers and management_addresses(device):
            yield device


def groups_of(network: Network, device: Device) -> Iterator[str]:
    """Yield the groups of a device: role, platform, and site, level, phase, status and prefecture, or location."""
    yield _name("role", device.role)
    yield _name("platform", device.platform)
    if _is_managed(network, device):
        yield "managed"
    site = network.sites.get(device.home)
    if site is None:
        yield _name("location", device.home)
        return
    above = prefecture(network, site)
    yield _name("site", site.name)
    yield _name("level", site.level.value)
    yield _name("phase", str(site.phase))
    yield _name("status", site.status.value)
    if above is not None:
        yield _name("prefecture", above.name)


def _is_managed(network: Network, device: Device) -> bool:
    role = network.roles.get(device.role)
    return role is not None and role.managed


def _name(kind: str, name: str) -> str:
    """Return a name that Ansible accepts for a group: a Python identifier. Our names have no underscores."""
    return f"{kind}_{name.replace('-', '_')}"


def prefecture(network: Network, site: Site) -> Site | None:
    """Return the prefecture that a site is or lies in; None above the prefectures."""
    current: Site | None = site
    while current is not None and current.level is not Level.PREFECTURE:
        current = network.sites.get(current.parent or "")
    return current


def facts(network: Network, device: Device) -> dict[str, object]:
    """Return what is declared of a device, as plain data. ``addresses`` are those to try, in this order."""
    site = network.sites.get(device.home)
    above = prefecture(network, site) if site is not None else None
    return {
        "home": device.home,
        "site": device.site or None,
        "site_zh": network.sites[device.site].name_zh if device.site in network.sites else None,
        "code": site.code if site else None,
        "level": site.level.value if site else None,
        "phase": site.phase if site else None,
        "status": site.status.value if site else None,
        "prefecture": above.name if above else None,
        "role": device.role,
        "platform": device.platform,
        "managed": _is_managed(network, device),
        "loopback": str(device.loopback) if device.loopback else None,
        "addresses": [str(address) for address in management_addresses(device)],
        "asn": device.asn,
        "uplink": device.uplink,
        "interfaces": {
            i.name: {"address": str(i.address) if i.address else None, "circuit": i.circuit} for i in device.interfaces
        },
    }
