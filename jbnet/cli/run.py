"""``jbnet run``: one command on many devices."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan import print_unasked
from jbnet.cli.printing import echo
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context
    from jbnet.model.network import Device, Network
    from jbnet.services.run import Order, Ran
    from jbnet.services.run_answer import Answer

FEW = 20
"""Devices that are named before a writing command goes out."""


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND", help="What to type, as it is, behind --.")],
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, with every column.")] = False,
    columns: Annotated[str, typer.Option("--columns", metavar="NAMES", help="These columns: a,b,c.")] = "",
    as_text: Annotated[bool, typer.Option("--text", help="As the devices print it; no tables.")] = False,
    seconds: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, max=60, help="Each device's deadline.")
    ] = 30.0,
    write: Annotated[bool, typer.Option("--write", help="Send it although it may change something.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --write: do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would be asked; ask nobody.")] = False,
) -> None:
    """Type one command on every selected device at once and show the answers: as a table where one can be made.

    Exit codes: 0 all answered; 3 some did not; 4 the command may change something, or a rule forbade it.
    """
    from jbnet import wiring
    from jbnet.cli.progress import Counting
    from jbnet.cli.vantage import enter
    from jbnet.services.run import Order, check, run

    context: Context = ctx.obj
    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    order = Order(_devices(context, network, selector), " ".join(words), write=write, as_text=as_text, seconds=seconds)
    changes = check(order)
    if dry_run:
        _tell(context, order, changes)
        return
    if changes and not yes:
        _ask(context, order)
    ran = run(
        order, wiring.run_ways(context.directory, context.state_dir, network, Counting(context, len(order.devices)))
    )
    _show(context, order, ran, csv=csv, columns=columns)
    _leave(ran)


def _devices(context: Context, network: Network, selector: str) -> tuple[Device, ...]:
    """Return the selected devices of ours, and say how many others were selected."""
    from jbnet.inventory.select import select
    from jbnet.services.deploy.plan import managed

    selected = select(network, selector)
    devices = managed(network, selected)
    if devices and len(devices) < len(selected):
        context.note("left out, because they are servers or not ours: {count}", count=len(selected) - len(devices))
    return devices


def _ask(context: Context, order: Order) -> None:
    """Show what would be sent to whom, and ask; where nobody can be asked it is refused."""
    from jbnet.model.errors import Refused
    from jbnet.model.text import text

    if not sys.stdin.isatty() or context.json:
        raise Refused("not sent: nobody can be asked here whether {count} devices shall get it",
                      count=len(order.devices), hint=text("--dry-run shows them, --yes sends it"))  # fmt: skip
    names = [device.name for device in order.devices]
    context.note("{command}", command=order.command)
    context.note("goes to {count} devices: {devices}", count=len(names),
                 devices=", ".join(names[:FEW]) + (", ..." if len(names) > FEW else ""))  # fmt: skip
    if not typer.confirm(context.tr("send it?"), err=True):
        raise typer.Exit(ExitCode.REFUSED)


def _tell(context: Context, order: Order, changes: bool) -> None:
    names = [device.name for device in order.devices]
    context.emit({"command": order.command, "writes": changes, "devices": names})
    for name in names:
        context.say("{device}", device=name)
    context.say("devices that would be asked: {count}", count=len(names))


def _show(context: Context, order: Order, ran: Ran, *, csv: bool, columns: str) -> None:
    answers = list(ran.answers.values())
    context.emit(_data(order, ran), ok=not ran.failures)
    if context.json:
        return
    if csv:
        _print_csv(answers, columns)
    else:
        _print(context, answers, columns, order.command)
    _print_failures(context, ran, aside=csv)


def _print_csv(answers: Sequence[Answer], columns: str) -> None:
    from jbnet.cli.run_table import sheet
    from jbnet.inventory.exchange.csv_cells import write

    sys.stdout.write(write(sheet(answers, columns)))


def _print(context: Context, answers: Sequence[Answer], columns: str, command: str) -> None:
    """Print one table a template, then the texts, and say of each which it is."""
    groups: dict[tuple[str, str | None], list[Answer]] = {}
    for answer in answers:
        groups.setdefault((answer.form.value, answer.template), []).append(answer)
    for (form, template), several in groups.items():
        if form == "text":
            _print_texts(context, several)
        else:
            _print_table(context, several, columns, command)
            _print_source(context, template, len(several))


def _print_table(context: Context, answers: Sequence[Answer], columns: str, command: str) -> None:
    from jbnet.cli.columns import hanging
    from jbnet.cli.run_table import by_worth, chosen, layout, names_of

    if not any(answer.records for answer in answers):
        return
    found = layout(answers, chosen(columns, answers) if columns else by_worth(answers, command))
    for line in found.lines:
        echo(line)
    hidden = found.left_out if columns else tuple(name for name in names_of(answers) if name not in found.shown)
    if hidden:
        said = context.tr("columns not shown (--columns, --csv): {names}", names=", ".join(hidden))
        echo("\n".join(hanging(said, 2)))


def _print_source(context: Context, template: str | None, count: int) -> None:
    if template is None:
        context.say("from the devices' own JSON: {count} devices", count=count)
    else:
        context.say("read by the template {name}: {count} devices", name=template, count=count)


def _print_texts(context: Context, answers: Sequence[Answer]) -> None:
    for answer in answers:
        echo(f"{answer.device}:")
        for line in answer.said.splitlines():
            echo(f"  {line}")
    context.say("text as printed, read by no template: {count} devices", count=len(answers))


def _print_failures(context: Context, ran: Ran, *, aside: bool) -> None:
    """Print who did not answer, and why; ``aside``: on stderr, since stdout is a table for programs."""
    from jbnet.services.run import State

    tell = context.note if aside else context.say
    asked = (State.UNKNOWN, State.DECLINED)
    others = {name: f.reason for name, f in ran.failures.items() if f.state not in asked}
    if aside:
        for reason in others.values():
            tell("could not be asked: {reason}", reason=reason)
    else:
        print_unasked(context, others)
    for name, failure in ran.failures.items():
        if failure.state is State.DECLINED:
            tell(failure.reason)
        elif failure.state is State.UNKNOWN:
            tell("{device}: it was sent and no answer came: nobody knows whether it took effect", device=name)


def _data(order: Order, ran: Ran) -> dict[str, object]:
    return {
        "command": order.command,
        "answers": [_json(answer) for answer in ran.answers.values()],
        "failures": {n: {"state": f.state.value, "reason": str(f.reason)} for n, f in ran.failures.items()},
    }


def _json(answer: Answer) -> dict[str, object]:
    found: dict[str, object] = {"device": answer.device, "form": answer.form.value, "template": answer.template}
    if answer.form.value == "text":
        return {**found, "text": answer.said}
    value = {"value": answer.value} if answer.form.value == "json" else {}
    return {**found, "records": list(answer.records), **value}


def _leave(ran: Ran) -> None:
    if ran.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if ran.failures:
        raise typer.Exit(ExitCode.REFUSED if ran.refused else ExitCode.FAILED)
