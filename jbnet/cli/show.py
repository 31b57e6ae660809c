"""``jbnet show``: one thing of the declaration, readable at 80 columns, headings in the chosen language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Circuit, Database, Device, Network, Service, Site

app = typer.Typer(help="Show a site, device, circuit, service or database.", no_args_is_help=True, add_completion=False)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name; for a site also its code or Chinese name.")]
T = TypeVar("T")


@dataclass
class View:
    """What is shown: rows of heading and value, then lists under headings."""

    rows: list[tuple[Text, object]]
    lists: list[tuple[Text, list[tuple[str, ...]]]] = field(default_factory=list)


@app.command()
def site(ctx: typer.Context, name: Name) -> None:
    """Show a site: where it stands, its addresses, devices, circuits and services."""
    network = _load(ctx)
    found = find_site(network, name)
    _show(ctx, found, site_view(network, found))


@app.command()
def device(ctx: typer.Context, name: Name) -> None:
    """Show a device and its interfaces."""
    network = _load(ctx)
    found = find("device", name, network.devices)
    _show(ctx, found, device_view(found))


@app.command()
def circuit(ctx: typer.Context, name: Name) -> None:
    """Show a circuit: its ends, its carrier, what it can do."""
    network = _load(ctx)
    found = find("circuit", name, network.circuits)
    _show(ctx, found, circuit_view(network, found))


@app.command()
def service(ctx: typer.Context, name: Name) -> None:
    """Show a business service: what it needs and who needs it."""
    network = _load(ctx)
    found = find("service", name, network.services)
    _show(ctx, found, service_view(network, found))


@app.command()
def database(ctx: typer.Context, name: Name) -> None:
    """Show a database: its hosts, its address, its objectives."""
    network = _load(ctx)
    found = find("database", name, network.databases)
    _show(ctx, found, database_view(network, found))


def find(kind: str, name: str, known: Mapping[str, T]) -> T:
    """Return the thing of that name. Raises UsageError with the nearest name."""
    from jbnet.inventory.report import nearest

    if name in known:
        return known[name]
    like = nearest(name, known)
    hint = text("did you mean {like}?", like=like) if like else None
    raise UsageError("there is no {kind} {name}", hint=hint, kind=text(kind), name=name)


def find_site(network: Network, name: str) -> Site:
    """Return a site by name, code or Chinese name. Raises UsageError when several bear it, or none."""
    if name in network.sites:
        return network.sites[name]
    matches = [found for found in network.sites.values() if name in (found.code, found.name_zh)]
    if len(matches) > 1:
        some = ", ".join(found.name for found in matches[:5])
        raise UsageError("{name} is the name of several sites: {sites}", name=name, sites=some)
    return matches[0] if matches else find("site", name, network.sites)


def site_view(network: Network, site: Site) -> View:
    """Return what is shown of a site."""
    below = [other for other in network.sites.values() if other.parent == site.name]
    where = f"{site.lon:.4f} E, {site.lat:.4f} N" if site.lon is not None and site.lat is not None else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{site.name}  {site.name_zh}"),
        (text("Level"), text(site.level.value)),
        (text("Code"), site.code),
        (text("Parent"), site.parent),
        (text("Status"), text(site.status.value)),
        (text("Phase"), site.phase),
        (text("Position"), where),
        (text("Archetype"), site.archetype),
        (text("Block"), site.block),
        (text("Own prefix"), site.own),
        (text("Sites below"), len(below) or None),
        (text("Declared at"), site.place),
    ]
    devices = [(d.name, d.role, str(d.loopback or "-")) for d in network.devices.values() if d.home == site.name]
    services = [(s.name, s.name_zh) for s in network.services.values() if site.level in s.levels]
    lists: list[tuple[Text, list[tuple[str, ...]]]] = [
        (text("Devices"), [*devices]),
        (text("Circuits upwards"), _circuit_rows(network, site.name)),
        (text("Services"), [*services]),
        (text("Sites below"), [(other.name, other.name_zh) for other in below]),
    ]
    return View(rows, lists)


def _circuit_rows(network: Network, home: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for found in network.circuits.values():
        if network.devices[found.z.device].home == home:
            speed = f"{found.bandwidth} Mbit/s" if found.bandwidth else ""
            rows.append((found.name, found.a.device, found.role.value, found.carrier or "", speed))
    return rows


def device_view(device: Device) -> View:
    """Return what is shown of a device."""
    rows: list[tuple[Text, object]] = [
        (text("Name"), device.name),
        (text("Home"), device.home),
        (text("Role"), device.role),
        (text("Platform"), device.platform),
        (text("Loopback"), device.loopback),
        (text("Uplink"), device.uplink),
        (text("AS number"), device.asn),
        (text("Declared at"), device.place),
    ]
    interfaces = [
        (i.name, str(i.address or "-"), f"area {i.area}" if i.area else "", f"cost {i.cost}" if i.cost else "",
         i.circuit or i.kind.value)
        for i in device.interfaces
    ]  # fmt: skip
    return View(rows, [(text("Interfaces"), [*interfaces])])


def circuit_view(network: Network, circuit: Circuit) -> View:
    """Return what is shown of a circuit."""
    carrier = network.carriers.get(circuit.carrier or "")
    called = (
        " ".join(filter(None, (carrier.name, carrier.name_zh, carrier.phone))) if carrier else text("in-house cable")
    )
    rows: list[tuple[Text, object]] = [
        (text("Name"), circuit.name),
        (text("Upper end"), f"{circuit.a.device} {circuit.a.interface}"),
        (text("Lower end"), f"{circuit.z.device} {circuit.z.interface}"),
        (text("Role"), text(circuit.role.value)),
        (text("Carrier"), called),
        (text("Line number"), circuit.line_number),
        (text("Bandwidth"), f"{circuit.bandwidth} Mbit/s" if circuit.bandwidth else None),
        (text("Media"), text(circuit.media)),
        (text("Round trip"), f"{circuit.latency_ms:g} ms" if circuit.latency_ms else None),
        (text("Fails with"), ", ".join(circuit.srlgs) or None),
        (text("Prefix"), circuit.prefix),
        (text("Declared at"), circuit.place),
    ]
    return View(rows)


def service_view(network: Network, service: Service) -> View:
    """Return what is shown of a service."""
    users = [other.name for other in network.services.values() if service.name in other.needs]
    sites = sum(found.level in service.levels for found in network.sites.values())
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{service.name}  {service.name_zh}"),
        (text("Databases"), ", ".join(service.databases) or None),
        (text("Needs"), ", ".join(service.needs) or None),
        (text("Needed by"), ", ".join(users) or None),
        (text("Used at"), ", ".join(service.levels) or None),
        (text("Sites using it"), sites),
        (text("Declared at"), service.place),
    ]
    return View(rows)


def database_view(network: Network, database: Database) -> View:
    """Return what is shown of a database."""
    users = [found.name for found in network.services.values() if database.name in found.databases]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{database.name}  {database.name_zh}"),
        (text("Service address"), f"{database.service_address}:{database.port}"),
        (text("Primary"), database.primary),
        (text("Standby"), database.standby),
        (text("Replication"), text(database.replication)),
        (text("Recovery time objective"), f"{database.rto_s:g} s"),
        (text("Recovery point objective"), f"{database.rpo_s:g} s"),
        (text("Services"), ", ".join(users) or None),
        (text("Declared at"), database.place),
    ]
    return View(rows)


def plain(value: Any) -> Any:
    """Return a noun as data for JSON: names of fields as keys, addresses and places as text."""
    if is_dataclass(value) and not isinstance(value, type):
        if type(value).__name__ == "Place":
            return str(value)
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _load(ctx: typer.Context) -> Network:
    from jbnet.wiring import load_network

    context: Context = ctx.obj
    return load_network(context.directory, context.state_dir, whole=True)


def _show(ctx: typer.Context, found: object, view: View) -> None:
    context: Context = ctx.obj
    context.emit(plain(found))
    if context.json:
        return
    write = _writer(context)
    headings = [context.tr(heading) for heading, _ in view.rows]
    width = max(map(_cells, headings)) + 2
    for heading, (_, value) in zip(headings, view.rows, strict=True):
        if value is not None:
            said = context.tr(value) if isinstance(value, Text) else str(value)
            write(_pad(heading, width) + _wrap(said, width))
    for title, entries in view.lists:
        if entries:
            write(f"\n{context.tr(title)} ({len(entries)})")
            _table(entries, write)


def _writer(context: Context) -> Callable[[str], None]:
    return lambda line: context.out.print(line, markup=False)


def _wrap(said: str, indent: int) -> str:
    """Break a list of words at commas so that it stays within 80 columns beside its heading."""
    lines, current = [], ""
    for part in said.split(", "):
        joined = f"{current}, {part}" if current else part
        if current and _cells(joined) > 78 - indent:
            lines.append(current + ",")
            joined = part
        current = joined
    return ("\n" + " " * indent).join([*lines, current])


def _table(entries: list[tuple[str, ...]], write: Callable[[str], None]) -> None:
    """Print columns as wide as needed; where 80 columns are not enough the last ones go to a second line."""
    widths = [max(_cells(entry[column]) for entry in entries) for column in range(len(entries[0]))]
    for entry in entries:
        cells = [_pad(cell, width) for cell, width in zip(entry, widths, strict=True)]
        line = "  " + "  ".join(cells).rstrip()
        if _cells(line) > 80:
            line = "  " + entry[0].rstrip() + "\n    " + "  ".join(cells[1:]).rstrip()
        write(line)


def _cells(said: str) -> int:
    from rich.cells import cell_len

    return cell_len(said)


def _pad(said: str, width: int) -> str:
    return said + " " * (width - _cells(said))
