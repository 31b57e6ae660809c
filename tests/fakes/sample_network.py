"""A small whole network, built in code: one of everything the routing standard speaks about.

Two cores, a NOC, a data centre with a database host, a ministry, one prefecture with its pair of routers,
a county on two lines, a county on one line, a township and a community.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from network_builder import BACKBONE, NetworkBuilder, database

from jbnet.model.network import Interface, Level, Network

AREA = "0.0.63.1"
SITES = {
    # By name: (level, code, parent, block, own)
    "qinghai": (Level.PROVINCE, "63", None, "10.0.0.0/16", "10.0.0.0/16"),
    "xining": (Level.PREFECTURE, "6301", "qinghai", "10.8.0.0/13", "10.8.0.0/17"),
    "chengdong": (Level.COUNTY, "630102", "xining", "10.8.128.0/17", "10.8.128.0/22"),
    "datong": (Level.COUNTY, "630121", "xining", "10.9.0.0/17", "10.9.0.0/22"),
    "chengdong-lejiawan": (Level.TOWNSHIP, "630102101", "chengdong", "10.8.132.0/22", "10.8.132.0/24"),
    "chengdong-lejiawan-a": (
        Level.COMMUNITY,
        "630102101001",
        "chengdong-lejiawan",
        "10.8.133.0/27",
        "10.8.133.0/27",
    ),
}
LOCATIONS = {"core": "10.0.0.0/16", "xining-dc": "10.1.0.0/16", "noc": "10.4.0.0/24"}
DEVICES = {
    # By name: (home, role, loopback, uplink)
    "core-r1": ("core", "core", "10.0.192.1"),
    "core-r2": ("core", "core", "10.0.192.2"),
    "noc-s1": ("noc", "noc-server", "10.4.0.193"),
    "xining-dc-r1": ("xining-dc", "dc-router", "10.1.192.1"),
    "xining-dc-db1": ("xining-dc", "database-server", "10.1.192.2"),
    "ministry-r1": ("ministry", "peer-router", "172.16.255.1"),
    "xining-r1": ("xining", "prefecture-router", "10.8.96.1"),
    "xining-r2": ("xining", "prefecture-router", "10.8.96.2"),
    "chengdong-r1": ("chengdong", "county-router", "10.8.131.1"),
    "datong-r1": ("datong", "county-router", "10.9.3.1"),
    "chengdong-lejiawan-r1": ("chengdong-lejiawan", "township-cpe", "10.8.132.193"),
    "chengdong-lejiawan-a-r1": ("chengdong-lejiawan-a", "township-cpe", "10.8.133.25"),
}
CIRCUITS = {
    # By name: (a device, a interface, z device, z interface, prefix, area, role, carrier)
    "core-pair1": ("core-r1", "pair1", "core-r2", "pair1", "10.0.128.0/31", BACKBONE, "primary", "telecom"),
    "noc-up1": ("core-r1", "noc-1", "noc-s1", "up1", "10.4.0.128/31", BACKBONE, "primary", None),
    "noc-up2": ("core-r2", "noc-1", "noc-s1", "up2", "10.4.0.130/31", BACKBONE, "backup", None),
    "xining-dc-up1": ("core-r1", "xining-dc-1", "xining-dc-r1", "up1", "10.1.128.0/31", BACKBONE, "primary", "telecom"),
    "xining-dc-up2": ("core-r2", "xining-dc-1", "xining-dc-r1", "up2", "10.1.128.2/31", BACKBONE, "backup", "unicom"),
    "xining-dc-db1-up1": ("xining-dc-r1", "db1-1", "xining-dc-db1", "up1", "10.1.128.8/31", BACKBONE, "primary", None),
    "ministry-up1": ("core-r1", "ministry-1", "ministry-r1", "up1", "172.16.0.0/31", None, "primary", "telecom"),
    "ministry-up2": ("core-r2", "ministry-1", "ministry-r1", "up2", "172.16.0.2/31", None, "backup", "unicom"),
    "xining-up1": ("core-r1", "d01-1", "xining-r1", "up1", "10.8.64.0/31", BACKBONE, "primary", "telecom"),
    "xining-up2": ("core-r2", "d01-1", "xining-r2", "up2", "10.8.64.2/31", BACKBONE, "primary", "unicom"),
    "xining-pair1": ("xining-r1", "pair1", "xining-r2", "pair1", "10.8.64.8/31", AREA, "primary", None),
    "chengdong-up1": ("xining-r1", "d0102-1", "chengdong-r1", "up1", "10.8.130.0/31", AREA, "primary", "telecom"),
    "chengdong-up2": ("xining-r2", "d0102-1", "chengdong-r1", "up2", "10.8.130.2/31", AREA, "backup", "unicom"),
    "datong-up1": ("xining-r1", "d0121-1", "datong-r1", "up1", "10.9.2.0/31", AREA, "primary", "telecom"),
    "chengdong-lejiawan-up1": (
        "chengdong-r1",
        "d101-1",
        "chengdong-lejiawan-r1",
        "up1",
        "10.8.132.128/31",
        None,
        "primary",
        "telecom",
    ),
    "chengdong-lejiawan-a-up1": (
        "chengdong-lejiawan-r1",
        "d001-1",
        "chengdong-lejiawan-a-r1",
        "up1",
        "10.8.133.16/31",
        None,
        "primary",
        "telecom",
    ),
}
LANS = {
    "chengdong-r1": "10.8.128.1/24",
    "datong-r1": "10.9.0.1/24",
    "chengdong-lejiawan-r1": "10.8.132.1/26",
    "chengdong-lejiawan-a-r1": "10.8.133.1/29",
    "xining-dc-r1": "10.1.0.1/24",
}
INSIDE = {"prefecture-router": AREA, "county-router": AREA, "township-cpe": None, "peer-router": None}
"""The areas of loopbacks by role, where it is not the backbone."""


def sample_network() -> Network:
    """Return the sample network."""
    province, *sites = SITES.items()
    made = NetworkBuilder(province[0], code=province[1][1], block=province[1][3])
    for name, (level, code, parent, block, own) in sites:
        made.site(name, level, parent, block, code=code, own=IPv4Network(own))
    for name, block in LOCATIONS.items():
        made.location(name, block)
    made.peer("ministry", 64600, "172.16.0.0/16")
    for name, (home, role, loopback) in DEVICES.items():
        made.device(name, home, role, loopback, INSIDE.get(role, BACKBONE))
        if name in LANS:
            made.lan(name, LANS[name])
    for name, (a, a_port, z, z_port, prefix, area, role, carrier) in CIRCUITS.items():
        made.line(name, a, z, area=area, backup=role == "backup", up=z_port.startswith("up"), prefix=prefix,
                  ports=(a_port, z_port), carrier=carrier)  # fmt: skip
    made.session("ministry-up1", 200)
    made.session("ministry-up2", 100)
    whole = made.network(databases=[database("production", "xining-dc-db1", "xining-dc-db1")])
    return replace(whole, name="qinghai", name_zh="青海", asn=64512, service_prefix=IPv4Network("10.3.0.0/24"))


def without_interface(network: Network, device: str, interface: str) -> Network:
    """Return the network in which the device has lost one interface."""
    found = network.devices[device]
    kept = tuple(i for i in found.interfaces if i.name != interface)
    return replace(network, devices={**network.devices, device: replace(found, interfaces=kept)})


def with_interface(network: Network, device: str, interface: Interface) -> Network:
    """Return the network in which the device has one interface more, or another of the same name."""
    found = network.devices[device]
    kept = tuple(i for i in found.interfaces if i.name != interface.name)
    return replace(network, devices={**network.devices, device: replace(found, interfaces=(*kept, interface))})


def moved(network: Network) -> Network:
    """Return the network in which datong hangs on the other border router, which the carrier has yet to cable."""
    circuit = network.circuits["datong-up1"]
    port = network.devices["xining-r1"].interface("d0121-1")
    without = without_interface(network, "xining-r1", "d0121-1")
    declared = with_interface(without, "xining-r2", port)
    ends = replace(circuit, a=replace(circuit.a, device="xining-r2"))
    return replace(declared, circuits={**declared.circuits, circuit.name: ends})
