"""``jbnet map``: the network as a picture (SVG), for other programs (DOT, Mermaid) and as data (JSON)."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import Missing
from jbnet.model.refusals import reason_of
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.topology.diagrams.condition import Condition
    from jbnet.topology.diagrams.views import Drawn, View

Names = list[str] | None


class Format(StrEnum):
    """What ``jbnet map`` writes."""

    SVG = "svg"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


def command(
    ctx: typer.Context,
    view: Annotated[
        str | None, typer.Option(metavar="VIEW", help="levels, geography, backbone, site:NAME or under:SITE.")
    ] = None,
    format: Annotated[Format, typer.Option(metavar="FORMAT", help="svg, dot, mermaid or json.")] = Format.SVG,  # noqa: A002  the option's name
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")] = None,
    fail: Annotated[Names, typer.Option(metavar="KIND:NAME", help="What fails (may be repeated).")] = None,
) -> None:
    """Draw the network: its levels, its geography, its backbone, one site, or all below one."""
    from jbnet.topology.diagrams.views import view_of

    context: Context = ctx.obj
    if context.json:
        format = Format.JSON  # noqa: A001  --json asks for the same
    drawn = _drawn(context, view_of(view or ("backbone" if format is Format.MERMAID else "levels")), fail or [])
    _put(output, _written(context, drawn, format))


def _drawn(context: Context, view: View, fail: list[str]) -> Drawn:
    """Load the declaration, whole even while a lab is up, and fix what is to be drawn of it."""
    from jbnet import wiring
    from jbnet.topology.diagrams.speech import Speech
    from jbnet.topology.diagrams.views import Drawn
    from jbnet.wiring.pictures import read_geo

    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    speech = Speech(context.lang == "zh", context.catalogue)
    geo = read_geo(context.directory) if view.kind == "geography" else {}
    return Drawn(network, view, speech, _condition(network, fail), geo)


def _condition(network: Network, fail: list[str]) -> Condition:
    """Return the condition of the network after what was named failed."""
    from jbnet.topology.diagrams.condition import Condition, condition

    if not fail:
        return Condition()
    from jbnet.topology.failures import parse

    return condition(network, parse(network, fail))


def _written(context: Context, drawn: Drawn, wanted: Format) -> str:
    """Return the view in a format."""
    import json

    from jbnet.topology.diagrams.document import SCHEMA

    if wanted is Format.SVG:
        return drawn.page().svg()
    if wanted is Format.DOT:
        return drawn.dot()
    if wanted is Format.MERMAID:
        return drawn.mermaid()
    return json.dumps(context.envelope(drawn.document(), ok=True, kind=SCHEMA), ensure_ascii=False, indent=1) + "\n"


def _put(output: Path | None, said: str) -> None:
    """Write to a file or to stdout. Raises Missing where the file cannot be written."""
    if output is None:
        sys.stdout.write(said)
        return
    try:
        output.write_text(said, encoding="utf-8")
    except OSError as error:
        hint = text("choose another file with -o")
        raise Missing("cannot write {path}: {reason}", hint=hint, path=output, reason=reason_of(error)) from error
