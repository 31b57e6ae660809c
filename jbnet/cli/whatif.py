"""``jbnet whatif``: whom a failure would touch, as the routers would have it, from the declaration alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.topology.forecast import Forecaster
    from jbnet.topology.graph import FailureSet

Names = list[str] | None
TOP = 20


def command(
    ctx: typer.Context,
    fail: Annotated[Names, typer.Option(metavar="KIND:NAME", help="What fails (may be repeated).")] = None,
    each: Annotated[str | None, typer.Option(metavar="KIND", help="Every single failure of a kind.")] = None,
    single_points: Annotated[bool, typer.Option("--single-points", help="What must not fail, and its mend.")] = False,
    top: Annotated[int, typer.Option(metavar="N", min=1, help="How many rows to show.")] = TOP,
    disjoint: Annotated[
        str | None, typer.Option(metavar="DEVICE", help="Routes to a device that share nothing, one from each --from.")
    ] = None,
    start: Annotated[Names, typer.Option("--from", metavar="DEVICE", help="Where a disjoint route begins.")] = None,
    demand: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Measured traffic of sites in Mbit/s, JSON or CSV.")
    ] = None,
    circuit: Annotated[Names, typer.Option(metavar="NAME", help="As --fail circuit:NAME.")] = None,
    device: Annotated[Names, typer.Option(metavar="NAME", help="As --fail device:NAME.")] = None,
    site: Annotated[Names, typer.Option(metavar="NAME", help="A site, location or peer whose devices fail.")] = None,
    srlg: Annotated[Names, typer.Option(metavar="NAME", help="As --fail srlg:NAME.")] = None,
) -> None:
    """Show who would be cut off or run on backup, the services touched, what lines would have to carry."""
    context: Context = ctx.obj
    plain = {"circuits": circuit or (), "devices": device or (), "sites": site or (), "srlgs": srlg or ()}
    fails = bool(fail or any(plain.values()))
    asked = [fails and disjoint is None, each is not None, single_points, disjoint is not None]
    if sum(asked) != 1:
        hint = text("for example: jbnet whatif --fail circuit:NAME, or --each device, or --single-points")
        raise UsageError("say what fails: --fail, --each or --single-points, one of them", hint=hint)
    forecaster = _forecaster(context, demand)
    if disjoint is not None:
        from jbnet.cli.whatif_show import show_disjoint

        failure = _failure(forecaster, fail or [], plain) if fails else None
        show_disjoint(context, forecaster.network, start or [], disjoint, failure)
    elif each is not None:
        from jbnet.cli.whatif_show import show_each

        show_each(context, forecaster, each, top)
    elif single_points:
        from jbnet.cli.whatif_points import show_points

        show_points(context, forecaster, top)
    else:
        from jbnet.cli.whatif_show import show_failure

        show_failure(context, forecaster, _failure(forecaster, fail or [], plain))


def _failure(forecaster: Forecaster, written: list[str], plain: dict[str, list[str] | tuple[()]]) -> FailureSet:
    """Return all that was named, in either way of naming it."""
    from jbnet.topology.failures import parse
    from jbnet.topology.graph import FailureSet

    return parse(forecaster.network, written) | FailureSet.of(**_meant(forecaster, plain))


def _meant(forecaster: Forecaster, plain: dict[str, list[str] | tuple[()]]) -> dict[str, tuple[str, ...]]:
    """Return the names of the plain options; a site, location or peer may be called by its code or Chinese name."""
    from jbnet.topology.failures import called

    def home(name: str) -> str:
        found = (called(forecaster.network, kind, name) for kind in ("site", "location", "peer"))
        return next((meant for meant in found if meant is not None), name)

    return {kind: tuple(map(home, names) if kind == "sites" else names) for kind, names in plain.items()}


def _forecaster(context: Context, demand: Path | None) -> Forecaster:
    from jbnet import wiring
    from jbnet.cli.whatif_demand import read_demand
    from jbnet.topology.forecast import Forecaster

    network = wiring.load_network(context.directory, context.state_dir)
    return Forecaster(network, demand=read_demand(demand, network.sites) if demand else None)
