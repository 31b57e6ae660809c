"""``jbnet render``: the configuration that the declaration gives a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.trace import TracedLine
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
    explain: Annotated[
        bool, typer.Option("--explain", help="Beside each line the template and the declaration it comes from.")
    ] = False,
) -> None:
    """Render the configuration of devices from the declaration; no device is asked. Secrets are shown by name.

    Exit code 1 when the declaration has errors, 3 when some or all devices cannot be rendered, 4 when a file in DIR is
    not jbnet's own.
    """
    from jbnet import wiring
    from jbnet.inventory.restrict import as_lab as lab_copy
    from jbnet.inventory.select import select

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    devices = [lab_copy(device) if as_lab else device for device in select(network, selector)]
    configs, failed = _print_all(network, devices, _printer(bootstrap=bootstrap, explain=explain))
    if failed and not configs:
        raise _refusal(failed)
    _give(context, configs, output, ok=not failed)
    if failed:
        raise _refusal(failed)


def _printer(*, bootstrap: bool, explain: bool) -> Printer:
    from jbnet.config.bootstrap import bootstrap as first_config
    from jbnet.config.bootstrap import traced as first_traced
    from jbnet.config.render import render, traced

    if explain:
        tracer = first_traced if bootstrap else traced
        return lambda network, device: _side_by_side(tracer(network, device))
    return first_config if bootstrap else render


def _side_by_side(lines: Sequence[TracedLine]) -> str:
    """Return each line with its template and its place in the declaration, as columns."""
    wide = max(len(line.text) for line in lines)
    middle = max(len(line.template) for line in lines)
    rows = (f"{line.text:{wide}}  {line.template:{middle}}  {line.origin}".rstrip() for line in lines)
    return "".join(f"{row}\n" for row in rows)


def _print_all(
    network: Network, devices: Iterable[Device], printer: Printer
) -> tuple[dict[str, str], dict[str, TargetError]]:
    """Return the configurations by device, and why there is none for the others."""
    from jbnet.model.errors import TargetError

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
    from jbnet import wiring

    return [
        str(path) for path in wiring.write_configs(folder, {f"{name}.conf": text for name, text in configs.items()})
    ]
