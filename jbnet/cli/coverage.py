"""``jbnet coverage``: how far the network has come, against the plan's targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jbnet.cli.columns import hanging
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jbnet.cli.context import Context
    from jbnet.inventory.coverage import Axis, Row, Stage
    from jbnet.inventory.register import Register
    from jbnet.inventory.targets import Target, Targets
    from jbnet.model.network import Network

WIDTH = 80


def command(
    ctx: typer.Context,
    by: Annotated[
        str, typer.Option("--by", metavar="AXES", help="level, phase, prefecture, or several with commas.")
    ] = "level",
    missing: Annotated[
        bool, typer.Option("--missing", help="Instead: where the register and the declaration differ.")
    ] = False,
    require: Annotated[
        str | None, typer.Option("--require", metavar="STAGE=N%", help="Exit code 1 where a target is missed.")
    ] = None,
) -> None:
    """Count sites registered, planned, active, deployed and alive, against the plan's targets.

    Each stage includes those after it. What is not known is said, never counted as zero.
    """
    from jbnet import wiring
    from jbnet.inventory.coverage import coverage

    context: Context = ctx.obj
    axes, wanted = _axes(by), _requirement(require)
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    targets = wiring.load_targets(context.directory, network)
    register = wiring.load_register(context.directory, targets)
    if missing:
        _show_missing(context, network, register)
        return
    gathered = wiring.gather_evidence(context.state_dir)
    rows = coverage(network, targets, gathered.evidence, register, axes)
    short = _short_of(coverage(network, targets, gathered.evidence, register, _axes("level")), wanted)
    data = {
        "by": [axis.value for axis in axes],
        "as_of": gathered.as_of.isoformat() if gathered.as_of else None,
        "unknown": [context.tr(reason) for reason in gathered.reasons],
        "rows": [_as_data(row) for row in rows],
        "short": short,
    }
    context.emit(data, ok=not short)
    if not context.json:
        _print(context, network, targets, rows, gathered.reasons)
        for line in short:
            context.say("short of the target: {line}", line=context.tr(text(line["row"])) + f" {line['shown']}")
    if short:
        raise typer.Exit(1)


def _axes(by: str) -> tuple[Axis, ...]:
    from jbnet.inventory.coverage import Axis

    names = [name.strip() for name in by.split(",")]
    known = [axis.value for axis in Axis]
    wrong = next((name for name in names if name not in known or names.count(name) > 1), None)
    if wrong is not None:
        hint = text("choose from {known}, each once", known=", ".join(known))
        raise UsageError("coverage cannot be counted by {name}", name=repr(wrong), hint=hint)
    return tuple(Axis(name) for name in names)


def _requirement(said: str | None) -> tuple[Stage, float] | None:
    from jbnet.inventory.coverage import Stage

    if said is None:
        return None
    found = re.fullmatch(r"([a-z]+)=(\d{1,3}(?:\.\d+)?)%?", said)
    if found is None or found[1] not in [stage.value for stage in Stage]:
        hint = text("write STAGE=N%, for example active=100%; stages are {stages}", stages=", ".join(Stage))
        raise UsageError("the requirement {said} cannot be read", said=repr(said), hint=hint)
    return Stage(found[1]), float(found[2])


def _short_of(rows: Sequence[Row], wanted: tuple[Stage, float] | None) -> list[dict[str, str]]:
    """Return the levels that do not certainly reach what is required; unknown is not enough."""
    if wanted is None:
        return []
    if not any(row.target for row in rows):
        raise UsageError("there are no targets to measure against", hint=text("write them in topology/targets.yaml"))
    stage, percent = wanted
    short = []
    for row in rows:
        reached = row.percent(stage)
        if row.target and (reached is None or reached < percent):
            (level,) = row.key.values()
            short.append({"row": level, "shown": f"{_cell(row, stage)} / {row.wanted}"})
    return short


def _as_data(row: Row) -> dict[str, Any]:
    remark = row.target.remark if row.target else ""
    return {
        "key": {axis.value: value for axis, value in row.key.items()},
        "target": row.wanted,
        "remark": remark or None,
        "divisions": row.divisions,
        **{stage.value: {"sites": c.sites, "unknown": c.unknown} for stage, c in row.counts.items()},
    }


def _cell(row: Row, stage: Stage) -> str:
    """Return a count as it is shown: ``?`` where nothing is known, ``≥ 3`` where some sites are not known."""
    count = row.counts[stage]
    if not count.unknown:
        return str(count.sites)
    return f"≥ {count.sites}" if count.sites else "?"


HEADINGS: tuple[Text, ...] = (
    text("Target"),
    text("Divisions"),
    text("Registered"),
    text("Planned"),
    text("Active"),
    text("Deployed"),
    text("Alive"),
    text("Reached"),
)


def _print(context: Context, network: Network, targets: Targets, rows: Sequence[Row], reasons: Iterable[Text]) -> None:
    from jbnet.inventory.coverage import Stage

    chinese = context.lang == "zh"
    plan = targets.plan_zh if chinese and targets.plan_zh else targets.plan
    name = network.name_zh if chinese else network.name
    context.say("{name}: coverage against {plan}", name=name, plan=plan) if plan else context.say("{name}", name=name)
    marks: list[Target] = []
    table = [["", *(context.tr(heading) for heading in HEADINGS)]]
    for row in rows:
        reached = row.percent(Stage.ACTIVE)
        cells = [_cell(row, stage) for stage in Stage]
        percent = f"{reached:.0f}%" if reached is not None else "-"
        table.append([_label(context, network, row), _wanted(row, marks), _number(row.divisions), *cells, percent])
    _print_table(context, table)
    for number, target in enumerate(marks, 1):
        remark = target.remark_zh if chinese and target.remark_zh else target.remark
        for line in hanging(f"[{number}] {remark}", 4):
            context.say("{line}", line=line)
    for reason in reasons:
        context.say(reason)


def _label(context: Context, network: Network, row: Row) -> str:
    """Return what the row is about in words."""
    from jbnet.inventory.coverage import Axis

    words = []
    for axis, value in row.key.items():
        if axis is Axis.PREFECTURE:
            words.append(_place(context, network, value))
        elif axis is Axis.PHASE:
            words.append(context.tr("phase {number}", number=value))
        else:
            words.append(context.tr(text(value)))
    return " ".join(words) if words else context.tr("together")


def _place(context: Context, network: Network, value: str) -> str:
    """Return a prefecture's name; the province among them is its own offices, not all that lies in it."""
    from jbnet.model.levels import Level

    site = network.sites[value]
    name = site.name_zh if context.lang == "zh" else value
    return name if site.level is Level.PREFECTURE else context.tr("{name} itself", name=name)


