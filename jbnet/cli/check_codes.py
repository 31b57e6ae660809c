"""``jbnet check --explain``: what a code means, all codes in a table, and the reference page made from them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import typer

from jbnet.cli.columns import cells, hanging, pad
from jbnet.model.findings import Severity
from jbnet.model.text import Text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.inventory.codes import Rule

ALL = "ALL"

_AREAS = {
    "JB10": "Reading and keys",
    "JB11": "Names, codes and references",
    "JB12": "Addresses",
    "JB13": "Devices and circuits",
    "JB14": "Databases and services",
    "JB15": "Lab",
    "JB16": "Traps of YAML",
    "JB17": "Characters",
    "JB18": "Files and limits",
    "JB19": "Import from spreadsheets",
    "JB2": "Further rules of the declaration",
    "JB3": "Standards",
    "JB7": "Recovery",
}
_FENCE = "```"


def explain(context: Context, code: str) -> None:
    """Print what a code means, or the table of all with ``all``. Raises UsageError for an unknown code."""
    from jbnet.inventory.codes import RULES
    from jbnet.inventory.report import nearest
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text

    if code.upper() == ALL:
        _list(context, tuple(RULES.values()))
        return
    rule = RULES.get(code.upper()) or _of_standards(context, code)
    if rule is None:
        like = nearest(code, {known.lower() for known in RULES}) or "--explain all"
        hint = text("did you mean {like}?", like=like.upper() if like.startswith("jb") else like)
        raise UsageError("there is no finding code {code}", hint=hint, code=code)
    context.emit(_as_json(context, rule))
    if not context.json:
        typer.echo("\n".join(_told(context, rule)))


def _of_standards(context: Context, code: str) -> Rule | None:
    """Return what a rule of the workspace's standards means; their findings bear the rule's id as their code."""
    from jbnet.model.errors import UsageError
    from jbnet.wiring.standards import standard_code

    try:
        return standard_code(context.directory, code, context.lang)
    except UsageError:
        return None  # no workspace, no standards: the program's own codes can be explained all the same


def _told(context: Context, rule: Rule) -> Iterator[str]:
    yield f"{rule.code} {context.tr(Text(rule.severity.value))}: {context.tr(rule.title)}"
    yield ""
    yield context.tr(rule.doc)
    if rule.clause:
        yield context.tr("Clause: {clause}", clause=rule.clause)
    for heading, example in ((context.tr("Wrong:"), rule.wrong), (context.tr("Right:"), rule.right)):
        if example:
            yield ""
            yield heading
            yield from (f"    {line}".rstrip() for line in example.strip("\n").splitlines())


def _as_json(context: Context, rule: Rule) -> dict[str, str]:
    title, doc = context.tr(rule.title), context.tr(rule.doc)
    found = {"code": rule.code, "severity": str(rule.severity), "title": title, "doc": doc}
    extra = {"clause": rule.clause, "wrong": rule.wrong, "right": rule.right}
    return found | {key: value for key, value in extra.items() if value}


def _list(context: Context, rules: tuple[Rule, ...]) -> None:
    ordered = sorted(rules, key=lambda rule: rule.code)
    context.emit([_as_json(context, rule) for rule in ordered])
    if not context.json:
        typer.echo("\n".join(_line(context, rule) for rule in ordered))


def _line(context: Context, rule: Rule) -> str:
    said = [context.tr(Text(severity.value)) for severity in Severity]
    severity = pad(context.tr(Text(rule.severity.value)), max(map(cells, said)))
    begin = f"{rule.code} {severity}  "
    return "\n".join(hanging(begin + context.tr(rule.title), cells(begin)))


def page() -> str:
    """Return docs/findings.md: every code with its severity, meaning and examples."""
    from jbnet.inventory.codes import RULES

    ordered = sorted(RULES.values(), key=lambda rule: rule.code)
    lines = [
        "# Findings",
        "",
        "Made from the program by `make docs`; do not edit. `jbnet check --explain CODE` prints one entry,",
        "`jbnet check --explain all` the list. A code never changes its meaning; a withdrawn code is not used again.",
        "Errors make the declaration unusable; a warning is most likely a mistake; an info is worth knowing.",
    ]
    for area, found in groupby(ordered, key=lambda rule: _area(rule.code)):
        lines += ["", f"## {area}"]
        for rule in found:
            lines += _entry(rule)
    return "\n".join(lines) + "\n"


def _area(code: str) -> str:
    return next((title for begin, title in _AREAS.items() if code.startswith(begin)), "Others")


def _entry(rule: Rule) -> Iterator[str]:
    yield from ("", f"### {rule.code}: {rule.title}", "", f"*{rule.severity}.* {rule.doc}")
    if rule.clause:
        yield from ("", f"Clause: {rule.clause}")
    for heading, example in (("Wrong:", rule.wrong), ("Right:", rule.right)):
        if example:
            yield from ("", heading, "", f"{_FENCE}yaml", *example.strip("\n").splitlines(), _FENCE)


if __name__ == "__main__":
    typer.echo(page(), nl=False)
