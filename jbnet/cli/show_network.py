"""What ``jbnet show`` says about equipment: devices and their interfaces, roles, platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_lines import speed
from jbnet.cli.show_print import Record, Table, View, cell
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.model.network import Device, Interface, Network, Role


def device_view(network: Network, device: Device) -> View:
    """Return what is shown of a device."""
    runs = platforms(network).get(device.platform)
    title = runs["title"] if runs is not None else None
    kind = network.device_types.get(device.device_type or "")
    model = f"{kind.vendor} {kind.model}" if kind is not None else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), device.name),
        (text("Home"), device.home),
        (text("Role"), device.role),
        (text("Platform"), f"{device.platform}  {title}" if title else device.platform),
        (text("Device type"), f"{device.device_type}  {model}" if model else device.device_type),
        (text("Serial number"), device.serial),
        (text("Loopback"), device.loopback),
        (text("Uplink"), device.uplink),
        (text("AS number"), device.asn),
        (text("Declared at"), device.place),
    ]
    tables = [
        Table("interfaces", text("Interfaces"), [_port(port) for port in device.interfaces], _port_cells),
        Table("ports", text("Ports"), _hardware(network, device)),
        Table("routes", text("Declared routes"), _routes(network, device), _route_cells),
        Table("leased_lines", text("Leased lines"), _leased(network, device), _leased_cells),
        Table("applications", text("Applications"), _hosted(network, device)),
    ]
    return View(rows, tables, {"platform_title": title, "model": model})


def _hardware(network: Network, device: Device) -> list[Record]:
    """Return the real port of each interface; empty where the model is not known."""
    return [{"name": name, "port": port} for name, port in network.ports.get(device.name, {}).items()]


def _routes(network: Network, device: Device) -> list[Record]:
    return [
        {"prefix": str(route.prefix), "next_hop": route.said, "via": str(route.via) if route.via else None,
         "preference": route.preference, "announce": route.announce, "description": route.description}
        for route in network.routes.get(device.name, ())
    ]  # fmt: skip


def _route_cells(record: Record) -> tuple[object, ...]:
    named = record["via"] not in (None, record["next_hop"])
    return (
        record["prefix"],
        f"{record['next_hop']} ({record['via']})" if named else record["next_hop"],
        text("preference {preference}", preference=record["preference"]) if record["preference"] else "",
        text("announced") if record["announce"] else "",
        record["description"],
    )


def _port(port: Interface) -> Record:
    from jbnet.cli.show_print import plain

    fields: Mapping[str, object] = plain(port)
    return {**fields, "kind": port.kind}


def _port_cells(record: Record) -> tuple[object, ...]:
    area, cost = record["area"], record["cost"]
    return (
        record["name"],
        record["address"] or "-",
        text("area {area}", area=area) if area else "",
        text("cost {cost}", cost=cost) if cost else "",
        record["circuit"] or record["kind"],
    )


def _leased(network: Network, device: Device) -> list[Record]:
    lines = (*(p.line for p in network.premises.values()), *(p.line for p in network.peers.values()))
    return [
        {"name": line.name, "carrier": line.carrier, "bandwidth": line.bandwidth, "line_number": line.line_number}
        for line in lines
        if line is not None and line.device == device.name
    ]


def _leased_cells(record: Record) -> tuple[object, ...]:
    return record["name"], record["carrier"], speed(record["bandwidth"]), record["line_number"]


def _hosted(network: Network, device: Device) -> list[Record]:
    return [
        {"name": found.name, "name_zh": found.name_zh, "port": found.port}
        for found in network.applications.values()
        if device.name in found.hosts
    ]


def interfaces(network: Network) -> dict[str, dict[str, object]]:
    """Return every interface by its device's name, a colon and its own."""
    return {
        f"{device.name}:{port.name}": {**_port(port), "device": device.name, "interface": port.name,
                                       "place": device.place}
        for device in network.devices.values()
        for port in device.interfaces
    }  # fmt: skip


def interface_view(network: Network, port: Record) -> View:
    """Return what is shown of an interface: its address, its routing, and what stands at the other end."""
    name, circuit = f"{port['device']}:{port['interface']}", network.circuits.get(str(port["circuit"]))
    ends = [f"{end.device}:{end.interface}" for end in (circuit.a, circuit.z)] if circuit else []
    far = next((end for end in ends if end != name), None)
    rows: list[tuple[Text, object]] = [
        (text("Name"), name),
        (text("Kind"), cell(port["kind"])),
        (text("Description"), port["description"] or None),
        (text("Address"), port["address"]),
        (text("Circuit"), port["circuit"]),
        (text("Far end"), far),
        (text("OSPF area"), port["area"]),
        (text("OSPF cost"), port["cost"]),
        (text("Announced only"), text("yes") if port["passive"] else None),
        (text("Declared at"), port["place"]),
    ]
    return View(rows, facts={"name": name, "far_end": far})


def role_view(network: Network, role: Role) -> View:
    """Return what is shown of a role: what its devices have in common, and how many there are."""
    used = [device for device in network.devices.values() if device.role == role.name]
    rows: list[tuple[Text, object]] = [
        (text("Name"), role.name),
        (text("Kind"), text(role.kind.value)),
        (text("Platform"), role.platform),
        (text("Configuration deployed"), _yes(role.managed)),
        (text("Watched"), _yes(role.monitored)),
        (text("SNMP"), role.snmp),
        (text("Devices"), len(used)),
        (text("Declared at"), role.place),
    ]
    return View(rows, facts={"devices": len(used)})


def _yes(value: bool) -> Text:
    return text("yes") if value else text("no")


def platforms(_network: Network) -> dict[str, Record]:
    """Return what jbnet knows of network operating systems, as far as it concerns who uses them."""
    from jbnet.platforms.registry import LAB_PLATFORM, names, platform

    known = {name: platform(name) for name in names()}
    return {
        name: {
            "name": name, "title": it.title, "vendor": it.vendor, "family": it.family,
            "commit_timer": text(it.commit_timer), "trial": it.trial, "rendered": it.is_rendered,
            "proved_live": name == LAB_PLATFORM,
        }
        for name, it in known.items()
    }  # fmt: skip


def listed_platform(network: Network, name: str) -> tuple[object, ...]:
    """Return a line of the list of platforms: what it is, how a trial ends, and where jbnet was proved on it."""
    found = platforms(network)[name]
    return name, found["title"], _timer(found), _proved(found)


def _timer(platform: Record) -> Text:
    """Return where the clock of a trial commit runs, as people read it."""
    word = str(platform["commit_timer"])
    return text("a helper on the device") if word == "device" else text(word)


def _proved(platform: Record) -> Text:
    return text("on live routers of the lab") if platform["proved_live"] else text("unproven on hardware")


def platform_view(network: Network, platform: Record) -> View:
    """Return what is shown of a platform: what it can do, what jbnet can do with it, where it is used."""
    used = sum(device.platform == platform["name"] for device in network.devices.values())
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{platform['name']}  {platform['title']}"),
        (text("Vendor"), platform["vendor"]),
        (text("Families"), platform["family"]),
        (text("Commit timer"), _timer(platform)),
        (text("Trial commit"), platform["trial"]),
        (text("Configurations rendered"), _yes(bool(platform["rendered"]))),
        (text("Proved"), _proved(platform)),
        (text("Devices"), used),
    ]
    return View(rows, facts={"devices": used})
