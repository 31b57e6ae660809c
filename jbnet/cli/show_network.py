"""What ``jbnet show`` says about sites, devices and circuits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_print import Rows, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.network import Circuit, Contact, Device, Line, Network, Site


def called(contact: Contact | None) -> str | None:
    """Return whom to call, in one line."""
    return " ".join(filter(None, (contact.name, contact.phone))) if contact is not None else None


def speed(bandwidth: int | None) -> str:
    """Return a bandwidth as people say it, or nothing."""
    return f"{bandwidth} Mbit/s" if bandwidth else ""


def yuan(cost: int | None) -> Text | None:
    """Return a monthly cost as people say it."""
    return text("{cost} yuan a month", cost=f"{cost:,}") if cost is not None else None


def carrier_of(network: Network, name: str | None) -> str | None:
    """Return a carrier's name and whom to call."""
    carrier = network.carriers.get(name or "")
    return " ".join(filter(None, (carrier.name, carrier.name_zh, carrier.phone))) if carrier else None


def line_rows(network: Network, line: Line | Circuit) -> list[tuple[Text, object]]:
    """Return what is said of everything leased: who carries it, what it can do, what it costs and who pays."""
    return [
        (text("Carrier"), carrier_of(network, line.carrier)),
        (text("Line number"), line.line_number),
        (text("Bandwidth"), speed(line.bandwidth) or None),
        (text("Media"), text(line.media)),
        (text("Fails with"), [_srlg(network, name) for name in line.srlgs]),
        (text("Cost"), yuan(line.monthly_cost)),
        (text("Paid by"), line.payer),
    ]


def _srlg(network: Network, name: str) -> str:
    group = network.srlgs.get(name)
    return f"{name} {group.name_zh}" if group else name


def site_view(network: Network, site: Site) -> View:
    """Return what is shown of a site."""
    from jbnet.inventory.addresses.uses import below as all_below

    below = [other for other in network.sites.values() if other.parent == site.name]
    held = all_below(network, site) & network.sites.keys()
    where = f"{site.lon:.4f} E, {site.lat:.4f} N" if site.lon is not None and site.lat is not None else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{site.name}  {site.name_zh}"),
        (text("Level"), text(site.level.value)),
        (text("Code"), site.code),
        (text("Parent"), site.parent),
        (text("Status"), text(site.status.value)),
        (text("Phase"), site.phase),
        (text("Position"), where),
        (text("Address"), site.address),
        (text("Contact"), called(site.contact)),
        (text("Opening hours"), site.opening_hours),
        (text("Demand"), f"{site.demand:g} Mbit/s" if site.demand else None),
        (text("Archetype"), site.archetype),
        (text("Block"), site.block),
        (text("Own prefix"), site.own),
        (text("Sites below"), len(held) - 1 or None),
        (text("Declared at"), site.place),
    ]
    devices: Rows = [(d.name, d.role, d.platform, str(d.loopback or "-"))
                     for d in network.devices.values() if d.home == site.name]  # fmt: skip
    services: Rows = [(s.name, s.name_zh) for s in network.services.values() if site.level in s.levels]
    lists: list[tuple[Text, Rows]] = [
        (text("Devices"), devices),
        (text("Circuits upwards and inside"), _circuit_rows(network, site.name)),
        (text("Premises"), _premises_rows(network, site.name)),
        (text("Partners"), _partner_rows(network, site.name)),
        (text("Services"), services),
        (text("Sites directly below"), [(other.name, other.name_zh) for other in below]),
    ]
    return View(rows, lists)


def _circuit_rows(network: Network, home: str) -> Rows:
    return [
        (found.name, found.a.device, text(found.role.value), found.carrier or "", speed(found.bandwidth))
        for found in network.circuits.values()
        if network.devices[found.z.device].home == home
    ]


def _premises_rows(network: Network, site: str) -> Rows:
    rows: Rows = []
    for premises in network.premises.values():
        if premises.site == site:
            line = premises.line
            far: tuple[str | Text, str] = (line.carrier or "", speed(line.bandwidth)) if line else (text("inside"), "")
            rows.append((premises.name, str(premises.prefix), *far))
    return rows


def _partner_rows(network: Network, site: str) -> Rows:
    rows: Rows = []
    for peer in network.peers.values():
        if peer.site == site:
            line = peer.line
            rows.append((peer.name, peer.name_zh, (line.carrier or "") if line else "",
                         speed(line.bandwidth) if line else ""))  # fmt: skip
    return rows


def device_view(network: Network, device: Device) -> View:
    """Return what is shown of a device."""
    from jbnet.platforms.registry import names, platform

    runs = platform(device.platform) if device.platform in names() else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), device.name),
        (text("Home"), device.home),
        (text("Role"), device.role),
        (text("Platform"), f"{device.platform}  {runs.title}" if runs else device.platform),
        (text("Loopback"), device.loopback),
        (text("Uplink"), device.uplink),
        (text("AS number"), device.asn),
        (text("Declared at"), device.place),
    ]
    interfaces: Rows = [
        (i.name, str(i.address or "-"), f"area {i.area}" if i.area else "", f"cost {i.cost}" if i.cost else "",
         i.circuit or i.kind.value)
        for i in device.interfaces
    ]  # fmt: skip
    lines: Rows = [
        (line.name, line.carrier or "", speed(line.bandwidth), line.line_number or "")
        for line in (*(p.line for p in network.premises.values()), *(p.line for p in network.peers.values()))
        if line is not None and line.device == device.name
    ]
    hosted: Rows = [(a.name, a.name_zh, str(a.port or "")) for a in network.applications.values()
                    if device.name in a.hosts]  # fmt: skip
    return View(rows, [(text("Interfaces"), interfaces), (text("Leased lines"), lines), (text("Applications"), hosted)])


def circuit_view(network: Network, circuit: Circuit) -> View:
    """Return what is shown of a circuit."""
    underlay = network.underlays.get(circuit.underlay or "")
    carried = " ".join(filter(None, (underlay.name, underlay.name_zh, underlay.phone))) if underlay else None
    cable = text("in-house cable") if circuit.carrier is None and underlay is None else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), circuit.name),
        (text("Upper end"), f"{circuit.a.device} {circuit.a.interface}"),
        (text("Lower end"), f"{circuit.z.device} {circuit.z.interface}"),
        (text("Role"), text(circuit.role.value)),
        (text("Carrier"), cable or carrier_of(network, circuit.carrier)),
        (text("Underlay"), carried),
        (text("Hand-off"), circuit.handoff),
        (text("MTU"), text("{mtu} bytes", mtu=underlay.mtu) if underlay else None),
        *line_rows(network, circuit)[1:],
        (text("Round trip"), f"{circuit.latency_ms:g} ms" if circuit.latency_ms else None),
        (text("Prefix"), circuit.prefix),
        (text("Declared at"), circuit.place),
    ]
    return View(rows)
