"""``jbnet databases``: set the declared databases up, and measure from a client's own record what was lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jbnet.cli.context import Context

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The databases: set up, measured from outside.")


@app.command("set-up")
def set_up(ctx: typer.Context) -> None:
    """Set up leaders, standbys and replication by playbook; announce the service addresses. May be repeated."""
    from jbnet import wiring
    from jbnet.cli.vantage import enter

    context: Context = ctx.obj
    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    result = wiring.set_up_databases(context.directory, context.state_dir)
    context.say(
        "{count} databases are set up: {changed} tasks changed something",
        count=len(network.databases),
        changed=len(result.changed),
    )
    context.emit({"changed": result.changed, "seconds": round(result.seconds, 2)})


@app.command()
def measure(
    ctx: typer.Context,
    record: Annotated[Path, typer.Option(metavar="FILE", help="The record that the client wrote.")],
    client: Annotated[str, typer.Option(metavar="NAME", help="The client's name in its rows.")],
    since: Annotated[float | None, typer.Option(help="Outages from this moment of the client's clock on.")] = None,
) -> None:
    """Measure time without writes and lost transactions by a client's own record and what the databases hold."""
    from jbnet import wiring
    from jbnet.cli.vantage import enter
    from jbnet.recovery.measure import measure as arithmetic
    from jbnet.recovery.measure import parse_record
    from jbnet.services.databases import present_ids

    context: Context = ctx.obj
    enter(context, wiring.recovery_plan(context.directory).run_from)
    events, unreadable = parse_record(record.read_text(encoding="utf-8"))
    network = wiring.load_network(context.directory, context.state_dir)
    servers = wiring.database_servers(context.state_dir, network)
    present = {name: present_ids(servers, network, name, client) for name in network.databases}
    found = arithmetic(events, present, since=since, unreadable=unreadable)
    for name, seen in found.databases.items():
        context.say(
            "{database}: {seconds} s without writes, {lost} of {acknowledged} acknowledged transactions lost",
            database=name,
            seconds="-" if seen.rto_s is None else f"{seen.rto_s:.2f}",
            lost=seen.lost,
            acknowledged=seen.acknowledged,
        )
    context.emit(
        {
            "client": client,
            "unreadable": unreadable,
            "databases": {
                name: {
                    "rto_s": seen.rto_s,
                    "rpo_s": seen.rpo_s,
                    "longest_gap_s": seen.longest_gap_s,
                    "sent": seen.sent,
                    "acknowledged": seen.acknowledged,
                    "failed": seen.failed,
                    "unsure": seen.unsure,
                    "lost": seen.lost,
                    "lost_ids": seen.lost_ids,
                }
                for name, seen in found.databases.items()
            },
        }
    )
