"""``jbnet demo``: everything once, from nothing, on a live network, with measured figures."""

from __future__ import annotations

import random
from typing import Annotated

import typer

from jbnet.cli.context import Context


def command(
    ctx: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the lab up at the end.")] = False,
    seed: Annotated[
        int | None, typer.Option(envvar="JBNET_SEED", help="Decides circuit, sites and the moment of the kill.")
    ] = None,
) -> None:
    """Declare, build, deploy, cut, fail over and fail back, on a live network; 0 only if all held."""
    from jbnet.cli.demo.show import Demo

    context: Context = ctx.obj
    chosen = seed if seed is not None else random.SystemRandom().randrange(1_000_000)
    raise typer.Exit(Demo(context, chosen, keep=keep).run())
