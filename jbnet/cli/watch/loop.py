"""Watching: read, draw, wait for a key or the next second, take it, and again."""

from __future__ import annotations

from dataclasses import replace

from jbnet.cli.context import Context
from jbnet.cli.watch.model import Model, Page, PageKind, Target, Wish, press
from jbnet.cli.watch.screen import draw
from jbnet.cli.watch.source import Source
from jbnet.cli.watch.terminal import Terminal
from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.monitor.board import wanted

EVERY_S = 1.0
"""Seconds between two looks into the store."""


def watch(context: Context, first: Target, said: str = "") -> None:
    """Show the network until somebody leaves. ``first`` is the page to begin with, ``said`` the filter.

    Raises Missing where nothing was ever monitored and UsageError for a filter that cannot be read.
    """
    source = Source(context)
    source.start()
    wanted(said, source.network)
    try:
        with Terminal() as terminal:
            _run(context, source, terminal, Model((Page(first),), said))
    finally:
        source.close()


def _run(context: Context, source: Source, terminal: Terminal, model: Model) -> None:
    while not model.over:
        picture = source.picture(model.page.target)
        pressed: str | None = ""
        while not model.over and pressed is not None:  # keys that came together are taken together
            width, height = terminal.size
            screen = draw(model, picture, context.tr, width, height)
            terminal.show(screen.lines)
            pressed = terminal.key(EVERY_S)
            if pressed == "redraw":
                terminal.redraw()
            elif pressed is not None:
                before = model.page.target
                model, wish = press(model, pressed, screen.content.rows, screen.room)
                model = _granted(source, _checked(source, model), wish)
                if wish is not None or model.page.target != before:
                    picture = source.picture(model.page.target)


def _checked(source: Source, model: Model) -> Model:
    """Say what is wrong with a filter that cannot be read."""
    try:
        wanted(model.filter, source.network)
    except JbnetError as error:
        return replace(model, message=error.text, filter="")
    return model


def _granted(source: Source, model: Model, wish: Wish | None) -> Model:
    """Do what is wished and say so, or why it could not be done."""
    if wish is None:
        return model
    try:
        return replace(model, message=source.grant(wish))
    except JbnetError as error:
        return replace(model, message=error.text)


def first_page(name: str | None) -> Target:
    """Return the page to begin with: that of an incident, or the list. Raises UsageError for what is no number."""
    from jbnet.model.errors import UsageError

    if name is None:
        return Target(PageKind.LIST)
    number = name.lstrip("#")
    if not number.isdigit():
        hint = text("jbnet incidents lists them with their numbers")
        raise UsageError("there is no incident {id}", id=name, hint=hint)
    return Target(PageKind.INCIDENT, number)
