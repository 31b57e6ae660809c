"""``jbnet standards``: which rules the network fulfils, by rule, level, site or aspect; what breaks them, and where."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.columns import hanging
from jbnet.cli.printing import echo
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network
    from jbnet.standards.model import Judgement, Rule
    from jbnet.wiring.standards import Judged


class By(StrEnum):
    """What the table has a line for."""

    RULE = "rule"
    LEVEL = "level"
    SITE = "site"
    ASPECT = "aspect"


def command(
    ctx: typer.Context,
    rule: Annotated[str | None, typer.Argument(metavar="[RULE]", help="One rule, with all that breaks it.")] = None,
    sets: Annotated[list[str] | None, typer.Option("--set", metavar="NAME", help="Only this rule set.")] = None,
    by: Annotated[By, typer.Option(help="What the table has a line for.")] = By.RULE,
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only one site, with all that it breaks.")] = None,
    under: Annotated[str | None, typer.Option(metavar="SITE", help="Only a site and those below it.")] = None,
    details: Annotated[bool, typer.Option("--details", help="List what is not fulfilled, with places.")] = False,
) -> None:
    """Judge the network by its standards (topology/standards/).

    Fulfilled, violated, waived and not shown are counted; what a declaration cannot show is never fulfilled.
    Exit code 1 when a rule of severity error is violated without a waiver.
    """
    context: Context = ctx.obj
    from jbnet.cli.standards_tables import printed, table
    from jbnet.wiring.standards import judge_standards

    judged = judge_standards(context.directory, sets=_sets(context, sets), sites=_sites(context, site, under))
    chosen = _rules(judged, rule, sets)
    shown = [found for found in judged.evaluation.judgements if found.rule.id in {one.id for one in chosen}]
    broken = [found for found in shown if found.outcome == "violated"]
    ok = not any(found.rule.severity == "error" for found in broken)
    _emit(context, judged, chosen, shown, ok=ok)
    if not context.json:
        narrowed = site is not None or under is not None
        told = printed(context, judged, chosen) if rule else table(context, judged, chosen, by, narrowed=narrowed)
        lines = list(told)
        lines += _detail_lines(context, shown) if details or rule or site else []
        lines += [
            f"{f.place} {context.tr(Text(f.severity.value))} {f.code} {context.tr(f.text)}"
            for f in judged.evaluation.findings
        ]
        echo("\n".join((*lines, *hanging(_conclusion(context, shown, chosen), 4))))
    if not ok:
        raise typer.Exit(1)


def _sets(context: Context, names: list[str] | None) -> list[str] | None:
    """Return the names of sets, each of which exists. Raises UsageError."""
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.report import nearest
    from jbnet.model.errors import UsageError
    from jbnet.standards.load import FOLDER, load

    known = load(read_files(context.directory, (FOLDER,))).sets if names else {}
    for name in names or ():
        if name not in known:
            like = nearest(name, known) or ", ".join(known)
            raise UsageError("there is no rule set {name}", hint=text("did you mean {like}?", like=like), name=name)
    return names


def _sites(context: Context, site: str | None, under: str | None) -> frozenset[str] | None:
    if site is None and under is None:
        return None
    from jbnet.cli.show import find_site
    from jbnet.wiring import load_network

    network: Network = load_network(context.directory, context.state_dir, whole=True)
    if site is not None:
        return frozenset({find_site(network, site).name})
    below = {find_site(network, under or "").name}
    for one in network.sites.values():  # parents stand before their children
        if one.parent in below:
            below.add(one.name)
    return frozenset(below)


def _rules(judged: Judged, name: str | None, sets: list[str] | None) -> list[Rule]:
    """Return the rules to show. Raises UsageError for one that does not exist."""
    from jbnet.inventory.report import nearest
    from jbnet.model.errors import UsageError

    rules = [rule for rule in judged.standards.rules.values() if not sets or rule.set in sets]
    if name is None:
        return rules
    found = [rule for rule in rules if rule.id.lower() == name.lower()]
    if not found:
        near = nearest(name, {rule.id.lower() for rule in rules})
        like = next((rule.id for rule in rules if rule.id.lower() == near), None)
        hint = text("did you mean {like}?", like=like) if like else text("see: jbnet standards")
        raise UsageError("there is no rule {rule}", hint=hint, rule=name)
    return found


def _detail_lines(context: Context, shown: Iterable[Judgement]) -> list[str]:
    lines = [""]
    for found in shown:
        what = context.tr(Text((found.rule.severity if found.outcome == "violated" else found.outcome).value))
        lines.append(f"{found.place or '-'} {what} {found.rule.id} {context.tr(found.text)} [{found.rule.citation}]")
        if found.waiver is not None:
            by, until = found.waiver.who, found.waiver.until.isoformat()
            said = context.tr(
                "waived until {until} by {who}: {reason}", who=by, until=until, reason=found.waiver.reason
            )
            lines += hanging(f"    {said}", 6)
        lines += [f"    {context.tr('see {place}', place=place)}" for place in found.related if place != found.place]
    return lines


def _conclusion(context: Context, shown: Iterable[Judgement], rules: Iterable[Rule]) -> str:
    outcomes = [(found.outcome.value, found.rule.severity.value) for found in shown]
    return context.tr(
        "violated: {errors} errors, {others} others; waived: {waived}; not shown: {unknown}; "
        "shown elsewhere: {elsewhere} rules",
        errors=outcomes.count(("violated", "error")),
        others=sum(outcome == "violated" and severity != "error" for outcome, severity in outcomes),
        waived=sum(outcome == "waived" for outcome, _ in outcomes),
        unknown=sum(outcome == "not shown" for outcome, _ in outcomes),
        elsewhere=sum(rule.evidence != "declaration" for rule in rules),
    )


def _emit(context: Context, judged: Judged, rules: list[Rule], shown: list[Judgement], *, ok: bool) -> None:
    """Print the envelope: violations are findings; ``data`` counts every rule and lists all that is not fulfilled."""
    from jbnet.cli.standards_tables import rule_json
    from jbnet.standards.evaluate import as_finding

    if not context.json:
        return
    findings = [*judged.evaluation.findings, *(as_finding(found) for found in shown if found.outcome == "violated")]
    entries = [
        {
            "rule": found.rule.id,
            "outcome": found.outcome.value,
            "kind": found.kind.value,
            "subject": found.subject,
            "site": found.site,
            "level": found.level,
            "message": context.tr(found.text),
            "until": found.waiver.until.isoformat() if found.waiver else None,
        }
        for found in shown
    ]
    data = {"rules": [rule_json(context, judged, rule) for rule in rules], "judgements": entries}
    context.emit(data, ok=ok, findings=findings)
