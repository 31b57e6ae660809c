"""How recoveries are shown: progress, steps, standings, figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, hanging, pad
from jbnet.cli.context import SCHEMA, Context
from jbnet.cli.dr_figures import summary
from jbnet.cli.times import offset
from jbnet.model.text import Text, text
from jbnet.recovery.canonical import plain
from jbnet.recovery.expand import Binding, Instance, expand
from jbnet.recovery.shown import as_typed, is_program

if TYPE_CHECKING:
    from jbnet.cli.dr_work import Standing
    from jbnet.model.network import Network
    from jbnet.ports import Progress
    from jbnet.recovery.runbook import Runbook

STATES = {
    "running": text("running"),
    "waiting": text("waits for approval"),
    "stopped": text("stopped at a step that failed"),
    "interrupted": text("interrupted; may be resumed"),
    "done": text("done"),
    "undone": text("undone"),
    "abandoned": text("abandoned"),
    "damaged": text("damaged"),
    "empty": text("never started"),
}


COLUMNS = (text("execution"), text("runbook"), text("state"))


class EventLines:
    """Implements the Reporter port: lines for people on stderr, or one JSON line an event on stdout."""

    def __init__(self, context: Context):
        self._context = context

    def report(self, progress: Progress) -> None:
        """Show one step of progress."""
        told = progress.data.get("text")
        if self._context.json:
            self._print_json(progress, told)
        elif isinstance(told, Text):
            self._context.note(
                "{time}  {subject}  {message}",
                time=self._clock_time(datetime.now(UTC)),
                subject=progress.subject,
                message=self._context.tr(told),
            )
            figures = progress.data.get("figures")
            if isinstance(figures, Mapping):
                for line in summary(figures):
                    self._context.note("    {message}", message=self._context.tr(line))

    def _clock_time(self, now: datetime) -> str:
        """Return the network's time with its offset, also in a thread, in which no command is running for click."""
        here = now.astimezone(self._context.time_zone)
        return f"{here:%H:%M:%S}{offset(here)}"

    def _print_json(self, progress: Progress, told: object) -> None:
        data = {key: value for key, value in progress.data.items() if key != "text"}
        if isinstance(told, Text):
            data["message"] = self._context.tr(told)
        line = {
            "schema": SCHEMA,
            "time": datetime.now(UTC).isoformat(),
            "event": progress.event,
            "subject": progress.subject,
            "data": plain(data),
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def print_steps(context: Context, runbook: Runbook, values: Sequence[Binding], network: Network) -> None:
    """Show the steps of a runbook as they would run, and what those that change a router or a name type there."""
    title = runbook.title_zh if context.lang == "zh" else runbook.title
    instances = expand(runbook, values)
    heading = context.tr("{title} ({name}, {sha256})", title=title, name=runbook.name, sha256=runbook.sha256)
    for line in hanging(heading, 4):
        context.say("{line}", line=line)
    for number, instance in enumerate(instances, 1):
        params = ", ".join(f"{key}={as_typed(key, value)}" for key, value in instance.params.items()
                           if not is_program(key, value))  # fmt: skip
        said = context.tr(
            "{number:>3}. {step}: {action} {params}",
            number=number, step=instance.key, action=instance.action, params=params,
        )  # fmt: skip
        for line in hanging(said, 5):
            context.say("{line}", line=line)
        for key, value in instance.params.items():
            if is_program(key, value):  # on a line of its own and unbroken, so that it can be copied
                context.say("{line}", line=f"       {key}: {as_typed(key, value)}")
        for device, line in _typed(network, instance):
            context.say("{line}", line=f"       {device}: {line}")
    steps = [
        {"step": i.key, "action": i.action, "params": plain(i.params), "needs": i.needs,
         **({"typed": typed} if (typed := [list(pair) for pair in _typed(network, i)]) else {})}
        for i in instances
    ]  # fmt: skip
    context.emit({"runbook": runbook.name, "sha256": runbook.sha256, "steps": steps})


def _typed(network: Network, instance: Instance) -> Sequence[tuple[str, str]]:
    """Return what a step types on which device. Raises UsageError for names that are not declared."""
    if instance.action == "move-name":
        from jbnet.services.recover import actions_name

        return actions_name.typed(network, instance.params)
    if instance.action == "set-cost":
        from jbnet.services.recover import actions_cost

        return actions_cost.typed(network, instance.params)
    if instance.action == "set-session":
        from jbnet.services.recover import actions_session

        return actions_session.typed(network, instance.params)
    return ()


def print_standings(context: Context, found: Sequence[Standing]) -> None:
    """Show where executions stand."""
    if not found:
        context.say("no recovery was ever started here")
        return
    rows = [(s.execution, s.runbook or "-", context.tr(STATES[s.state])) for s in found]
    head = tuple(context.tr(word) for word in COLUMNS)
    widths = [max(cells(row[column]) for row in (head, *rows)) for column in range(len(COLUMNS))]
    for row, standing in zip((head, *rows), (None, *found), strict=True):
        context.say("{line}", line="  ".join(map(pad, row, widths)).rstrip())
        for said in _details(standing) if standing is not None else ():
            context.wrapped("  {line}", line=context.tr(said))


def _details(standing: Standing) -> Iterator[Text]:
    """Yield what is said below an execution: one that has ended needs no more than its line."""
    if not standing.open:
        return
    if standing.databases:
        yield text("databases: {databases}", databases=", ".join(standing.databases))
    if standing.step:
        yield text("at step {step}: {said}", step=standing.step, said=standing.said or text("no result yet"))
    elif standing.said:
        yield standing.said
    if standing.hint:
        yield text("next: {what}", what=standing.hint)
    if standing.state in ("stopped", "interrupted") and not standing.drill:
        yield text("jbnet dr resume {execution} goes on with it, --abandon gives it up", execution=standing.execution)
