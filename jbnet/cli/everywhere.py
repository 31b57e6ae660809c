"""The global options behind the command too: ``jbnet check --json`` is ``jbnet --json check``.

Every command gets them as hidden options of its own, so that click's parser alone says what is an option and what a
value, and leaves alone what stands behind ``--``. What stands last on the command line holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError

_TAKEN: dict[str, tuple[str, click.ParamType[Any] | None]] = {
    # option: (attribute of Context, type of its value, or None for a flag)
    "-C": ("directory", click.Path(path_type=Path)),
    "--json": ("json", None),
    "--lang": ("lang", click.STRING),
    "--state": ("state", click.Path(path_type=Path)),
    "--vantage": ("vantage", click.STRING),
}


def take_globals(command: click.Command) -> None:
    """Let a command, and all below it, take the global options.

    One that the command has with a meaning of its own stays its own; a command that passes on options that it does not
    know, to a program in a device, has none of ours.
    """
    if not command.context_settings.get("ignore_unknown_options"):
        own = {name for param in command.params for name in param.opts}
        command.params.extend(_option(name) for name in _TAKEN if name not in own)
    for below in getattr(command, "commands", {}).values():
        take_globals(below)


def known_language(value: str) -> str:
    """Return the language. Raises UsageError for one that there is not."""
    if value not in ("en", "zh"):
        raise UsageError("{lang!r} is not one of en, zh", lang=value)
    return value


def _option(name: str) -> click.Option:
    attribute, kind = _TAKEN[name]

    def take(ctx: click.Context, param: click.Parameter, value: object) -> None:
        context = ctx.obj
        if value is not None and isinstance(context, Context):
            setattr(context, attribute, known_language(str(value)) if name == "--lang" else value)

    # a name of its own, for commands have arguments called directory
    return click.Option(
        [f"global_{attribute}", name], type=kind, is_flag=kind is None, flag_value=True if kind is None else None,
        default=None, hidden=True, expose_value=False, callback=take,
    )  # fmt: skip
