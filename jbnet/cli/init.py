"""``jbnet init DIR``: an empty workspace for another network."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    steps = [*_next(directory)]
    context.emit({"directory": str(directory), "files": list(written), "next": [command for command, _ in steps]})
    context.say("")
    context.say("next:")
    for command, why in steps:
        context.say("  {command}", command=command)
        context.say("      {why}", why=why)


def _next(directory: Path) -> Iterator[tuple[str, Text]]:
    """Yield what to do next: the command or the file, and what for."""
    jbnet = f"jbnet -C {shlex.quote(str(directory))}"
    yield f"{directory / 'inventory/network.yaml'}", text("name the network, its province, its AS number, its carriers")
    yield f"{directory / 'inventory/sites/'}", text("declare the sites; README.md there has an example")
    yield f"{jbnet} address allocate", text("give the new sites their addresses, recorded for good")
    yield f"{jbnet} check", text("say all that is wrong, with file and line")
    yield f"{jbnet} standards", text("judge the network by the rules in topology/standards/, which are yours to change")
    yield f"{jbnet} whatif --single-points", text("say what must not fail alone")
