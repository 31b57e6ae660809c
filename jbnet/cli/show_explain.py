"""``jbnet show site NAME --explain``: each value, where it is written and through what it came."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from jbnet.cli.show_print import Rows, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context
    from jbnet.inventory.explain import Fact


def print_facts(context: Context, facts: Sequence[Fact]) -> None:
    """Print the facts by subject: key, value, file and line, source."""
    context.emit([_as_json(context, fact) for fact in facts])
    if context.json:
        return
    for index, (subject, group) in enumerate(groupby(facts, key=lambda fact: fact.subject)):
        context.out.print(("\n" if index else "") + subject, markup=False)
        rows: Rows = [(f"{f.key}: {f.value}", _where(f), f.source) for f in group]
        table(context, rows)


def _where(fact: Fact) -> str:
    return f"{fact.place.file}:{fact.place.line}" if fact.place else ""


def _as_json(context: Context, fact: Fact) -> dict[str, object]:
    return {
        "subject": fact.subject,
        "key": fact.key,
        "value": fact.value,
        "source": context.tr(fact.source),
        "file": fact.place.file if fact.place else None,
        "line": fact.place.line if fact.place else None,
        "column": fact.place.column if fact.place else None,
    }
