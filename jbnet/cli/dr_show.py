"""How recoveries are shown: progress, steps, standings, figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jbnet.cli.columns import hanging
from jbnet.cli.context import SCHEMA, Context
from jbnet.cli.times import local
from jbnet.model.text import Text, text
from jbnet.recovery.canonical import plain
from jbnet.recovery.expand import Binding, Instance, expand

if TYPE_CHECKING:
    from jbnet.cli.dr_work import Standing
    from jbnet.model.network import Network
    from jbnet.ports import Progress
    from jbnet.recovery.approval import ApprovalRequest
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
            here = local(datetime.now(UTC))
            self._context.note(
                "{time}  {subject}  {message}",
                time=f"{here:%H:%M:%S}",
                subject=progress.subject,
                message=self._context.tr(told),
            )
            figures = progress.data.get("figures")
            if isinstance(figures, Mapping):
                for line in figure_lines(figures):
                    self._context.note("    {message}", message=line)

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
    """Show the steps of a runbook as they would run, and what those that change a router type there."""
    title = runbook.title_zh if context.lang == "zh" else runbook.title
    instances = expand(runbook, values)
    heading = context.tr("{title} ({name}, {sha256})", title=title, name=runbook.name, sha256=runbook.sha256)
    for line in hanging(heading, 4):
        context.say("{line}", line=line)
    for number, instance in enumerate(instances, 1):
        params = ", ".join(f"{key}={value}" for key, value in instance.params.items())
        said = context.tr(
            "{number:>3}. {step}: {action} {params}",
            number=number, step=instance.key, action=instance.action, params=params,
        )  # fmt: skip
        for line in hanging(said, 5):
            context.say("{line}", line=line)
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
    if instance.action != "set-cost":
        return ()
    from jbnet.services.recover.actions_cost import typed

    return typed(network, instance.params)


def print_standings(context: Context, found: Sequence[Standing]) -> None:
    """Show where executions stand."""
    if not found:
        context.say("no recovery was ever started here")
    for standing in found:
        context.say(
            "{execution}  {runbook}  {databases}  {state}  {step}  {said}",
            execution=standing.execution,
            runbook=standing.runbook or "-",
            databases=",".join(standing.databases) or "-",
            state=context.tr(STATES[standing.state]),
            step=standing.step,
            said=context.tr(standing.said) if standing.said else "",
        )


def print_request(context: Context, request: ApprovalRequest) -> None:
    """Show what is to be approved, figures and all."""
    expires = datetime.fromisoformat(request.expires)
    context.say(
        "execution {execution}: {runbook} of {databases}, started by {people}",
        execution=request.execution,
        runbook=request.runbook,
        databases=", ".join(request.databases),
        people=", ".join(request.started_by),
    )
    context.say("runbook {sha256}", sha256=request.runbook_sha256)
    context.say(
        "figures {sha256}, good until {utc} UTC ({local})",
        sha256=request.figures_sha256,
        utc=f"{expires.astimezone(UTC):%H:%M:%S}",
        local=f"{local(expires):%H:%M:%S}",
    )
    for message in sentences(request.figures):
        context.say("  {message}", message=message)
    for line in figure_lines(request.figures):
        context.say("    {message}", message=line)


def sentences(figures: Mapping[str, object]) -> Iterator[str]:
    """Return what each step says in a sentence: what a tired person reads first."""
    for found in figures.values():
        if isinstance(found, Mapping) and isinstance(found.get("said"), str):
            yield str(found["said"])


def figure_lines(figures: Mapping[str, object]) -> Iterator[str]:
    """Return figures as lines ``step.name: value``; what is not known or was said in a sentence is left out."""
    for key, value in figures.items():
        if value is None or key == "said":
            continue
        if isinstance(value, Mapping) and value:
            yield from (f"{key}.{line}" for line in figure_lines(value))
        else:
            yield f"{key}: {json.dumps(plain(value), ensure_ascii=False)}"
