"""What ``jbnet whatif`` prints: one failure in words, every failure of a kind as a table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.names import Names, names_of
from jbnet.model.errors import AnswerIsNo, ExitCode, UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.topology.each import Row
    from jbnet.topology.forecast import Forecast, Forecaster
    from jbnet.topology.graph import FailureSet
    from jbnet.topology.load import Overload
    from jbnet.topology.redundancy import Ways

WIDTH = 80
SHOWN = 12
"""Names on one line; ``--json`` has all of them."""
OTHERS = text("others: locations, peers and offices")


def show_failure(context: Context, forecaster: Forecaster, failure: FailureSet) -> None:
    """Print what one failure means."""
    found, ways = forecaster.of(failure), forecaster.ways_left(failure)
    context.emit(as_data(found) | {"degraded": [w.home for w in ways], "ways": [asdict(w) for w in ways]})
    if context.json:
        return
    if found.seen_from is not None:
        context.say("the core is gone as a whole: cut off means from {host}", host=found.seen_from)
    if not found.cut_off:
        context.say("sites cut off: none")
    called = names_of(forecaster.network, context.tr)
    lines = [
        _names(context, "sites cut off ({count}): {names}", called.briefly(found.cut_off), found.cut_off),
        _names(context, "not in use yet, and without a way ({count}): {names}", list(map(called.place, found.planned))),
        _names(context, "locations and peers cut off ({count}): {names}", list(map(called.place, found.others))),
        _names(context, "offices cut off ({count}): {names}", list(map(called.office, found.premises))),
        _names(context, "on the backup line ({count}): {names}", list(map(called.place, found.on_backup))),
        _names(context, "fewer ways to the core ({count}): {names}", _in_ways(ways), ways),
        _names(
            context, "services, with the number of sites ({count}): {names}", _services(found, called), found.services
        ),
        _names(context, "overloaded circuits ({count}): {names}", _loads(context, found.overloads), found.overloads),
    ]
    if not any(lines):
        context.say("nobody is touched")
    if forecaster.loads is None:
        context.note("loads are not computed: no site declares a demand, and no --demand was given")


def show_each(context: Context, forecaster: Forecaster, kind: str, top: int) -> None:
    """Print every single failure of a kind, the worst first."""
    from jbnet.topology.each import rows, worst_first

    found = worst_first(rows(forecaster, kind))
    context.emit([{"kind": row.kind, "name": row.name, **as_data(row.forecast)} for row in found])
    if context.json:
        return
    felt = [row for row in found if row.forecast.devices or row.forecast.on_backup or any(row.forecast.weight)]
    if felt:
        _table(context, kind, felt[:top])
    if len(felt) > top:
        context.say("{count} more do no more harm: --top {all}, or --json", count=len(felt) - top, all=len(felt))
    context.say("{count} of {all} would be felt by nobody", count=len(found) - len(felt), all=len(found))


def show_disjoint(context: Context, network: Network, starts: list[str], goal: str, failure: FailureSet | None) -> None:
    """Print routes from each start to a device that share nothing. Raises AnswerIsNo where there are none."""
    from jbnet.topology.disjoint import disjoint

    if not starts:
        hint = text("for example: --from {noc}", noc=network.noc or "DEVICE")
        raise UsageError("say where the routes begin: --from, once or more", hint=hint)
    routes = disjoint(network, starts, goal, failure=failure)
    context.emit([{**asdict(route), "srlgs": sorted(route.srlgs)} for route in routes], ok=bool(routes))
    for start, route in zip(starts, routes, strict=False):
        _say_list(
            context, context.tr("from {start}: {circuits}", start=start, circuits=", ".join(route.circuits) or "-")
        )
    if not routes and context.json:
        raise SystemExit(ExitCode.NO)
    if not routes:
        raise AnswerIsNo("there are no routes to {goal} that share nothing", goal=goal)


def as_data(found: Forecast) -> dict[str, object]:
    """Return a forecast as ``--json`` shows it."""
    return asdict(found)


def _table(context: Context, kind: str, rows: Sequence[Row]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(context.tr(KINDS.get(kind, Text(kind))), overflow="fold", max_width=32)
    heads = (text("sites cut off"), text("others"), text("services lost"), text("on backup"), text("overload"))
    for head in heads:
        table.add_column(context.tr(head), justify="right", no_wrap=True)
    for row in rows:
        found = row.forecast
        worst = f"{found.overloads[0].percent}%" if found.overloads else ""
        numbers = (others_cut(found), found.weight[0], len(found.on_backup))
        table.add_row(row.name, sites_cut(found), *(str(number or "") for number in numbers), worst)
    context.out.print(table)
    say_planned(context, [row.forecast for row in rows])
    context.say(OTHERS)
    context.say("services lost: for every service the sites that lose it, summed")


def _names(context: Context, template: str, names: Sequence[str], counted: Collection[object] | None = None) -> bool:
    """Print one line of names, the first of them where they are many."""
    if names:
        shown = list(names[:SHOWN])
        if len(names) > SHOWN:
            shown.append(context.tr("{count} more", count=len(names) - SHOWN))
        count = len(names if counted is None else counted)
        _say_list(context, context.tr(template, count=count, names=", ".join(shown)))
    return bool(names)


def _say_list(context: Context, said: str) -> None:
    """Print a list in lines of at most 80 columns, broken after its commas; what goes on is indented."""
    from jbnet.cli.columns import listing

    context.out.print("\n".join(listing(said, 2, WIDTH)), markup=False)


def sites_cut(found: Forecast) -> str:
    """Return the number of sites cut off as a table shows it, with those that are not in use yet beside it."""
    planned = f" +{len(found.planned)}" if found.planned else ""
    return f"{len(found.cut_off) or ''}{planned}".strip()


def others_cut(found: Forecast) -> int:
    """Return the number of those cut off that are no sites."""
    return len(found.others) + len(found.premises)


def say_planned(context: Context, found: Sequence[Forecast]) -> None:
    """Say what the number behind a plus is, where there is one."""
    if any(forecast.planned for forecast in found):
        context.say("+: sites that are not in use yet")


def _in_ways(ways: Sequence[Ways]) -> list[str]:
    return [f"{way.home} ({way.before}→{way.after})" for way in ways]


def _services(found: Forecast, names: Names) -> list[str]:
    return [f"{names.service(service.name)} ({service.sites})" for service in found.services]


def _loads(context: Context, overloads: Sequence[Overload]) -> list[str]:
    return [
        context.tr(
            "{circuit} {load} of {bandwidth} Mbit/s ({percent}%)",
            circuit=over.circuit,
            load=f"{over.load:g}",
            bandwidth=over.bandwidth,
            percent=over.percent,
        )
        for over in overloads
    ]


KINDS: Mapping[str, Text] = {
    "circuit": text("circuit"),
    "silent": text("silent circuit"),
    "device": text("device"),
    "site": text("site"),
    "location": text("location"),
    "peer": text("peer"),
    "srlg": text("shared risk"),
    "carrier": text("carrier"),
    "underlay": text("underlay"),
    "line": text("leased line"),
    "premises": text("office"),
}
