"""``jbnet render``: the configuration that the declaration gives a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.errors import TargetError
    from jbnet.model.network import Device, Network

Printer = Callable[["Network", "Device"], str]


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")],
    output: Annotated[
        Path | None, typer.Option("-o", metavar="DIR", help="Write one file a device: NAME.conf.")
    ] = None,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="The configuration it comes with instead.")] = False,
    as_lab: Annotated[bool, typer.Option("--as-lab", help="What the device's copy in a lab runs.")] = False,
) -> None:
    """Render the configuration of devices from the declaration; no device is asked.

    Exit code 1 when the declaration has errors, 3 when the platform of some or all devices is not rendered.
    """
    from jbnet import wiring
    from jbnet.inventory.restrict import as_lab as lab_copy
    from jbnet.inventory.select import select

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    devices = [lab_copy(device) if as_lab else device for device in select(network, selector)]
    configs, failed = _print_all(network, devices, bootstrap=bootstrap)
    if failed and not configs:
        raise _refusal(failed)
    _give(context, configs, output, ok=not failed)
    if failed:
        raise _refusal(failed)


def _print_all(
    network: Network, devices: Iterable[Device], *, bootstrap: bool
) -> tuple[dict[str, str], dict[str, TargetError]]:
    """Return the configurations by device, and why there is none for the others."""
    from jbnet.config.bootstrap import bootstrap as first_config
    from jbnet.config.render import render
    from jbnet.model.errors import TargetError

    printer: Printer = first_config if bootstrap else render
    configs: dict[str, str] = {}
    failed: dict[str, TargetError] = {}
    for device in devices:
        try:
            configs[device.name] = printer(network, device)
        except TargetError as error:
            failed[device.name] = error
    return configs, failed


def _refusal(failed: dict[str, TargetError]) -> TargetError:
    """Return what to say about the devices that were not rendered: how many, the first ones, and why."""
    from jbnet.model.errors import TargetError

    some = ", ".join(list(failed)[:3]) + (", ..." if len(failed) > 3 else "")
    first = next(iter(failed.values()))
    return TargetError(
        "not rendered: {count} ({devices}): {reason}",
        hint=first.hint, count=len(failed), devices=some, reason=first.text,
    )  # fmt: skip


def _give(context: Context, configs: dict[str, str], output: Path | None, *, ok: bool) -> None:
    data = {"configs": configs} if output is None else {"files": _write(output, configs)}
    if ok:  # else the one document is that of the refusal
        context.emit(data)
    if context.json:
        return
    if output is not None:
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
