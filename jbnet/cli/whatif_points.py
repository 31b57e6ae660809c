"""What ``jbnet whatif --single-points`` prints: what must not fail, whom it cuts off, and the cheapest mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.whatif_show import KINDS, OTHERS, others_cut, say_planned, sites_cut
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.topology.forecast import Forecaster
    from jbnet.topology.mends import Mend
    from jbnet.topology.single import Group, Point


def show_points(context: Context, forecaster: Forecaster, top: int) -> None:
    """Print the single points of failure."""
    from jbnet.cli.progress import steps
    from jbnet.topology.single import ASKED, single_points

    with steps(context, len(ASKED)) as begin:
        points, groups = single_points(forecaster, begin=lambda kind: begin(context.tr(KINDS[kind])))
    context.emit({"points": [_as_data(point) for point in points], "groups": [asdict(group) for group in groups]})
    if context.json:
        return
    if points:
        _table(context, points[:top])
    if len(points) > top:
        context.say("{count} more: --top {all}, or --json", count=len(points) - top, all=len(points))
    for group in groups:
        _group(context, group)
    if not points and not groups:
        context.say("there is no single point of failure")


def _as_data(point: Point) -> dict[str, object]:
    return {
        "kind": point.kind,
        "name": point.name,
        "cut_off": list(point.forecast.cut_off),
        "planned": list(point.forecast.planned),
        "others": list(point.forecast.others),
        "premises": list(point.forecast.premises),
        "tops": list(point.tops),
        "own": point.own,
        "mends": [asdict(mend) for mend in point.mends],
        "mended": point.is_mended,
    }


def _table(context: Context, points: Sequence[Point]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column(context.tr("single point"), overflow="fold", max_width=26)
    table.add_column(context.tr("sites cut off"), justify="right", no_wrap=True)
    table.add_column(context.tr("others"), justify="right", no_wrap=True)
    table.add_column(context.tr("cheapest mend"), overflow="fold", max_width=38)
    for point in points:
        kind = context.tr(KINDS[point.kind])
        others = str(others_cut(point.forecast) or "")
        table.add_row(f"{kind} {point.name}", sites_cut(point.forecast), others, _mends(context, point))
    context.out.print(table)
    say_planned(context, [point.forecast for point in points])
    context.say(OTHERS)
    if any(point.mends and not point.is_mended for point in points):
        context.say("in part: some of those cut off stay so, no line of ours would help them")


def _mends(context: Context, point: Point) -> str:
    """Return the mend, marked where it helps only some of those cut off."""
    if not point.mends:
        return context.tr("no line to another device of ours would help")
    mend = _added(context, point)
    return mend if point.is_mended else context.tr("in part: {mend}", mend=mend)


def _added(context: Context, point: Point) -> str:
    """Return the one line to add, or how many, and what they cost together."""
    if len(point.mends) == 1:
        return _line(context, point.mends[0])
    known = [mend.monthly_cost for mend in point.mends if mend.monthly_cost is not None]
    named = ", ".join(mend.home for mend in point.mends[:3]) + ("…" if len(point.mends) > 3 else "")
    if not known:
        return context.tr("{count} lines ({homes})", count=len(point.mends), homes=named)
    all_priced = text(
        "{count} lines ({homes}), {cost} yuan a month", count=len(point.mends), homes=named, cost=sum(known)
    )
    some = text(
        "{count} lines ({homes}), from {cost} yuan a month", count=len(point.mends), homes=named, cost=sum(known)
    )
    return context.tr(all_priced if len(known) == len(point.mends) else some)


def _line(context: Context, mend: Mend) -> str:
    where = f"{mend.device} → {mend.to}"
    if mend.monthly_cost is None:
        return context.tr("a line {where}", where=where)
    return context.tr(
        "{where}, {carrier} {bandwidth} Mbit/s, {cost} yuan a month",
        where=where,
        carrier=mend.carrier,
        bandwidth=mend.bandwidth,
        cost=mend.monthly_cost,
    )


def _group(context: Context, group: Group) -> None:
    parts = [f"{context.tr(LEVELS[level])} {count}" for level, count in group.levels.items()]
    if elsewhere := len(group.names) - sum(group.levels.values()):
        parts.append(f"{context.tr('location')} {elsewhere}")
    levels = ", ".join(parts)
    if group.kind == "device":
        context.say("one router only ({count}): {levels}", count=len(group.names), levels=levels)
    else:
        context.say("one static line only ({count}): {levels}", count=len(group.names), levels=levels)


LEVELS = {
    "province": text("province"),
    "prefecture": text("prefecture"),
    "county": text("county"),
    "township": text("township"),
    "community": text("community"),
}
