"""``--help`` in the chosen language: what click knows of a command, put into words only when it is asked for.

Help texts stay English in the code; each paragraph is a key of the catalogue (``jbnet/catalogue/zh/help.yaml``).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import click

from jbnet.cli.columns import cells, lines, pad
from jbnet.cli.errors import context_from_argv
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[str, str]
WIDEST = 80
_LEFT = 26
"""A first column wider than this does not push the second to the right: what it says goes below."""
_EXTRAS = (
    (re.compile(r"\brequired\b"), text("required")),
    (re.compile(r"\bdefault: "), text("default: ")),
    (re.compile(r"\benv var: "), text("env var: ")),
)
_PIECES = {
    "[OPTIONS]": text("[OPTIONS]"),
    "COMMAND": text("COMMAND"),
    "[ARGS]...": text("[ARGS]..."),
    "COMMAND [ARGS]...": text("COMMAND [ARGS]..."),
}


class HelpContext(click.Context):
    """A click context whose help is ours."""

    def get_help(self) -> str:
        """Return the help of the command, in the language of the command line."""
        return "\n".join(_Help(self).whole())


def speak(command: click.Command) -> None:
    """Let a command, and all below it, give its help by ``HelpContext``."""
    command.context_class = HelpContext
    for below in getattr(command, "commands", {}).values():
        speak(below)


class _Help:
    """One command's help."""

    def __init__(self, ctx: click.Context) -> None:
        self.ctx = ctx
        self.tr = context_from_argv().tr  # an option of the language may stand behind --help
        self.width = max(min(shutil.get_terminal_size().columns, WIDEST), 50)

    def whole(self) -> Iterator[str]:
        """Yield the lines: usage, what it does, arguments, options, commands."""
        yield from self._usage()
        for paragraph in paragraphs(self.ctx.command.help):
            yield ""
            yield from ("  " + line for line in lines(self.tr(Text(paragraph)), self.width - 2))
        params = self.ctx.command.get_params(self.ctx)
        arguments = [param for param in params if isinstance(param, click.Argument)]
        options = [param for param in params if not isinstance(param, click.Argument)]
        yield from self._rows(text("Arguments"), [*self._params(arguments)])
        yield from self._rows(text("Options"), [*self._params(options)])
        yield from self._rows(text("Commands"), [*self._commands()])

    def _usage(self) -> Iterator[str]:
        pieces = [self.tr(_PIECES.get(piece, text("{piece}", piece=piece)))
                  for piece in self.ctx.command.collect_usage_pieces(self.ctx)]  # fmt: skip
        begin = f"{self.tr(text('Usage: '))}{self.ctx.command_path} "
        first, *others = lines(" ".join(pieces), self.width - cells(begin))
        yield begin + first
        yield from (" " * cells(begin) + line for line in others)

    def _params(self, params: Sequence[click.Parameter]) -> Iterator[Row]:
        for param in params:
            record = param.get_help_record(self.ctx)
            if record is not None:
                left, right = record
                own = " ".join((getattr(param, "help", None) or "").split())
                extras = " ".join(right.split()).removeprefix(own)
                for pattern, said in _EXTRAS:
                    extras = pattern.sub(self.tr(said), extras)
                yield left.removeprefix("* "), (self.tr(Text(own)) if own else "") + extras

    def _commands(self) -> Iterator[Row]:
        if isinstance(self.ctx.command, click.Group):
            for name, said in command_lines(self.ctx.command, self.ctx):
                yield name, self.tr(Text(said))

    def _rows(self, heading: Text, rows: Sequence[Row]) -> Iterator[str]:
        """Yield a heading and rows of two columns; the second is broken into lines of its own column."""
        if not rows:
            return
        yield ""
        yield self.tr(heading) + self.tr(text(":"))
        left = max((width for row in rows if (width := cells(row[0])) <= _LEFT), default=0) + 2
        for first, second in rows:
            said = lines(second, self.width - left - 2)
            beside = cells(first) <= _LEFT
            yield ("  " + (pad(first, left) + said[0] if beside else first)).rstrip()
            yield from (" " * (left + 2) + line for line in (said[1:] if beside else said))


def paragraphs(said: str | None) -> list[str]:
    """Return the paragraphs of a help text, each on one line: the keys of the catalogue."""
    return [" ".join(paragraph.split()) for paragraph in (said or "").split("\n\n") if paragraph.strip()]


def command_lines(group: click.Group, ctx: click.Context) -> list[Row]:
    """Return the commands of a group, each with the first paragraph of its help."""
    if hasattr(group, "lines_of_help"):
        return cast("list[Row]", cast("Any", group).lines_of_help())
    found = [(name, group.get_command(ctx, name)) for name in group.list_commands(ctx)]
    return [(name, next(iter(paragraphs(it.help)), "")) for name, it in found if it is not None and not it.hidden]