def _wanted(row: Row, marks: list[Target]) -> str:
    if row.target is not None and row.target.remark:
        marks.append(row.target)
        return f"{row.wanted}[{len(marks)}]"
    return _number(row.wanted)


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)


def _print_table(context: Context, table: Sequence[Sequence[str]]) -> None:
    """Print columns as wide as needed, the first to the left, figures to the right; no column of dashes alone."""
    from rich.cells import cell_len

    told = [n for n in range(len(table[0])) if not n or any(line[n] != "-" for line in table[1:])]
    table = [[line[n] for n in told] for line in table]
    widths = [max(cell_len(line[column]) for line in table) for column in range(len(table[0]))]
    gap = 2 if sum(widths) + 2 * len(widths) <= WIDTH else 1
    for line in table:
        first, *rest = (" " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        figures = (space + cell for space, cell in zip(rest, line[1:], strict=True))
        context.out.print((" " * gap).join([line[0] + first, *figures]).rstrip(), markup=False)


def _show_missing(context: Context, network: Network, register: Register | None) -> None:
    """List what only the register has, and what only the declaration has; exit code 1 when there is any."""
    if register is None:
        hint = text("name the CSV file with register: in topology/targets.yaml")
        raise UsageError("there is no register of divisions to compare with", hint=hint)
    undeclared, unlisted = register.undeclared(network), register.unlisted(network)
    same = not undeclared and not unlisted
    data = {
        "undeclared": [{"code": d.code, "level": d.level.value, "name_zh": d.name_zh} for d in undeclared],
        "unlisted": [{"code": s.code, "level": s.level.value, "name": s.name, "name_zh": s.name_zh} for s in unlisted],
    }
    context.emit(data, ok=same)
    context.say("in the register and not declared: {count}", count=len(undeclared))
    for division in undeclared:
        context.say("{line}", line=f"  {division.code} {context.tr(text(division.level.value))} {division.name_zh}")
    context.say("declared and not in the register: {count}", count=len(unlisted))
    for site in unlisted:
        context.say("{line}", line=f"  {site.code} {context.tr(text(site.level.value))} {site.name} {site.name_zh}")
    if not same:
        raise typer.Exit(1)
