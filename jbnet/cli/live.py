"""``jbnet show device X --live``: a device as the monitor sees it now, from its store; nothing is asked twice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.model.errors import TargetError, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.watch.picture import Picture

WIDTH = 80


def live(context: Context, name: str, *, once: bool) -> None:
    """Show a device live: a page that is drawn anew, or once where there is no terminal or that is asked for.

    Raises Missing where nothing was ever monitored, TargetError where no monitor runs now.
    """
    from jbnet.cli.watch.model import PageKind, Target
    from jbnet.cli.watch.source import Source

    target = Target(PageKind.DEVICE, name)
    if not (once or context.json) and sys.stdin.isatty() and sys.stdout.isatty():
        from jbnet.cli.watch.loop import watch

        watch(context, target)
        return
    source = Source(context)
    try:
        source.start()
        picture = source.picture(target)
    finally:
        source.close()
    if picture.blind:
        raise TargetError(
            "no monitor looks at {name} now: the last look was at {time}",
            name=name,
            time=picture.summary["as_of"] if picture.summary else "-",
            hint=text("start it with: jbnet monitor; jbnet watch shows what was true then"),
        )
    _print(context, name, picture)


def _print(context: Context, name: str, picture: Picture) -> None:
    from jbnet.cli.live_text import device_content, lately_of

    if lately_of(picture, name) is None:
        raise UsageError(
            "{name} is not watched", name=name, hint=text("what is watched follows from the device's role")
        )
    context.emit(as_json(name, picture))
    for line in device_content(name, picture, context.tr, WIDTH).lines:
        context.say("{line}", line=line.said)


def as_json(name: str, picture: Picture) -> dict[str, object]:
    """Return a device for ``--json``: rates in bit/s, times in seconds; null is not known."""
    from jbnet.cli.live_text import lately_of, shut_sessions
    from jbnet.monitor.incidents import rfc3339

    found = lately_of(picture, name)
    if found is None:
        return {}
    state = found.state
    ports = {
        port: {
            "state": str(kept.watch.condition),
            "shut": kept.shut,
            "since": rfc3339(kept.watch.since),
            "in_bps": found.rate(port).in_bps,
            "out_bps": found.rate(port).out_bps,
            "errors_per_s": state.quality[port].errors if port in state.quality else None,
        }
        for port, kept in state.interfaces.items()
    }
    relations = {
        kind: {a: {"state": str(w.condition), "since": rfc3339(w.since)} for a, w in known.items()}
        for kind, known in (("ospf", state.ospf), ("bgp", state.bgp))
    }
    events = [
        {"time": rfc3339(e.time), "event": f"{e.subject.kind}.{e.event}", "subject": str(e.subject)}
        for e in picture.details.history
    ]
    return {
        "device": name,
        "as_of": rfc3339(picture.as_of),
        "state": str(state.answer.condition),
        "since": rfc3339(state.answer.since),
        "rtt_s": state.rtt_s,
        "jitter_s": state.jitter_s,
        "interfaces": ports,
        **relations,
        "shutdown_sessions": sorted(shut_sessions(picture.network, name)),
        "gauges": dict(state.gauges),
        "events": events,
    }
