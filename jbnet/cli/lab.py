"""``jbnet lab``: the live copy of the network on this machine."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from jbnet.cli.context import Context
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.lab.lab import Lab, Status
    from jbnet.ports import Progress

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The live copy of the network on this machine.")

CircuitName = Annotated[str, typer.Argument(metavar="CIRCUIT", help="Name of a circuit.")]
DeviceName = Annotated[str, typer.Argument(metavar="DEVICE", help="Name of a device.")]


@app.command()
def up(
    ctx: typer.Context,
    scale: Annotated[str, typer.Option(metavar="SCALE", help="One of topology/lab.yaml.")] = "demo",
    deployed: Annotated[
        bool, typer.Option("--deployed", help="Devices boot with the configuration rendered for them.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where memory looks too little.")] = False,
) -> None:
    """Build the lab: routers as they come out of their box, or as deployed."""
    from jbnet import wiring

    context: Context = ctx.obj
    signal.signal(signal.SIGHUP, signal.default_int_handler)  # the terminal is closed: take back what was begun
    network = wiring.load_scale(context.directory, scale)
    with _Steps(context) as steps:
        started = _lab(context).up(network, scale, steps, deployed=deployed, force=force)
    found = _lab(context).status()
    if started:
        context.say("the lab is up: {devices} devices, {circuits} circuits", **_counts(found))
    else:
        context.say("the lab is up already: {devices} devices, {circuits} circuits", **_counts(found))
    context.emit({"started": started, **_as_data(found)})


@app.command()
def down(ctx: typer.Context) -> None:
    """End the workspace's labs (its demo's too) and remove everything of them, also what a killed run left."""
    from jbnet import wiring
    from jbnet.lab.host import require_root
    from jbnet.lab.paths import states_below

    context: Context = ctx.obj
    require_root()
    states = dict.fromkeys([context.state_dir.resolve(), *states_below(context.directory)])
    ended = [wiring.lab(context.directory, state).down() for state in states]
    removed = any(ended)
    context.say(text("the lab is down, nothing of it is left") if removed else text("there is no lab"))
    context.emit({"removed": removed})


@app.command()
def status(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="List also what is well in a lab of hundreds of devices.")
    ] = False,
) -> None:
    """Show devices and circuits of the lab as they are now."""
    context: Context = ctx.obj
    found = _lab(context).status()
    if found is None:
        context.say("there is no lab")
    elif not context.json:
        _print(context, found, every or len(found.devices) < MANY)
    context.emit(_as_data(found))


@app.command()
def cut(
    ctx: typer.Context,
    circuit: CircuitName,
    silent: Annotated[bool, typer.Option("--silent", help="Interfaces stay up, nothing arrives.")] = False,
    one_way: Annotated[
        str | None, typer.Option("--one-way", metavar="a|z", help="Interfaces stay up, nothing of this end arrives.")
    ] = None,
    loss: Annotated[
        float | None, typer.Option("--loss", metavar="PERCENT", help="Interfaces stay up, so many frames are lost.")
    ] = None,
) -> None:
    """Cut a circuit: both ends lose the carrier. Or lose its frames: all, one end's, so many of a hundred."""
    from jbnet.lab.faults import asked

    context: Context = ctx.obj
    fault = asked(silent=silent, one_way=one_way, loss=loss)
    _lab(context).impair(circuit, fault)
    context.say("{circuit}: {state}", circuit=circuit, state=_state_text(context, fault.word))
    context.emit({"cut": circuit, "silent": silent, "state": fault.word})


@app.command()
def heal(
    ctx: typer.Context,
    circuit: Annotated[
        str | None, typer.Argument(metavar="[CIRCUIT]", help="All that are cut, if none is named.")
    ] = None,
) -> None:
    """Heal a circuit, or all that are cut."""
    context: Context = ctx.obj
    healed = _lab(context).heal(circuit)
    context.say("healed: {circuits}", circuits=", ".join(healed) or "-")
    context.emit({"healed": healed})


@app.command()
def kill(ctx: typer.Context, device: DeviceName) -> None:
    """Take a device's power away at once."""
    context: Context = ctx.obj
    _lab(context).kill(device)
    context.say("{device} has no power", device=device)
    context.emit({"killed": device})


@app.command()
def boot(ctx: typer.Context, device: DeviceName) -> None:
    """Give a device power again; it starts with what it saved."""
    context: Context = ctx.obj
    _lab(context).boot(device)
    context.say("{device} runs", device=device)
    context.emit({"booted": device})


