"""The command line's root: global options, lazily imported commands, errors to exit codes."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import click
import typer
from typer.core import TyperGroup

from jbnet.cli.context import Context
from jbnet.cli.errors import open_streams, run_guarded, settle_streams
from jbnet.cli.everywhere import known_language, take_globals
from jbnet.cli.help import HelpContext, speak

LAZY_COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module with a Typer called ``app`` or a command function called ``command``, one line of help)
    "init": ("jbnet.cli.init", "Lay an empty workspace for another network."),
    "check": ("jbnet.cli.check", "Check the declaration: all problems, with file and line."),
    "standards": ("jbnet.cli.standards", "Which rules of the standards hold, and what breaks them."),
    "address": ("jbnet.cli.address", "Allocate address blocks to new sites; list them."),
    "show": ("jbnet.cli.show", "Show a site, location, device, circuit, service ...: one, or all."),
    "coverage": ("jbnet.cli.coverage", "How far the network has come, against the plan's targets."),
    "export": ("jbnet.cli.export", "The declaration for other tools: Ansible, spreadsheets."),
    "import": ("jbnet.cli.import_", "Take sites or circuits from CSV into the YAML files."),
    "adopt": ("jbnet.cli.adopt", "Draft a workspace from a network that runs."),
    "render": ("jbnet.cli.render", "Render the configuration of devices."),
    "plan": ("jbnet.cli.plan", "Show what would change on which device in which wave."),
    "rehearse": ("jbnet.cli.rehearse", "Carry a plan out on a copy of the network first."),
    "apply": ("jbnet.cli.apply", "Carry out a plan: timer, look, confirm, wave by wave."),
    "rollback": ("jbnet.cli.rollback", "The plan that takes an applied change back."),
    "drift": ("jbnet.cli.drift", "What runs and is not declared, since when, through whom."),
    "audit": ("jbnet.cli.audit", "What configurations show of the security rules, by site; a report."),
    "backup": ("jbnet.cli.backup", "Keep what devices run, secrets masked, as a history."),
    "run": ("jbnet.cli.run", "One command on many devices: tables, JSON, CSV."),
    "playbook": ("jbnet.cli.playbook", "Run an Ansible playbook on servers and devices."),
    "replace": ("jbnet.cli.replace", "A new box in a dead one's place: papers, key, configuration."),
    "hostkeys": ("jbnet.cli.hostkeys", "Host keys of devices: learn, compare."),
    "qualify": ("jbnet.cli.qualify", "Try a driver on one real router."),
    "whatif": ("jbnet.cli.whatif", "Who would be cut off if this failed."),
    "map": ("jbnet.cli.map", "Draw the network: levels, geography, a part of it."),
    "lab": ("jbnet.cli.lab", "The live copy of the network on this machine."),
    "monitor": ("jbnet.cli.monitor", "Poll the network and keep its state."),
    "status": ("jbnet.cli.status", "What is wrong now, and the count of the rest."),
    "watch": ("jbnet.cli.watch", "The network live on one screen; a line a change without one."),
    "incidents": ("jbnet.cli.incidents", "Incidents: cause, sites, services; the report for a carrier."),
    "events": ("jbnet.cli.events", "What happened, and what devices said; --follow for programs."),
    "replay": ("jbnet.cli.replay", "Play the record again: the same incidents?"),
    "ack": ("jbnet.cli.ack", "Somebody is on an incident: acknowledge it."),
    "silence": ("jbnet.cli.silence", "Tell nobody of something, until a time."),
    "sla": ("jbnet.cli.sla", "Availability over a month, by level, carrier, service."),
    "databases": ("jbnet.cli.databases", "The databases: set up, measured from outside."),
    "dr": ("jbnet.cli.dr", "Recovery: status, check, switchover, failover, failback, approve, resume, report."),
    "web": ("jbnet.cli.web", "The NOC's page in a browser; its users, tokens, audit log."),
    "demo": ("jbnet.cli.demo", "Everything once, from nothing, on a live network."),
}


class LazyGroup(TyperGroup):
    """Imports a command's module only when the command is used, so that ``--help`` stays quick."""

    context_class = HelpContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work."""
        return list(LAZY_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None where there is none of that name."""
        return load_command(cmd_name) if cmd_name in LAZY_COMMANDS else None

    def lines_of_help(self) -> list[tuple[str, str]]:
        """Return the commands and one line on each, without importing any."""
        return [(name, said) for name, (_, said) in LAZY_COMMANDS.items()]


def load_command(name: str) -> click.Command:
    """Import a command's module and return its click command."""
    module = importlib.import_module(LAZY_COMMANDS[name][0])
    app: typer.Typer
    if hasattr(module, "app"):
        app = module.app
    else:
        app = typer.Typer(add_completion=False)
        app.command(name=name, help=LAZY_COMMANDS[name][1])(module.command)
    app.rich_markup_mode = None
    command = typer.main.get_command(app)
    command.name = name
    speak(command)
    take_globals(command)
    return command


root = typer.Typer(cls=LazyGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def _version(value: bool) -> None:
    if value:
        from jbnet import __version__

        typer.echo(f"jbnet {__version__}")
        raise typer.Exit


@root.callback()
def options(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Option("-C", metavar="DIR", help="Workspace to work in.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    lang: Annotated[str, typer.Option(metavar="en|zh", help="Language.", envvar="JBNET_LANG")] = "en",
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="State directory (default: DIR/.jbnet).")] = None,
    vantage: Annotated[str | None, typer.Option(metavar="DEVICE", help="Device of the lab to run from.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Declare a hierarchical wide-area network once; configure, watch and recover it from that text.

    These options stand before the command or behind it.
    """
    ctx.obj = Context(directory=directory, json=json, lang=known_language(lang), state=state, vantage=vantage)
    ctx.call_on_close(ctx.obj.end_progress)  # also where a command ends without a result


def main() -> None:
    """Run the command line and leave with the right exit code."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o077)
    open_streams()
    code = run_guarded(root)
    settle_streams()
    gc.freeze()  # the interpreter's last passes would walk all of a network and free nothing that its end does not
    sys.exit(code)
