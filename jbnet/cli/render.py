"""``jbnet render``: the configuration that the declaration gives a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.trace import TracedLine
    from jbnet.model.errors import TargetError
    from jbnet.model.network import Device, Network

_WIDTH = 80
Printer = Callable[["Network", "Device"], dict[str, str]]
"""Returns the texts of a device by name: its configuration under its own."""


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Write one file a device: NAME.conf.")
    ] = None,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="The configuration it comes with instead.")] = False,
    as_lab: Annotated[bool, typer.Option("--as-lab", help="What the device's copy in a lab runs.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Above the lines the template and the declaration they come from.")
    ] = False,
) -> None:
    """Render the configuration of devices from the declaration; no device is asked. Secrets are shown by name.

    Exit code 1 when the declaration has errors, 3 when some or all devices cannot be rendered, 4 when a file in DIR is
    not jbnet's own.
    """
    from dataclasses import replace

    from jbnet import wiring
    from jbnet.inventory.restrict import as_lab as lab_copy
    from jbnet.inventory.select import select

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    if as_lab:  # of all: what the two ends of a line share depends on both
        network = replace(network, devices={name: lab_copy(device) for name, device in network.devices.items()})
    devices = select(network, selector)
    configs, failed = _print_all(network, devices, _printer(bootstrap=bootstrap, explain=explain))
    if failed and not configs:
        raise _refusal(failed)
    _give(context, configs, output, ok=not failed)
    if failed:
        raise _refusal(failed)


def _printer(*, bootstrap: bool, explain: bool) -> Printer:
    from jbnet.config.bootstrap import bootstrap as first_config
    from jbnet.config.bootstrap import traced as first_traced
    from jbnet.config.render import render, traced, traced_files, tunnel_files

    if explain:
        tracer = first_traced if bootstrap else traced
        return lambda network, device: _with_files(
            device, _explained(tracer(network, device)),
            {name: _explained(lines) for name, lines in traced_files(network, device).items()},
        )  # fmt: skip
    printer = first_config if bootstrap else render
    return lambda network, device: _with_files(device, printer(network, device), tunnel_files(network, device))


def _with_files(device: Device, config: str, files: Mapping[str, str]) -> dict[str, str]:
    """Return a device's configuration by its name, and by longer ones the files that encrypt its lines."""
    return {device.name: config, **{f"{device.name}.swanctl-{name}": said for name, said in files.items()}}


def _explained(lines: Sequence[TracedLine]) -> str:
    """Return the lines with their numbers in the template, below what they come from: declaration, template.

    Lines wider than a screen go on below themselves: this is to be read, not to be pasted.
    """
    from jbnet.cli.columns import hanging

    said: list[str] = []
    last: tuple[str, str] | None = None
    for line in lines:
        template, _, number = line.template.rpartition(":")
        if (line.origin, template) != last:
            last = line.origin, template
            said += ["", *hanging(f"{line.origin or '-'} ({template})", 2)]
        indent = len(line.text) - len(line.text.lstrip())
        lead = f"{number:>6}  {line.text[:indent]}"
        first, *others = hanging(line.text.strip(), 4, _WIDTH - len(lead))
        said += [(lead + first).rstrip(), *(" " * len(lead) + other for other in others)]
    return "\n".join((*said[1:], ""))


def _print_all(
    network: Network, devices: Iterable[Device], printer: Printer
) -> tuple[dict[str, str], dict[str, TargetError]]:
    """Return the configurations by device (and the files beside them), and why there is none for the others."""
    from jbnet.model.errors import TargetError

    configs: dict[str, str] = {}
    failed: dict[str, TargetError] = {}
    for device in devices:
        try:
            configs |= printer(network, device)
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
