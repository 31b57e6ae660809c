"""Readiness as people read it, the worst first, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, lines, pad, terminal_width
from jbnet.cli.context import Context
from jbnet.cli.sparkline import sparkline
from jbnet.cli.times import both, span
from jbnet.model.text import Text, text
from jbnet.recovery.readiness import Check, Level, Question, Result, worst_first

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.ports import Recorded
    from jbnet.ports.readiness import LastKnown
    from jbnet.recovery.outlook import Answer, DatabaseOutlook, Outlook
    from jbnet.recovery.readiness import Outcome

ALWAYS = frozenset({Check.LAG, Check.LEASE})
"""Checks that have a line of their own even when all is well: their figures are what people ask for."""
LISTED = 20
GRAPH = 40


def show(context: Context, found: Outlook, known: LastKnown, *, everything: bool) -> None:
    """Print databases, what is around them, and the answers. ``everything``: a line for each green check, too."""
    for one in found.databases:
        _print(context, 0, _title(one))
        show_checks(context, one.results, known, everything=everything)
        for answer in one.answers:
            _answer(context, answer)
        context.say("")
    _print(context, 0, text("for all databases"))
    show_checks(context, found.common, known, everything=everything)
    for question in Question:
        _print(
            context, 2, text("{question}: {can}", question=Text(question.value), can=Text(found.can(question).value))
        )


def _title(one: DatabaseOutlook) -> Text:
    names = {"database": one.database, "leader": one.leader, "follower": one.follower}
    if one.leads_known:
        return text("{database}: {leader} leads, {follower} stands by", **names)
    return text("{database}: who leads is not known; declared are {leader} and, to stand by, {follower}", **names)


def show_checks(context: Context, results: Sequence[Result], known: LastKnown, *, everything: bool) -> None:
    """Print results, the worst first, those that say the same in one line."""
    shown = [r for r in results if r.level is not Level.GREEN or everything or r.check in ALWAYS]
    levels = max(cells(context.tr(level.value)) for level in Level)
    for same in _grouped(worst_first(shown)):
        first = same[0]
        names = ", ".join(dict.fromkeys(context.tr(result.check.value) for result in same))
        subjects = ", ".join(dict.fromkeys(r.subject for r in same if r.looked and r.subject != "-"))
        subject = f"{subjects}: " if subjects else ""
        head = f"  {pad(context.tr(first.level.value), levels)}  "
        _lines(context, head, f"{names}: {subject}{context.tr(first.found)}", levels + 6)
        for more in _more(first, known) if len(same) == 1 or first.looked else _advice(first):
            _lines(context, " " * (levels + 6), context.tr(more), levels + 8)
    green = [r.check for r in worst_first(results) if r.level is Level.GREEN and r not in shown]
    if green:
        listed = ", ".join(context.tr(check.value) for check in dict.fromkeys(green))
        _lines(context, f"  {pad(context.tr(Level.GREEN.value), levels)}  ", listed, levels + 6)


def _grouped(results: Sequence[Result]) -> Iterator[list[Result]]:
    """Put together what is said in the same words: ten checks of one silent host, or one check of ten subjects."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        same = (result.check, str(result.expected)) if result.looked else ()
        groups.setdefault((result.level, str(result.found), *same), []).append(result)
    yield from groups.values()


def _advice(result: Result) -> Iterator[Text]:
    if result.advice is not None:
        yield text("next: {what}", what=result.advice)


def _more(result: Result, known: LastKnown) -> Iterator[Text]:
    """Yield what was expected, what to do next and, of what is unknown, how it stood when it was known."""
    if result.level is Level.GREEN:
        return
    yield text("expected: {what}", what=result.expected)
    before = known.get((result.check, result.subject, result.database or ""))
    if result.level is Level.UNKNOWN and before is not None:
        yield text("last known: {level}, {time}", level=Text(before.level.value), time=both(before.time))
    yield from _advice(result)


def _answer(context: Context, answer: Answer) -> None:
    can = text("{question}: {can}", question=Text(answer.question.value), can=Text(answer.can.value))
    if answer.against:
        names = ", ".join(dict.fromkeys(context.tr(result.check.value) for result in answer.against))
        can = text("{answer}, because of {names}", answer=can, names=names)
    _print(context, 2, can)
    _print(context, 4, text("would lose: {loss}", loss=answer.loss.said))
    _print(context, 4, _time(answer))


def _time(answer: Answer) -> Text:
    forecast = answer.forecast
    if forecast is None:
        return text("would take: unknown; there is no runbook {name} to use", name=answer.runbook)
    said = text(
        "without writes: about {median:.1f} s, at worst {worst:.1f} s (objective {rto:g} s); {source}",
        median=forecast.median_s, worst=forecast.worst_s, rto=answer.rto_s, source=_source(answer),
    )  # fmt: skip
    if answer.in_time is False:
        return text("{said}; the worst is beyond the objective", said=said)
    return said


