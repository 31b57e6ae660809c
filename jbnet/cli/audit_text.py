"""An audit as text of 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, hanging, pad
from jbnet.cli.times import both
from jbnet.model.text import Text, text
from jbnet.standards.audit import FIVE, Counts, total
from jbnet.standards.model import Outcome

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Device
    from jbnet.standards.audit import Audit
    from jbnet.standards.model import Judgement

SHORT = 12
SITES = 40
"""Sites that a table lists: a list of a thousand is not read."""
NAMED = 4
"""Devices that a control names."""
LINES = 4
"""Lines of evidence that a finding shows."""
ORIGINS = {
    "device": text("as the devices run it"),
    "backup": text("as last backed up"),
    "rendered": text("as it would be rendered; no device was asked"),
}


def heading(context: Context, found: Audit) -> Iterator[str]:
    """Yield what was looked at, when, by which declaration."""
    tr = context.tr
    yield from hanging(
        tr("audit of {scope}: {devices} devices at {homes} sites and locations", scope=found.scope,
           devices=len(found.devices), homes=len(found.homes)), 4)  # fmt: skip
    yield from hanging(f"{both(found.time)}, {tr(ORIGINS[found.origin.value])}", 4)
    yield from hanging(tr(revision(found)), 4)
    if found.left_out:
        yield from hanging(tr("not ours, so not asked: {names}", names=_some(context, found.left_out)), 4)


def revision(found: Audit) -> Text:
    """Return which declaration it was made with."""
    short = found.workspace.fingerprint[:SHORT]
    if found.workspace.commit is None:
        return text("declaration SHA-256 {hash}, under no version control", hash=short)
    commit = found.workspace.commit[:SHORT]
    if found.workspace.changed:
        return text("declaration {commit} with uncommitted changes, SHA-256 {hash}", commit=commit, hash=short)
    return text("declaration {commit}, SHA-256 {hash}", commit=commit, hash=short)


def by_aspect(context: Context, found: Audit) -> Iterator[str]:
    """Yield a line for each aspect with the number of each outcome."""
    titles = [context.tr(outcome.value) for outcome in Outcome]
    names = {aspect: context.tr(aspect.value) for aspect in found.by_aspect}
    yield _row(context.tr("aspect"), titles, titles)
    for aspect, counts in found.by_aspect.items():
        yield _row(names[aspect], titles, _numbers(counts))
    yield _row(context.tr("all"), titles, _numbers(total(found.by_aspect.values())))


def by_site(context: Context, found: Audit) -> Iterator[str]:
    """Yield a line for each site with what is violated and what is not shown, in each aspect."""
    titles = [context.tr(aspect.value) for aspect in FIVE]
    yield from hanging(context.tr("violated / not shown, by site and aspect"), 4)
    yield _row(context.tr("site"), titles, titles, first=28)
    order = sorted(found.by_home, key=lambda home: -total(found.by_home[home].values())[Outcome.VIOLATED])
    for home in order[:SITES]:
        counts = found.by_home[home]
        shown = [_open(counts[aspect]) if aspect in counts else "-" for aspect in FIVE]
        yield _row(found.home_name(home, context.lang), titles, shown, first=28)
    if len(order) > SITES:
        yield context.tr("{count} more sites with as much or less (--csv, --html)", count=len(order) - SITES)


def _open(counts: Counts) -> str:
    return f"{counts[Outcome.VIOLATED]} / {counts[Outcome.NOT_SHOWN]}"


def by_control(context: Context, found: Audit) -> Iterator[str]:
    """Yield each control that is violated somewhere, with the devices and how it is mended."""
    tr = context.tr
    broken = found.of(Outcome.VIOLATED)
    for rule in found.rules:
        names = [one.subject for one in broken if one.rule is rule]
        if not names:
            continue
        counts = {"count": len(names), "all": total([found.by_rule[rule.id]]).total()}
        said = tr("violated by {count} of {all}", **counts)
        head = f"{rule.id} {tr(rule.severity.value)}: {rule.title.text(context.lang)} [{rule.citation}]; {said}"
        yield from hanging(head, 4)
        yield from hanging(f"    {_some(context, names)}", 4)
        if rule.mend:
            yield from hanging(f"    {tr('to mend it: {mend}', mend=rule.mend.text(context.lang))}", 6)


def details(context: Context, found: Audit) -> Iterator[str]:
    """Yield the findings of each device, with the lines that show them."""
    for device in found.devices:
        wrong = [one for one in found.of_device(device.name) if one.outcome in (Outcome.VIOLATED, Outcome.WAIVED)]
        if wrong and device.name not in found.unasked:
            yield from _device(context, found, device, wrong)


def _device(context: Context, found: Audit, device: Device, wrong: Sequence[Judgement]) -> Iterator[str]:
    yield ""
    yield f"{device.name} ({found.home_name(device.home, context.lang)}, {device.platform})"
    for one in wrong:
        severity = one.rule.severity.value if one.outcome is Outcome.VIOLATED else one.outcome.value
        yield from hanging(f"  {one.rule.id} {context.tr(severity)}: {context.tr(one.text)}", 6)
        if one.waiver is not None:
            said = context.tr("waived until {until} by {who}: {reason}", until=one.waiver.until.isoformat(),
                              who=one.waiver.who, reason=one.waiver.reason)  # fmt: skip
            yield from hanging(f"      {said}", 8)
        for place in one.related[:LINES]:
            yield from hanging(f"      {place.file}:{place.line}  {found.line(device.name, place)}", 8)
        if len(one.related) > LINES:
            yield f"      {context.tr('lines more: {count}', count=len(one.related) - LINES)}"


def unshown(context: Context, found: Audit) -> Iterator[str]:
    """Yield what could not be shown, and why."""
    if found.unshown:
        yield from hanging(context.tr("not shown, and so not passed:"), 4)
    for one in found.unshown:
        yield from hanging(f"  {one.rule.id} {context.tr(one.reason)} ({_some(context, one.devices)})", 6)
    yield from hanging(
        context.tr("controls of which configurations show nothing: {count} (see --html)", count=len(found.beyond)),
        4,
    )


def conclusion(context: Context, found: Audit) -> list[str]:
    """Return the sum of it."""
    counts = total(found.by_aspect.values())
    errors = sum(one.rule.severity == "error" for one in found.of(Outcome.VIOLATED))
    said = context.tr(
        "fulfilled: {fulfilled}; violated: {errors} errors, {others} others; waived: {waived}; not shown: {unknown}; "
        "not applicable: {none}",
        fulfilled=counts[Outcome.FULFILLED], errors=errors, others=counts[Outcome.VIOLATED] - errors,
        waived=counts[Outcome.WAIVED], unknown=counts[Outcome.NOT_SHOWN], none=counts[Outcome.NOT_APPLICABLE],
    )  # fmt: skip
    return hanging(said, 4)


def _some(context: Context, names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return context.tr("{items} and {count} more", items=shown, count=more) if more > 0 else shown


def _numbers(counts: Counts) -> list[str]:
    return [str(counts[outcome] or "-") for outcome in Outcome]


def _row(name: str, titles: Iterable[str], values: Iterable[str], first: int = 12) -> str:
    room = [max(cells(title), 6) + 2 for title in titles]
    numbers = "".join(" " * (width - cells(value)) + value for width, value in zip(room, values, strict=True))
    return pad(name, first) + numbers
