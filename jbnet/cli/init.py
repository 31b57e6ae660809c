"""``jbnet init DIR``: an empty workspace for another network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context


def command(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to lay it; made if missing.")],
) -> None:
    """Lay an empty workspace for another network: valid as it stands, with comments on what to write where."""
    context: Context = ctx.obj
    from jbnet.adapters.workspace import lay

    written = lay(directory)
    for path in written:
        context.say("{path}", path=directory / path)
    context.say("next: declare sites in inventory/, then jbnet -C {directory} check", directory=directory)
    context.emit({"directory": str(directory), "files": list(written)})