def _source(answer: Answer) -> Text:
    forecast = answer.forecast
    if forecast is None or not forecast.measured:
        return text("no execution was measured: usual times, and time-outs at worst")
    if forecast.assumed:
        return text("measured {count} times, but usual times for: {steps}", count=forecast.measured,
                    steps=", ".join(forecast.assumed))  # fmt: skip
    return text("measured {count} times", count=forecast.measured)


def _print(context: Context, lead: int, said: Text) -> None:
    _lines(context, " " * lead, context.tr(said), lead + 4)


def _lines(context: Context, head: str, said: str, indent: int) -> None:
    """Print a text behind a head that is kept as it is; further lines begin at ``indent``."""
    first, *others = lines(said, terminal_width() - cells(head))
    context.say("{line}", line=head + first)
    rest = said[len(first) :].lstrip() if others else ""
    for line in lines(rest, terminal_width() - indent) if rest else ():
        context.say("{line}", line=" " * indent + line)


def show_history(context: Context, rows: Sequence[Recorded]) -> None:
    """Print, for each subject, a graph of its figures and its newest changes of level."""
    if not rows:
        context.say("this check never ran here")
    subjects = dict.fromkeys((row.database, row.subject) for row in rows)
    for database, subject in subjects:
        own = [row for row in rows if (row.database, row.subject) == (database, subject)]
        graph = sparkline([row.value for row in own], GRAPH).rstrip()
        title = f"{database} {subject}".strip()
        _lines(context, "", f"{title}  {graph}".rstrip(), 2)
        changes = [
            row for before, row in zip([None, *own], own, strict=False) if not before or before.level != row.level
        ]
        for row in changes[-LISTED:]:
            value = "" if row.value is None else f"  {row.value:g}"
            _lines(context, "  ", f"{both(row.time)} {context.tr(row.level.value)}{value}", 4)
        spent = (own[-1].time - own[0].time).total_seconds()
        _print(context, 2, text("{count} runs in {span}, {red} of them red", count=len(own), span=span(spent),
                                red=sum(row.level is Level.RED for row in own)))  # fmt: skip


def as_json(
    context: Context, found: Outlook, known: LastKnown, now: datetime, seconds: float, came_to: Outcome
) -> dict[str, object]:
    """Return everything in the types of JSON, as docs/recovery.md has it."""
    return {
        "time": now.isoformat(),
        "seconds": seconds,
        "outcome": came_to.value,
        "can": {question.value: found.can(question).value for question in Question},
        "databases": [
            {
                "database": one.database,
                "leads_known": one.leads_known,
                "leader": one.leader,
                "follower": one.follower,
                "answers": [_answer_json(context, answer) for answer in one.answers],
                "checks": [check_json(context, result, known) for result in worst_first(one.results)],
            }
            for one in found.databases
        ],
        "checks": [check_json(context, result, known) for result in worst_first(found.common)],
    }


def check_json(context: Context, result: Result, known: LastKnown) -> dict[str, object]:
    """Return a result in the types of JSON."""
    before = known.get((result.check, result.subject, result.database or ""))
    return {
        "check": result.check.value,
        "subject": result.subject,
        "level": result.level.value,
        "found": context.tr(result.found),
        "expected": context.tr(result.expected),
        "next": context.tr(result.advice) if result.advice is not None else None,
        "value": result.value,
        "unit": result.unit,
        "looked": result.looked,
        "last_known": {"level": before.level.value, "time": before.time.isoformat()} if before else None,
    }


def _answer_json(context: Context, answer: Answer) -> dict[str, object]:
    loss, forecast = answer.loss, answer.forecast
    return {
        "question": answer.question.value,
        "can": answer.can.value,
        "because": [{"check": result.check.value, "subject": result.subject} for result in answer.against],
        "runbook": answer.runbook,
        "loss": {
            "nothing": loss.nothing, "bytes": loss.bytes, "seconds": loss.seconds,
            "transactions": loss.transactions, "said": context.tr(loss.said),
        },
        "forecast": None if forecast is None else {
            "median_s": round(forecast.median_s, 3), "worst_s": round(forecast.worst_s, 3),
            "measured": forecast.measured, "assumed": list(forecast.assumed),
            "steps": [
                {"step": one.key, "median_s": round(one.median_s, 3), "worst_s": round(one.worst_s, 3),
                 "measured": one.measured}
                for one in forecast.steps
            ],
        },
        "rto_s": answer.rto_s,
        "rpo_s": answer.rpo_s,
        "in_time": answer.in_time,
    }  # fmt: skip
