"""``jbnet render``: the configuration that the declaration gives a device."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.trace import TracedLine
    from jbnet.model.errors import TargetError
    from jbnet.model.findings import Finding
    from jbnet.model.network import Device, Network


@dataclass(frozen=True)
class Printed:
    """A configuration as it is typed; ``lines`` say where each of its lines comes from, where that was asked."""

    config: str
    lines: Sequence[TracedLine] | None = None


Printer = Callable[["Network", "Device"], Printed]


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="SELECTOR", help="Which devices: device:NAME, level=county, all.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Write one file a device: NAME.conf (and NAME.explain.txt)."
        ),
    ] = None,
    bootstrap: Annotated[bool, typer.Option("--bootstrap", help="The configuration it comes with instead.")] = False,
    as_lab: Annotated[bool, typer.Option("--as-lab", help="What the device's copy in a lab runs.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Above the lines the template and the declaration they come from.")
    ] = False,
) -> None:
    """Render the configuration of devices from the declaration; no device is asked. Secrets are shown by name.

    A permission that is over is named on stderr: what is rendered still opens filters for it.

    Exit code 1 when the declaration has errors, 3 when some or all devices cannot be rendered, 4 when a file in DIR is
    not jbnet's own.
    """
    from dataclasses import replace

    from jbnet import wiring
    from jbnet.cli.plan_faults import finding_line
    from jbnet.inventory.restrict import as_lab as lab_copy
    from jbnet.inventory.select import select, some
    from jbnet.model.findings import Severity

    context: Context = ctx.obj
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    if as_lab:  # of all: what the two ends of a line share depends on both
        network = replace(network, devices={name: lab_copy(device) for name, device in network.devices.items()})
    devices = some(select(network, selector), selector)
    faults = wiring.findings_of_days(network, Severity.ERROR)
    for fault in faults:
        context.note("{fault}", fault=finding_line(context, fault))
    configs, failed = _print_all(network, devices, _printer(bootstrap=bootstrap, explain=explain))
    if failed and not configs:
        raise _refusal(failed)
    _give(context, configs, output, faults, ok=not failed)
    if failed:
        raise _refusal(failed)


def _printer(*, bootstrap: bool, explain: bool) -> Printer:
    from jbnet.cli.render_explain import clean
    from jbnet.config.bootstrap import bootstrap as first_config
    from jbnet.config.bootstrap import traced as first_traced
    from jbnet.config.render import render, traced

    if explain:
        tracer = first_traced if bootstrap else traced
        return lambda network, device: Printed(clean(lines := tracer(network, device)), lines)
    printer = first_config if bootstrap else render
    return lambda network, device: Printed(printer(network, device))


def _print_all(
    network: Network, devices: Iterable[Device], printer: Printer
) -> tuple[dict[str, Printed], dict[str, TargetError]]:
    """Return the configurations by device, and why there is none for the others."""
    from jbnet.model.errors import TargetError

    configs: dict[str, Printed] = {}
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


def _give(
    context: Context, configs: Mapping[str, Printed], output: Path | None, faults: Sequence[Finding], *, ok: bool
) -> None:
    data = _data(configs) if output is None else {"files": _write(output, configs)}
    if ok:  # else the one document is that of the refusal
        context.emit(data, findings=faults)
    if context.json:
        return
    if output is not None:
        context.say("configurations written to {folder}: {count}", folder=output, count=len(configs))
        return
    from jbnet.cli.render_explain import room_of_output

    many, room = len(configs) > 1, room_of_output()
    for name, printed in configs.items():
        said = _to_read(printed, room)
        typer.echo(f"! {name}\n{said}" if many else said, nl=False)


def _data(configs: Mapping[str, Printed]) -> dict[str, object]:
    from jbnet.cli.render_explain import lines_json

    data: dict[str, object] = {"configs": {name: printed.config for name, printed in configs.items()}}
    lines = {name: list(lines_json(printed.lines)) for name, printed in configs.items() if printed.lines is not None}
    return {**data, "lines": lines} if lines else data


def _to_read(printed: Printed, room: int | None = None) -> str:
    """Return a configuration as it is shown in so many columns; none: in whole lines, as a file has it."""
    from jbnet.cli.render_explain import ENDLESS, explained

    return printed.config if printed.lines is None else explained(printed.lines, room or ENDLESS)


def _write(folder: Path, configs: Mapping[str, Printed]) -> list[str]:
    """Write the configurations as they are typed, and beside them where their lines come from; return the files."""
    from jbnet import wiring

    files = {f"{name}.conf": printed.config for name, printed in configs.items()}
    beside = {f"{name}.explain.txt": _to_read(p) for name, p in configs.items() if p.lines is not None}
    return [str(path) for path in wiring.write_configs(folder, {**files, **beside})]
