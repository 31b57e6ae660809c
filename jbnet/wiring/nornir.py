"""The declaration as an inventory for Nornir: the plugin ``JbnetInventory`` (entry point nornir.plugins.inventory).

Nornir is needed only by who uses the plugin: it is imported when the inventory is loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.exchange import ansible_login, reachable_network

if TYPE_CHECKING:
    from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Inventory

    from jbnet.inventory.exchange.ansible import Login
    from jbnet.model.network import Device, Network


class JbnetInventory:
    """Hosts are the declared devices, or those of the lab that is up; groups are those of the Ansible inventory.

    ``directory`` is the workspace, ``state`` its state directory (default: ``.jbnet`` in it), ``selector`` picks
    devices as everywhere in jbnet. A host's ``data`` are the facts that ``jbnet export ansible`` has too.
    """

    def __init__(self, directory: str = ".", state: str | None = None, selector: str = "all"):
        self._directory = Path(directory)
        self._state = Path(state) if state is not None else self._directory / ".jbnet"
        self._selector = selector

    def load(self) -> Inventory:
        """Return the inventory. Raises AnswerIsNo (errors in the declaration), UsageError and TargetError."""
        from nornir.core.inventory import Defaults, Groups, Hosts, Inventory

        from jbnet.inventory.exchange.ansible import ours
        from jbnet.inventory.select import select

        network = reachable_network(self._directory, self._state)
        login = ansible_login(self._state)
        reachable = {device.name for device in ours(network)}
        chosen = [device for device in select(network, self._selector) if device.name in reachable]
        groups, defaults = Groups(), Defaults(username=login.user)
        hosts = Hosts({device.name: _host(network, device, login, groups, defaults) for device in chosen})
        return Inventory(hosts, groups, defaults)


def _host(network: Network, device: Device, login: Login, groups: Groups, defaults: Defaults) -> Host:
    from nornir.core.inventory import Group, Host, ParentGroups

    from jbnet.inventory.exchange.ansible import PORT, facts, groups_of

    known = facts(network, device)
    for name in groups_of(network, device):
        groups.setdefault(name, Group(name, defaults=defaults))
    return Host(
        name=device.name,
        hostname=str(_addresses(known)[0]),
        port=PORT,
        username=login.user,
        platform=device.platform,
        groups=ParentGroups(groups[name] for name in groups_of(network, device)),
        data=known,
        connection_options={"napalm": _napalm(device, _addresses(known), login)},
        defaults=defaults,
    )


def _addresses(known: dict[str, object]) -> list[str]:
    found = known["addresses"]
    assert isinstance(found, list)  # noqa: S101  made by facts()
    return found


def _napalm(device: Device, addresses: list[str], login: Login) -> ConnectionOptions:
    """Return how a NAPALM driver of ours connects: the host key is known by the device's name."""
    from nornir.core.inventory import ConnectionOptions

    arguments = {"addresses": tuple(addresses), "known_hosts": login.known_hosts, "key_file": login.key}
    return ConnectionOptions(hostname=device.name, extras={"optional_args": arguments})
