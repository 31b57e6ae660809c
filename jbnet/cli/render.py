"""``jbnet render``: the configuration that the declaration gives a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")],
    output: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Write one file a device: NAME.conf.")
    ] = None,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="The configuration it comes with instead.")] = False,
) -> None:
    """Render the configuration of devices from the declaration; no device is asked.

    Exit code 1 when the declaration has errors.
    """
    from jbnet import wiring
    from jbnet.config.bootstrap import bootstrap as first_config
    from jbnet.config.render import render
    from jbnet.inventory.select import select

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    printer = first_config if bootstrap else render
    configs = {device.name: printer(network, device) for device in select(network, selector)}
    context.emit({"configs": configs} if output is None else {"files": _write(output, configs)})
    if context.json:
        return
    if output is not None:
        _write(output, configs)
        context.say("configurations written to {folder}: {count}", folder=output, count=len(configs))
        return
    many = len(configs) > 1
    for name, config in configs.items():
        typer.echo(f"! {name}\n{config}" if many else config, nl=False)


def _write(folder: Path, configs: dict[str, str]) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, config in configs.items():
        (folder / f"{name}.conf").write_text(config, encoding="utf-8")
    return [str(folder / f"{name}.conf") for name in configs]
