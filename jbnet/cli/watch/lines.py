"""Watching without a terminal: a line for each change, as it is kept by the monitor; another run goes on behind it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.event_line import event_line
from jbnet.cli.event_text import event_text
from jbnet.cli.printing import json_text
from jbnet.cli.times import clock_time
from jbnet.model.errors import JbnetError, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.watch.source import Source
    from jbnet.monitor.state import Event
    from jbnet.ports import StoreView

MOST = 1000
EVERY_S = 0.5


def follow(
    context: Context, source: Source, since: str | None, *, once: bool, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Print the events behind ``since`` (STORE-NUMBER, or 0: all that are kept; None: from now on), then each new one.

    ``once``: end when there are no more. Raises UsageError for what is no such number.
    """
    view = source.view()
    name = view.name()
    number = _number(context, view, since)
    while True:
        try:
            view = source.view()
            if view.name() != name:  # a fresh store: its events are all new
                name, number = view.name(), 0
            found = view.events(number, MOST)
        except JbnetError as error:  # the file is being replaced, or busy: whoever follows waits for it
            if once:
                raise
            context.note(error.text)
            found = ()
        for number, event in found:
            _print(context, f"{name}-{number}", event)
        sys.stdout.flush()
        if len(found) < MOST:
            if once:
                return
            sleep(EVERY_S)


def _number(context: Context, view: StoreView, since: str | None) -> int:
    """Return the number behind which to begin; of another store it means nothing, and all is new."""
    if since is None:
        return view.last_event()
    store, _, number = since.rpartition("-")
    if not number.isdigit() or (not store and number != "0"):
        hint = text("write the id of the last line that was read, or 0 for all that is kept")
        raise UsageError("{said} is no place to go on from", said=since, hint=hint)
    if store and store != view.name():
        context.note("{since} is of a store that is gone: all that the new one keeps follows", since=since)
        return 0
    return int(number)


def _print(context: Context, identity: str, event: Event) -> None:
    if not context.json:
        context.streamed(f"{clock_time(event.time)} {event_text(context.tr, event)}")
        return
    sys.stdout.write(json_text(event_line(event, id=identity)) + "\n")
