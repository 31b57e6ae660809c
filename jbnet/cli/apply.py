"""``jbnet apply``: carry out a plan that was shown, wave by wave."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import SCHEMA, Context
from jbnet.cli.kept_plans import file_of
from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import joined, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jbnet.change.model import Plan
    from jbnet.change.rehearsal import Evidence
    from jbnet.ports import Progress
    from jbnet.services.deploy.apply import Outcome
    from jbnet.services.deploy.desk import Result

STATES = {
    "confirmed": text("confirmed and saved"),
    "already": text("right already"),
    "would": text("would be changed"),
    "unasked": text("not yet reachable, not asked"),
    "refused": text("refused"),
    "failed": text("failed, unchanged"),
    "reverted": text("failed, taken back"),
    "reverting": text("failed; its timer takes it back"),
}


def command(
    ctx: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's hash (or its beginning), or its file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask and compare only; change nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Carry on a run of this plan that was killed.")] = False,
    override: Annotated[
        list[str] | None,
        typer.Option("--override", metavar="NAME", help="Accept what is shown against this device or rule."),
    ] = None,
    timer: Annotated[
        int,
        typer.Option("--timer", metavar="SECONDS", min=20, max=900, help="How long a device waits to be confirmed."),
    ] = 90,
) -> None:
    """Carry out a plan: per device lock, back up, commit on a timer, look, confirm; halt after a failed wave.

    Exit codes: 0 all devices are as planned; 3 some are not; 4 refused, because a device or the plan was changed
    since it was shown, a permission has ended since, the change would cut its own way, or its rehearsal did not bless
    it; 130 interrupted.
    """
    from jbnet import wiring
    from jbnet.cli.plan import plans_folder
    from jbnet.cli.rollback import remarks_on_way_back
    from jbnet.cli.vantage import enter
    from jbnet.model.findings import Severity
    from jbnet.services.deploy.apply import apply
    from jbnet.services.deploy.desk import Timing
    from jbnet.services.rollback import still_declared

    context: Context = ctx.obj
    file = file_of(context.state_dir, plan).resolve()  # a wrong name needs no device
    enter(context)
    made = plan_in(file)
    evidence = wiring.read_evidence(plans_folder(context.state_dir), made.hash)
    network = wiring.load_network(context.directory, context.state_dir)
    desk = wiring.deploy_desk(context.directory, context.state_dir, network, Board(context))
    desk = replace(desk, timing=Timing.of_timer(timer), successor=wiring.successor(_successors(context, file, timer)))
    _say_rehearsed(context, made, evidence)
    since = () if resume else wiring.findings_of_days(network, Severity.ERROR)  # half a change is worse than an old one
    outcome = apply(
        made, desk, overrides=override or (), dry_run=dry_run, resume=resume, rehearsed=evidence, since=since
    )
    if outcome.ok and not (dry_run or context.json):
        for remark in remarks_on_way_back(still_declared(made, network, desk.sessions)):
            context.say(remark)
    _conclude(context, made, outcome)


def _successors(context: Context, plan: Path, timer: int) -> Callable[[str, Sequence[str]], list[str]]:
    """Return the words that start whoever takes over from this process (``jbnet.cli.successor``)."""
    folders = [str(folder.resolve()) for folder in (context.directory, context.state_dir)]
    start = [sys.executable, "-m", "jbnet.cli.successor", *folders, str(plan), str(timer)]
    return lambda _change, devices: [*start, *devices]


def _say_rehearsed(context: Context, plan: Plan, evidence: Evidence | None) -> None:
    """Say whether the plan was tried out on a copy, and what came of it."""
    from jbnet.cli.plan import SHORT
    from jbnet.cli.times import both

    if context.json:
        shown = {"evidence": evidence.hash, "blessed": evidence.blessed} if evidence else {}
        _event_line("apply.rehearsed", plan.hash, {"rehearsed": evidence is not None, **shown})
    elif evidence is None:
        context.note("not rehearsed; that would be: jbnet rehearse {hash}", hash=plan.hash[:SHORT])
    else:
        verdict = text("blessed") if evidence.blessed else text("not blessed")
        context.note("rehearsed at {time}: {verdict}", time=both(evidence.time), verdict=context.tr(verdict))


def read_plan(state_dir: Path, name: str) -> Plan:
    """Return a kept plan by its hash's beginning, or the plan in a file. Raises UsageError and Refused."""
    return plan_in(file_of(state_dir, name))


