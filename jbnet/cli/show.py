"""``jbnet show``: one thing of the declaration, readable at 80 columns, headings in the chosen language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.cli.show_print import View
    from jbnet.model.network import Network, Site

app = typer.Typer(
    help="Show a site, device, circuit, premises, peer, agency, service, application, database; or costs.",
    no_args_is_help=True, add_completion=False,
)  # fmt: skip
Name = Annotated[str, typer.Argument(metavar="NAME", help="Its name; for a site also its code or Chinese name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
T = TypeVar("T")


@app.command()
def site(
    ctx: typer.Context,
    name: Name,
    explain: Annotated[bool, typer.Option("--explain", help="Say where each value comes from.")] = False,
    json: Json = False,
) -> None:
    """Show a site: where it stands, its addresses, devices, circuits, premises, partners and services."""
    from jbnet.cli.show_network import site_view

    context, network = _load(ctx, json)
    found = find_site(network, name)
    if not explain:
        _show(context, found, site_view(network, found))
        return
    from jbnet import wiring
    from jbnet.cli.show_explain import print_facts
    from jbnet.inventory.explain import explain as facts_of

    print_facts(context, facts_of(wiring.read_declaration(context.directory), network, found.name))


@app.command()
def device(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show a device: its interfaces, the leased lines that end on it, the applications that run on it."""
    from jbnet.cli.show_network import device_view

    _show_one(ctx, "device", "devices", name, json, device_view)


@app.command()
def circuit(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show a circuit: its ends, who carries it, what it can do, what it costs and who pays."""
    from jbnet.cli.show_network import circuit_view

    _show_one(ctx, "circuit", "circuits", name, json, circuit_view)


@app.command()
def premises(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show an agency's office: its prefix, its line, whom to call."""
    from jbnet.cli.show_business import premises_view

    _show_one(ctx, "premises", "premises", name, json, premises_view)


@app.command()
def peer(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show somebody else's network: the ministry, a partner; what it may use and how it is reached."""
    from jbnet.cli.show_business import peer_view

    _show_one(ctx, "peer", "peers", name, json, peer_view)


@app.command()
def agency(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show an agency: its VRF and its premises."""
    from jbnet.cli.show_business import agency_view

    _show_one(ctx, "agency", "agencies", name, json, agency_view)


@app.command()
def service(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show a business service: what it needs, who needs it, what it promises."""
    from jbnet.cli.show_business import service_view

    _show_one(ctx, "service", "services", name, json, service_view)


@app.command()
def application(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show an application: where it runs, what it works on, which services it makes up."""
    from jbnet.cli.show_business import application_view

    _show_one(ctx, "application", "applications", name, json, application_view)


@app.command()
def database(ctx: typer.Context, name: Name, json: Json = False) -> None:
    """Show a database: its hosts, its address, its objectives."""
    from jbnet.cli.show_business import database_view

    _show_one(ctx, "database", "databases", name, json, database_view)


@app.command()
def costs(
    ctx: typer.Context,
    by: Annotated[str, typer.Option(metavar="carrier|payer|level", help="What to count by.")] = "carrier",
    json: Json = False,
) -> None:
    """Show what all leased lines cost a month, counted by carrier, by payer or by the payers' level."""
    from jbnet.cli.show_costs import print_costs

    context, network = _load(ctx, json)
    print_costs(context, network, by)


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
    if not matches and name in network.locations:
        devices = ", ".join(device.name for device in network.devices.values() if device.home == name)
        hint = text("{name} is a location; jbnet show device shows its devices: {devices}", name=name, devices=devices)
        raise UsageError("there is no {kind} {name}", hint=hint, kind=text("site"), name=name)
    return matches[0] if matches else find("site", name, network.sites)


def _load(ctx: typer.Context, json: bool) -> tuple[Context, Network]:
    from jbnet.wiring import load_network

    context: Context = ctx.obj
    context.json = context.json or json
    return context, load_network(context.directory, context.state_dir, whole=True)


def _show_one(
    ctx: typer.Context, kind: str, section: str, name: str, json: bool, view: Callable[[Network, T], View]
) -> None:
    context, network = _load(ctx, json)
    known: Mapping[str, T] = getattr(network, section)
    found = find(kind, name, known)
    _show(context, found, view(network, found))


def _show(context: Context, found: object, view: View) -> None:
    from jbnet.cli.show_print import show

    show(context, found, view)
