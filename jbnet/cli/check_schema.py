"""``jbnet check --schema``: JSON Schemas for editors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context


def show(context: Context, name: str) -> None:
    """Print the schema of a kind of file; with ``all`` the kinds. Raises UsageError for an unknown kind."""
    from jbnet.inventory.report import nearest
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text
    from jbnet.wiring.schemas import KINDS

    if name == "all":
        context.emit({kind: found.pattern for kind, found in KINDS.items()})
        if not context.json:
            typer.echo("\n".join(f"{kind:<13} {found.pattern}" for kind, found in KINDS.items()))
        return
    kind = KINDS.get(name)
    if kind is None:
        like = nearest(name, KINDS) or ", ".join(KINDS)
        raise UsageError("there is no schema {name}", hint=text("did you mean {like}?", like=like), name=name)
    typer.echo(json.dumps(kind.make(), ensure_ascii=False, indent=1))
