"""``jbnet address``: give new sites their blocks, and list who has which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context

app = typer.Typer(help="Allocate address blocks to new sites; list them.", no_args_is_help=True, add_completion=False)


@app.command()
def allocate(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be allocated.")] = False,
) -> None:
    """Give every site without addresses a block, recorded in topology/allocations.yaml. Moves no other."""
    context: Context = ctx.obj
    from jbnet.adapters.workspace import read_files, write_file
    from jbnet.inventory.address import FILE, allocation

    found = allocation(read_files(context.directory))
    for code, block in found.added.items():
        context.say("{code} {block}", code=code, block=block)
    if found.added and not dry_run:
        write_file(context.directory, FILE, found.content)
    said = "would allocate blocks: {count}" if dry_run else "blocks allocated: {count}"
    context.say(said, count=len(found.added))
    context.emit({"added": {code: str(block) for code, block in found.added.items()}, "written": not dry_run})


@app.command("list")
def list_blocks(
    ctx: typer.Context,
    under: Annotated[str | None, typer.Option(metavar="SITE", help="Only the site and those below it.")] = None,
) -> None:
    """List the blocks of locations, peers and sites."""
    context: Context = ctx.obj
    from jbnet.cli.show import find_site
    from jbnet.wiring import load_network

    network = load_network(context.directory, context.state_dir, whole=True)
    above = find_site(network, under).code if under else ""
    rows = [(site.name, site.block, site.own) for site in network.sites.values() if site.code.startswith(above)]
    if not under:
        rows = [(loc.name, loc.block, loc.block) for loc in network.locations.values()] + rows
    listed = [{"name": name, "block": str(block), "own": str(own)} for name, block, own in rows if block]
    context.emit({"blocks": listed})
    for row in listed:
        context.say("{block} {own} {name}", block=f"{row['block']:<18}", own=f"{row['own']:<18}", name=row["name"])
