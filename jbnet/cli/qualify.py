"""``jbnet qualify``: a platform's driver tried on one real router, with a transcript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.errors import ExitCode, Refused, UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Device, Network
    from jbnet.services.qualify import Outcome


def command(
    ctx: typer.Context,
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="A router of Huawei, H3C or Cisco, by its name.")],
    trial: Annotated[
        bool, typer.Option("--trial", help="Also add a discard route for 192.0.2.1, and take it away again.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="A VRP 5 router may restart: it has no other timer.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the transcript here.")
    ] = None,
) -> None:
    """Try everything that a driver promises on one real router. Without --trial it only reads.

    The transcript holds counts and versions; no configuration, no secret.
    Exit codes: 0 all held; 1 something did not; 2 no such router; 3 it could not be tried; 4 refused, as with a lab up.
    """
    from jbnet import wiring

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    router = _router(network, device)
    if (context.state_dir / "lab.json").is_file():
        raise Refused("the lab is up, and its copies of routers prove nothing about the real ones",
                      hint=text("take the lab down, or use another --state"))  # fmt: skip
    desk = wiring.qualification(
        context.directory, context.state_dir, network, router, lambda one: _tell(context, one), may_restart=restart
    )
    begun = desk.clock.now()
    outcomes = desk.run(trial=trial)
    held = all(one.ok for one in outcomes)
    context.emit([_json(one) for one in outcomes], ok=held)
    if output is not None:
        head = f"{router.name} {router.platform} {begun:%Y-%m-%dT%H:%M:%SZ} trial={trial}"
        wiring.write_output(output, "\n".join([head, *map(_line, outcomes), ""]))
    if not held:
        raise typer.Exit(ExitCode.NO)


def _router(network: Network, name: str) -> Device:
    """Return the router of that name. Raises UsageError for anything that no driver of a vendor's system is for."""
    from jbnet.platforms.registry import LAB_PLATFORM
    from jbnet.services.deploy.plan import managed

    if name not in network.devices:
        raise UsageError("no such device: {device}", device=name)
    device = network.devices[name]
    if not managed(network, [device]):
        raise UsageError("{device} is not a router of ours: its role is {role}", device=name, role=device.role,
                         hint=text("jbnet show devices lists roles and platforms"))  # fmt: skip
    if device.platform == LAB_PLATFORM:
        raise UsageError("{device} runs FRR: its driver is proved in the lab, and has nothing to qualify", device=name,
                         hint=text("routers of Huawei, H3C and Cisco are qualified"))  # fmt: skip
    return device


def _tell(context: Context, one: Outcome) -> None:
    context.say("{step}: {held}  {said}", step=one.step, held=_word(held=one.ok), said=one.said)


def _word(*, held: bool) -> Text:
    return text("held") if held else text("did NOT hold")


def _line(one: Outcome) -> str:
    """Return a line of the transcript, in English whoever wrote it."""
    return f"{'ok' if one.ok else 'NO':<2}  {one.seconds:>8.2f} s  {one.step}: {one.said}"


def _json(one: Outcome) -> dict[str, object]:
    return {"step": str(one.step), "ok": one.ok, "said": one.said, "seconds": one.seconds}
