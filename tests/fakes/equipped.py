"""The sample network on real equipment: every device of one platform, its ports named, its management declared."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address, IPv4Network

from sample_network import sample_network

from jbnet.model.authentication import Algorithm, Authentication, OspfKeys, RoutingKey
from jbnet.model.findings import Place
from jbnet.model.management import AaaServers, Management, NtpKey, Privilege, Snmp, TimeZone, User
from jbnet.model.network import (
    Agency,
    Application,
    Device,
    DeviceType,
    InterfaceKind,
    Level,
    Line,
    Network,
    Peer,
    Premises,
    Service,
    Vrf,
    Zone,
)
from jbnet.model.permissions import Permission
from jbnet.model.routes import Route
from jbnet.model.traffic import Video

RENDERED = ("vrp8", "vrp5", "comware7", "ios")
"""Platforms with ports of their own."""
PLACE = Place("inventory/agencies.yaml", 7)
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
        ntp_key=NtpKey(7, "ntp-key", Place(file, 12)),
        syslog=(noc,),
        place=Place(file, 2),
    )  # fmt: skip


def equipped(platform: str, aaa: str | None = "tacacs") -> Network:
    """The sample network with every device of that platform."""
    network = sample_network()
    devices = {name: replace(device, platform=platform) for name, device in network.devices.items()}
    ports = {name: ports_of(device) for name, device in devices.items()}
    devices = {name: replace(device, device_type="box") for name, device in devices.items()}
    whole = replace(network, devices=devices, ports=ports, management=management(aaa))
    return with_permissions(with_routes(with_keys(with_business(whole))))


def with_permissions(network: Network) -> Network:
    """The network with permissions beside what services need: a partner to a host, an office to that partner."""
    place = Place("inventory/permissions.yaml", 3)
    taxes, office = network.peers["tax-xining"], network.premises["chengdong-pension"]
    server = network.devices["xining-dc-db1"]
    assert server.loopback is not None
    host, until = (IPv4Network(server.loopback),), date(2199, 12, 31)
    found = (
        Permission("audit", taxes.name, server.name, taxes.prefixes, host, "tcp", 8443, until, "letter 17", place),
        Permission(
            "logs", office.name, taxes.name, (office.prefix,), taxes.prefixes, "udp", 514, until, "letter 18", place
        ),
    )
    return replace(network, permissions={one.name: one for one in found})


def with_routes(network: Network) -> Network:
    """The network with static routes of somebody's own: by a line, to a partner, into nowhere, announced or not."""
    said = [
        # device, prefix, next hop, preference, description, announced
        ("core-r1", "198.51.100.0/24", "172.16.0.1", None, "ministry lab", True),
        ("xining-r1", "172.31.0.0/16", "10.7.0.2", None, "", True),
        ("xining-r1", "192.0.2.0/24", None, 254, "not routed", False),
        ("chengdong-r1", "172.30.0.0/16", "10.8.130.0", None, "hospital, contract 17", True),
        ("chengdong-r1", "172.30.0.0/16", "10.8.130.2", 200, "", True),
        ("chengdong-r1", "172.29.0.0/16", "10.8.130.2", 60, "", False),
    ]
    place = Place("inventory/sites/xining.yaml", 12)
    routes: dict[str, tuple[Route, ...]] = {}
    for device, prefix, via, preference, description, announce in said:
        hop = IPv4Address(via) if via else None
        route = Route(
            device, IPv4Network(prefix), hop, via or "discard", preference, description, announce, place=place
        )
        routes[device] = (*routes.get(device, ()), route)
    return replace(network, routes=routes)


def with_keys(network: Network, *ids: int) -> Network:
    """The network with keys of OSPF, an area its own, and of BGP."""
    place = Place("topology/routing.yaml", 14)
    keys = tuple(RoutingKey(one, f"ospf-{{area}}-{one}") for one in ids or (1,))
    ospf = OspfKeys((Algorithm.HMAC_SHA256, Algorithm.MD5), keys, place=place)
    return replace(network, authentication=Authentication((ospf,), "bgp-internal", {"ministry": "bgp-ministry"}, place))


def with_business(network: Network) -> Network:
    """The network with offices of two agencies, a partner, and the application that they use."""
    names = ("pension", "medical")
    blocks = {"xining": "10.8.32.0/20", "chengdong": "10.8.129.0/24"}
    found = {
        f"{site}-{agency}": Premises(
            f"{site}-{agency}", site, agency, slot, _line(f"{site}-{agency}", site), place=PLACE
        )
        for site, block in blocks.items()
        for agency, slot in zip(names, IPv4Network(block).subnets(prefixlen_diff=3), strict=False)
    }
    found["chengdong-medical"] = replace(found["chengdong-medical"], line=None)
    link = replace(_line("tax-xining", "xining"), prefix=IPv4Network("10.7.0.0/30"))
    networks = (IPv4Network("172.25.0.0/24"),)
    taxes = Peer("tax-xining", "税务", None, networks, Zone.EXTRANET, "tax", "xining", ("pay",), link, 202, PLACE)
    box = {use: (f"GigabitEthernet0/{9 + n}/0",) for n, use in enumerate(("agencies", "extranet"))}
    return replace(
        network,
        agencies={name: Agency(name, name, name, (Level.PREFECTURE, Level.COUNTY)) for name in names},
        vrfs={name: Vrf(name, f"64663:{101 + n}", 101 + n) for n, name in enumerate(names)},
        premises=found,
        peers={**network.peers, taxes.name: taxes},
        applications={"payments": Application("payments", "待遇", ("xining-dc-db1",), (), 8080)},
        services={
            "pay": Service("pay", "待遇发放", levels=(Level.PREFECTURE, Level.COUNTY), applications=("payments",))
        },
        video=Video("ef", 30, (Level.PROVINCE, Level.PREFECTURE), PLACE),
        circuits={name: replace(line, bandwidth=100) for name, line in network.circuits.items()},
        device_types={"box": DeviceType("box", "any", "Box", RENDERED, {**box, "lan": ("GigabitEthernet0/3/0",)})},
    )


def _line(name: str, site: str) -> Line:
    return Line(f"{name}-up1", f"{site}-r1", place=PLACE)


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
