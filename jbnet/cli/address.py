"""``jbnet address``: give new sites their blocks, free them, say who has which and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.address_ports import give_ports, ports
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.inventory.addresses.changes import Allocation
    from jbnet.inventory.declaration import Declaration
    from jbnet.model.network import Network

app = typer.Typer(
    help="Allocate address blocks to new sites; free, list and explain them.", no_args_is_help=True,
    add_completion=False,
)  # fmt: skip
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
app.command("ports")(ports)
KIND_HELP = "block, own, lan, agency, link, loopback, service, extranet, interface or reserved."


@app.command()
def allocate(ctx: typer.Context, dry_run: DryRun = False) -> None:
    """Give every site without addresses a block, recorded in topology/allocations.yaml. Moves no other.

    New lines then get their ports, as `jbnet address ports` gives them.
    """
    context: Context = ctx.obj
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.addresses.changes import FILE, allocation

    files = read_files(context.directory)
    found = allocation(files)
    _write(context, found, dry_run)
    for former, code in found.rekeyed.items():
        context.say("{former} is recorded as {code} from now on", former=former, code=_called(found, code))
    for code, block in found.added.items():
        context.say("{code} {block}", code=_called(found, code), block=block)
    said = "would allocate blocks: {count}" if dry_run else "blocks allocated: {count}"
    context.say(said, count=len(found.added))
    ports = give_ports(context, {**files, FILE: found.content}, dry_run)
    context.emit({**_data(found, dry_run), "ports": ports})


@app.command()
def free(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="CODE|PREFIX", help="A recorded code, partner or prefix.")],
    dry_run: DryRun = False,
) -> None:
    """Free the addresses of a site that is no longer declared, with all that lies in them; reserved ones too.

    Refused (exit code 4) while a declared site uses any of them.
    """
    context: Context = ctx.obj
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.addresses.changes import freed

    found = freed(read_files(context.directory), name)
    _write(context, found, dry_run)
    for key, prefix in found.freed.items():
        context.say("{key} {prefix}", key=_called(found, key), prefix=prefix)
    context.say("would free: {count}" if dry_run else "freed: {count}", count=len(found.freed))
    context.emit(_data(found, dry_run))


@app.command()
def renumber(
    ctx: typer.Context,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Its name or code.")],
    length: Annotated[
        int | None, typer.Option(metavar="LENGTH", min=1, max=30, help="A larger block than its level has.")
    ] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also a site that lies well where it is.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Give a site, and all below it, new addresses in the block of its present parent.

    For a site that came from another parent, that a merge gave another's block, or that outgrew its own. Its
    devices must be deployed anew; the old block stays reserved until it is freed. One that lies well is left alone.
    """
    context: Context = ctx.obj
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.addresses.renumber import renumbered

    found = renumbered(read_files(context.directory), site, length, anyway=anyway)
    _write(context, found, dry_run)
    for key, prefix in found.added.items():
        old = found.freed.get(key) or text("new")
        context.say("{code} {old} -> {new}", code=_called(found, key), old=old, new=prefix)
    if not found.added:
        context.say("{site} lies well where it is: nothing to do", site=site)
    context.say("would renumber: {count}" if dry_run else "renumbered: {count}", count=len(found.added))
    context.emit(_data(found, dry_run))


@app.command("list")
def list_prefixes(
    ctx: typer.Context,
    under: Annotated[str | None, typer.Option(metavar="SITE", help="Only the site and those below it.")] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help=KIND_HELP)] = "block",
) -> None:
    """List prefixes of one kind with their owners; for blocks, how much of each is given out to sites below."""
    context: Context = ctx.obj
    from jbnet.cli.address_tables import KINDS, list_lines, listed
    from jbnet.cli.show import find_site

    if kind not in KINDS:
        hint = text("one of {values}", values=", ".join(KINDS))
        raise UsageError("there is no kind of prefix {kind}", hint=hint, kind=kind)
    network, declared = _load(context)
    rows = listed(network, declared, kind, find_site(network, under) if under else None)
    for line in list_lines(context, rows, kind):
        context.say("{line}", line=line)
    context.emit({"kind": kind, "prefixes": rows})


@app.command()
def why(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="ADDRESS|PREFIX|NAME", help="Or the name of a device, circuit or site.")
    ],
) -> None:
    """Say whose an address is and by which rule, from the supernet down; for a free one, what comes next there."""
    context: Context = ctx.obj
    from jbnet.cli.address_tables import summary_lines, why_lines
    from jbnet.inventory.addresses.why import why as answers

    network, declared = _load(context)
    found = answers(network, declared, name)
    lines = why_lines(context, found[0]) if len(found) == 1 else summary_lines(context, found)
    for line in lines:
        context.say("{line}", line=line)
    data = [
        {
            "asked": answer.asked,
            "free": answer.free,
            "verdict": context.tr(answer.verdict),
            "inside": answer.inside,
            "chain": [
                {
                    "prefix": str(use.prefix), "kind": use.kind.value, "owner": use.owner, "home": use.home,
                    "rule": context.tr(use.rule), "place": str(use.place) if use.place else None,
                }
                for use in answer.chain
            ],
        }
        for answer in found
    ]  # fmt: skip
    context.emit({"answers": data})


def _load(context: Context) -> tuple[Network, Declaration]:
    """Return the whole network, and the declaration with the places of what it says."""
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.addresses.why import declared_plan
    from jbnet.wiring import load_network

    network = load_network(context.directory, context.state_dir, whole=True)
    return network, declared_plan(read_files(context.directory))


def _write(context: Context, found: Allocation, dry_run: bool) -> None:
    """Write the record before anything is said: who reads only the first lines closes the pipe."""
    from jbnet.adapters.workspace import write_file
    from jbnet.inventory.addresses.changes import FILE

    if not dry_run and (found.added or found.freed or found.rekeyed):
        write_file(context.directory, FILE, found.content)


def _called(found: Allocation, key: str) -> str:
    """Return a recorded key with the name of its site or partner, where one is declared."""
    return f"{key} {found.names[key]}" if key in found.names else key


def _data(found: Allocation, dry_run: bool) -> dict[str, object]:
    return {
        "added": {key: str(prefix) for key, prefix in found.added.items()},
        "freed": {key: str(prefix) for key, prefix in found.freed.items()},
        "rekeyed": dict(found.rekeyed),
        "names": dict(found.names),
        "written": not dry_run,
    }