def plan_in(file: Path) -> Plan:
    """Return the plan in a file. Raises UsageError (none is there) and Refused (it was edited)."""
    from jbnet.change.codec import from_json

    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError("plan {file} cannot be read: {reason}", file=file, reason=error) from error
    return from_json(data)


class Board:
    """Progress for people on stderr, or one JSON line an event on stdout."""

    def __init__(self, context: Context):
        self._context = context
        self._lock = threading.Lock()

    def report(self, progress: Progress) -> None:
        """Show one step; called from several threads."""
        with self._lock:
            if self._context.json:
                _event_line(progress.event, progress.subject, dict(progress.data))
            elif progress.event == "apply.wave":
                devices = ", ".join(str(name) for name in _listed(progress.data.get("devices")))
                self._context.note("wave {number}: {devices}", number=progress.subject, devices=devices)
            elif progress.event == "apply.device":
                self._device(progress)
            elif progress.event == "apply.unannounced":
                self._context.note(
                    "the monitor could not be told of this wave, and may raise incidents: {reason}",
                    reason=progress.data["reason"],
                )

    def _device(self, progress: Progress) -> None:
        data = progress.data
        state = self._context.tr(STATES[str(data["state"])])
        self._context.note(
            "  {device}: {state} ({seconds} s)", device=progress.subject, state=state, seconds=data["seconds"]
        )
        missing = ", ".join(str(name) for name in _listed(data.get("missing")))
        if missing:
            self._context.note("    no neighbour yet on {ports}", ports=missing)


def _conclude(context: Context, plan: Plan, outcome: Outcome) -> None:
    """Say what was done and leave with the exit code that fits."""
    code = _exit_code(outcome)
    if context.json:
        states = {result.device: str(result.state) for result in outcome.results}
        data = {"plan": plan.hash, "ok": outcome.ok, "devices": states, "not_started": list(outcome.not_started)}
        _event_line("apply.end", plan.hash, data)
    else:
        _print_results(context, outcome)
        _print_next(context, plan, outcome)
    if code:
        raise typer.Exit(code)


def _print_results(context: Context, outcome: Outcome) -> None:
    for result in outcome.results:
        if result.reason is not None:
            context.say("{device}: {state}: {reason}", **_said(context, result))
    counts = {
        str(state): sum(r.state == state for r in outcome.results) for state in {r.state for r in outcome.results}
    }
    said = joined(text("{state}: {count}", state=STATES[state], count=n) for state, n in sorted(counts.items()))
    context.say("devices: {said}", said=said if counts else "0")
    if outcome.not_started:
        context.say("not started: {devices}", devices=", ".join(outcome.not_started))


def _print_next(context: Context, plan: Plan, outcome: Outcome) -> None:
    """Say what is to be done now, if anything is."""
    from jbnet.cli.plan import SHORT

    if outcome.interrupted and outcome.all_good:
        context.say("interrupted; all that was planned was done before")
    elif outcome.interrupted:
        context.say("interrupted; go on with: jbnet apply {hash} --resume", hash=plan.hash[:SHORT])
    elif not outcome.ok:
        context.say("when the cause is mended, plan again: what is right already is left alone")


def _said(context: Context, result: Result) -> dict[str, object]:
    reason = context.tr(result.reason) if result.reason else ""
    return {"device": result.device, "state": context.tr(STATES[str(result.state)]), "reason": reason}


def _exit_code(outcome: Outcome) -> ExitCode:
    if outcome.interrupted:
        return ExitCode.INTERRUPTED
    if outcome.ok:
        return ExitCode.OK
    return ExitCode.REFUSED if outcome.refused else ExitCode.FAILED


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _event_line(event: str, subject: str, data: dict[str, object]) -> None:
    line = {"schema": SCHEMA, "time": datetime.now(UTC).isoformat(), "event": event, "subject": subject, "data": data}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
