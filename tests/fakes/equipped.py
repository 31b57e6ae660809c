"""The sample network on real equipment: every device of one platform, its ports named, its management declared."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from sample_network import sample_network

from jbnet.model.findings import Place
from jbnet.model.management import AaaServers, Management, Privilege, Snmp, TimeZone, User
from jbnet.model.network import Device, InterfaceKind, Network

RENDERED = ("vrp8", "vrp5", "comware7", "ios")
"""Platforms with ports of their own."""
_SLOTS = {"up": 1, "pair": 2, "lan": 3}


def management(aaa: str | None = "tacacs") -> Management:
    """Everything that can be said of management."""
    file = "topology/management.yaml"
    noc = IPv4Address("10.4.0.193")
    servers = (IPv4Address("10.4.0.10"), IPv4Address("10.2.0.10"))
    return Management(
        time_zone=TimeZone("BJT", 480),
        banner="Authorised staff only.",
        users=(
            User("netops", Privilege.ADMIN, "user-netops", Place(file, 5)),
            User("noc", Privilege.OPERATOR, "user-noc", Place(file, 6)),
        ),
        aaa=AaaServers(aaa, servers, "aaa-key", Place(file, 7)) if aaa else None,
        logins_from=(IPv4Network("10.4.0.0/24"),),
        idle_minutes=5,
        snmp=Snmp("jbnet", "sha", "aes128", "snmp-v3-auth", "snmp-v3-priv", "snmp-v2c-community", (noc,),
                  Place(file, 9)),
        ntp=(noc, IPv4Address("10.2.0.193")),
        syslog=(noc,),
        place=Place(file, 2),
    )  # fmt: skip


def equipped(platform: str, aaa: str | None = "tacacs") -> Network:
    """The sample network with every device of that platform."""
    network = sample_network()
    devices = {name: replace(device, platform=platform) for name, device in network.devices.items()}
    ports = {name: ports_of(device) for name, device in devices.items()}
    return replace(network, devices=devices, ports=ports, management=management(aaa))


def ports_of(device: Device) -> dict[str, str]:
    """Uplinks, pairs and LANs in slots of their own; lines downwards as VLANs of one port below the prefecture."""
    found: dict[str, str] = {}
    for interface in device.interfaces:
        match = re.fullmatch(r"(up|pair|lan)(\d+)", interface.name)
        if match is not None:
            found[interface.name] = f"GigabitEthernet0/{_SLOTS[match[1]]}/{int(match[2]) - 1}"
        elif interface.kind is not InterfaceKind.LOOPBACK:
            number = len([port for port in found.values() if port.startswith("GigabitEthernet0/4/")])
            shared = device.role in ("county-router", "township-cpe")
            found[interface.name] = f"GigabitEthernet0/4/{f'0.{101 + number}' if shared else number}"
    return found
