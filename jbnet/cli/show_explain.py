"""``jbnet show site NAME --explain``: each value, where it is written and through what it came."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from jbnet.cli.show_print import Rows, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context
    from jbnet.inventory.declaration import Declaration
    from jbnet.inventory.explain import Fact
    from jbnet.model.network import Network


def facts_about(declared: Declaration, network: Network, kind: str, found: Any) -> list[Fact]:
    """Return the facts of a home with all that it houses; of one device, circuit, premises, partner or permission."""
    from jbnet.inventory.explain import explain, permission_facts

    if kind == "permission":
        return list(permission_facts(declared, network, found))
    home = _home(network, kind, found)
    facts = explain(declared, network, home)
    if home == found.name:
        return facts
    line = getattr(found, "line", None)
    subjects = {found.name, line.name if line is not None else found.name}
    return [fact for fact in facts if fact.subject in subjects]


def _home(network: Network, kind: str, found: Any) -> str:
    """Return the site, location or peer in whose declaration a thing stands."""
    if kind == "device":
        return str(found.home)
    if kind == "circuit":
        return network.devices[found.z.device].home
    at_site = kind == "premises" or (kind == "peer" and found.kind is not None)
    return str(found.site if at_site else found.name)


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
