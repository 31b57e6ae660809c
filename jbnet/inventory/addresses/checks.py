"""Checks of the addresses that came out: both ends of every line, every address once, every route summarised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.inventory.addresses.blocks import holds, range_of
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.network import Circuit, Device, Interface, Network
from jbnet.model.text import text


@dataclass(frozen=True, slots=True)
class Use:
    """An interface with an address, and where to look for its cause."""

    device: Device
    interface: Interface
    address: IPv4Interface
    place: Place | None

    @property
    def name(self) -> str:
        """Return it as people write it."""
        return f"{self.device.name}:{self.interface.name}"


def check_addresses(declared: Declaration, network: Network, report: Report) -> None:
    """Report every address of the finished network that cannot work."""
    uses = list(_uses(declared, network))
    for use in uses:
        _check_host(use, report)
    _check_ends(declared, network, report)
    _check_unique(declared, network, uses, report)
    _check_homing(network, report)
    _check_peers(network, report)


def _uses(declared: Declaration, network: Network) -> Iterator[Use]:
    for device in network.devices.values():
        for interface in device.interfaces:
            if interface.address is not None:
                yield Use(device, interface, interface.address, _place(declared, device, interface.name))


def _place(declared: Declaration, device: Device, interface: str) -> Place | None:
    """Return where the exception stands that gave the address, or else the device."""
    plan = declared.addresses
    if plan is not None and interface in plan.decl.exceptions.get(device.name, {}):
        return plan.at("exceptions", device.name, interface)
    return device.place


def _check_host(use: Use, report: Report) -> None:
    """Report the first and the last address of a prefix on an interface; a /31 has neither (RFC 3021)."""
    network = use.address.network
    if network.prefixlen > 30:
        return
    for address, what in zip(range_of(network), ("network", "broadcast"), strict=True):
        if int(use.address) == address:
            report.add(
                "JB209", "{address} of {interface} is the {what} address of {prefix}", use.place,
                address=use.address.ip, interface=use.name, what=text(what), prefix=network,
            )  # fmt: skip


def _check_ends(declared: Declaration, network: Network, report: Report) -> None:
    """Report circuits whose ends do not stand in one prefix."""
    addresses = {
        (device.name, interface.name): interface.address
        for device in network.devices.values()
        for interface in device.interfaces
    }
    for circuit in network.circuits.values():
        ends = [(network.devices[end.device], end.interface) for end in (circuit.a, circuit.z)]
        a, z = (addresses[device.name, port] for device, port in ends)
        if a is None or z is None or a.network == z.network:
            continue
        places = [place for device, port in ends if (place := _place(declared, device, port)) is not None]
        report.add(
            "JB208", "the ends of {circuit} are not in one prefix: {a} at {a_end}, {z} at {z_end}", places[-1],
            places[:1], circuit=circuit.name, a=a, a_end=":".join((ends[0][0].name, ends[0][1])), z=z,
            z_end=":".join((ends[1][0].name, ends[1][1])),
        )  # fmt: skip


def _check_unique(declared: Declaration, network: Network, uses: list[Use], report: Report) -> None:
    """Report exceptions that take the address of another interface or of a service.

    Addresses of the plan are apart where blocks are; where blocks are not, that is reported instead.
    """
    owners: dict[IPv4Address, tuple[str, Place | None]] = {
        db.service_address: (db.name, db.place) for db in network.databases.values()
    }
    exceptions = declared.addresses.decl.exceptions if declared.addresses else {}
    odd = {f"{device}:{port}" for device, ports in exceptions.items() for port in ports}
    if not odd:
        return
    for use in sorted(uses, key=lambda u: u.name in odd):
        other = owners.setdefault(use.address.ip, (use.name, use.place))
        if other[0] != use.name and use.name in odd:
            report.add(
                "JB124", "{address} of {interface} is that of {owner}", use.place, [other[1]] if other[1] else [],
                address=use.address.ip, interface=use.name, owner=other[0],
            )  # fmt: skip


def _check_homing(network: Network, report: Report) -> None:
    """Report sites whose circuits lead to a site that does not announce them: its aggregate does not cover them."""
    seen: set[tuple[str, str]] = set()
    for circuit in network.circuits.values():
        lower, upper = network.devices[circuit.z.device].home, network.devices[circuit.a.device].home
        if (lower, upper) in seen or lower == upper or lower not in network.sites or upper not in network.sites:
            continue
        seen.add((lower, upper))
        block, aggregate = network.sites[lower].block, network.sites[upper].block
        if block is not None and aggregate is not None and not holds(aggregate, block):
            _report_homing(network, circuit, block, aggregate, report)


def _report_homing(
    network: Network, circuit: Circuit, block: IPv4Network, aggregate: IPv4Network, report: Report
) -> None:
    lower, upper = network.devices[circuit.z.device].home, network.devices[circuit.a.device].home
    related = [place for place in (network.sites[upper].place,) if place is not None]
    report.add(
        "JB207", "{circuit} homes {name} at {upper}, whose aggregate {aggregate} does not cover its block {block}",
        circuit.place, related, circuit=circuit.name, name=lower, upper=upper, aggregate=aggregate, block=block,
    )  # fmt: skip


def _check_peers(network: Network, report: Report) -> None:
    """Report prefixes of partners that are ours; those of peers with circuits are checked with the plan."""
    for peer in network.peers.values():
        for prefix in peer.prefixes if peer.kind is not None else ():
            if prefix.overlaps(network.supernet):
                report.add(
                    "JB120", "{prefix} of {owner} overlaps {other} of {other_owner}", peer.place, (),
                    prefix=prefix, owner=peer.name, other=network.supernet, other_owner=network.name,
                )  # fmt: skip