@app.command()
def exchange(ctx: typer.Context, device: DeviceName) -> None:
    """Put another box in its place, as from the factory: nothing configured, another host key."""
    context: Context = ctx.obj
    _lab(context).exchange(device)
    context.say("{device} is another box now: nothing is configured, its host key is new", device=device)
    context.emit({"exchanged": device})


@app.command()
def shell(ctx: typer.Context, device: DeviceName) -> None:
    """Open a shell as root in a device, as at its console."""
    _become(_lab(ctx.obj), device, ["bash", "--norc", "-i"])


@app.command("exec", context_settings={"ignore_unknown_options": True})
def execute(
    ctx: typer.Context,
    device: DeviceName,
    argv: Annotated[list[str], typer.Argument(metavar="-- ARGV...", help="Command and its arguments.")],
) -> None:
    """Run a command as root in a device; its exit code is ours."""
    _become(_lab(ctx.obj), device, argv)


def _lab(context: Context) -> Lab:
    from jbnet import wiring

    return wiring.lab(context.directory, context.state_dir)


def _become(lab: Lab, device: str, argv: list[str]) -> NoReturn:
    """Replace this process, so that terminal, signals and exit code are the command's own."""
    command = lab.inside(device, argv)
    environment = lab.environment(device_side=True) | {"PS1": f"{device}# "}
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)  # noqa: S606  no shell is meant


def _counts(found: Status | None) -> dict[str, object]:
    return {"devices": len(found.devices) if found else 0, "circuits": len(found.circuits) if found else 0}


def _as_data(found: Status | None) -> dict[str, object]:
    if found is None:
        return {"up": False}
    return {"up": True, "scale": found.scale, "devices": dict(found.devices), "circuits": dict(found.circuits)}


def _print(context: Context, found: Status, every: bool) -> None:
    """Print both tables, what is not well first; ``every``: also what is well, else only how much that is."""
    from rich.table import Table

    context.say("scale {scale}: {devices} devices, {circuits} circuits", scale=found.scale, **_counts(found))
    for title, states in ((text("device"), found.devices), (text("circuit"), found.circuits)):
        table = Table(context.tr(title), context.tr("state"), box=None)
        shown = [(state in WELL, name, state) for name, state in states.items() if every or state not in WELL]
        for _, name, state in sorted(shown):
            table.add_row(name, _state_text(context, state))
        if shown:
            context.out.print(table)
    if not every:
        counts = {name: sum(s in WELL for s in part.values()) for name, part in _parts(found).items()}
        context.say("not listed because they are well: {devices} devices, {circuits} circuits (--all)", **counts)


def _parts(found: Status) -> dict[str, Mapping[str, str]]:
    return {"devices": found.devices, "circuits": found.circuits}


def _state_text(context: Context, state: str) -> str:
    """Return a state's word as people read it."""
    if not state.startswith("loss-"):
        return context.tr(STATES[state])
    share, _, end = state.removeprefix("loss-").partition("-")
    if end:
        return context.tr("{share} % of what end {end} sends is lost", share=share, end=end)
    return context.tr("{share} % of the frames are lost", share=share)


WELL = ("on", "up")
STATES = {
    "on": text("on"),
    "booting": text("booting"),
    "off": text("without power"),
    "up": text("up"),
    "cut": text("cut"),
    "silent": text("cut silently"),
    "mute-a": text("nothing of end a arrives"),
    "mute-z": text("nothing of end z arrives"),
}


STAGES = {
    "lab.files": text("files are laid out"),
    "lab.lines": text("lines are plugged in"),
    "lab.device": text("devices boot"),
}
MANY = 100
"""A lab of so many devices tells of every tenth part where there is no bar, and lists only what is not well."""


class _Steps:
    """Shows the progress of ``lab up`` on stderr: a bar on a terminal, a few lines elsewhere when it takes minutes."""

    def __init__(self, context: Context):
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._context = context
        self._bars = Bars(*columns, console=context.err, disable=not context.err.is_terminal, transient=True)
        self._task = self._bars.add_task("", total=None)

    def __enter__(self) -> _Steps:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def report(self, progress: Progress) -> None:
        """Take one step of progress."""
        if progress.event in STAGES:
            self._bars.update(self._task, description=self._context.tr(STAGES[progress.event]))
        if progress.event == "lab.device":
            done, of = (int(str(progress.data[name])) for name in ("done", "of"))
            self._bars.update(self._task, completed=done, total=of)
            if self._bars.disable and of >= MANY and done * 10 // of > (done - 1) * 10 // of:
                self._context.note("devices that run: {done} of {of}", done=done, of=of)
        elif progress.event == "lab.warning":
            message = progress.data["message"]
            self._context.note("{device}: {message}", device=progress.subject, message=message)
