"""``jbnet plan``: what would change on which device, in which wave, and what is at stake."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan_faults import print_faults
from jbnet.cli.printing import echo
from jbnet.model.errors import ExitCode
from jbnet.model.refusals import reason_of
from jbnet.model.text import joined, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jbnet.change.model import Change, Plan, Wave
    from jbnet.change.rehearsal import Evidence
    from jbnet.cli.context import Context
    from jbnet.model.text import Text

FEW_LINES = 8
FEW_DEVICES = 5
FEW_NAMES = 3
SHORT = 12
"""How many digits of a plan's hash people see and type."""


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Which devices (default: all).")] = "all",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the plan to this file too.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show every line, not the first few of each device.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 when anything would change.")] = False,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Carry it out on a copy first; exit code 4 when that loses anything.")
    ] = False,
) -> None:
    """Show what would change on which device in which wave, and keep the plan for ``jbnet apply``.

    Exit codes: 0 the plan is made, or there is nothing to do; 1 with --check when anything would change;
    3 when a device could not be asked; 4 with --rehearse when the rehearsal does not bless the plan.
    """
    from jbnet.cli.vantage import enter, inside

    context: Context = ctx.obj
    if not rehearse:
        enter(context)  # this process may begin anew there: what follows is imported once

    from concurrent.futures import ThreadPoolExecutor

    from jbnet import wiring
    from jbnet.cli.progress import Counting
    from jbnet.cli.rehearse import rehearsed
    from jbnet.inventory.select import select, some
    from jbnet.services.deploy.aim import Declared
    from jbnet.services.deploy.plan import managed, plan

    network, judge = wiring.load_to_judge(context.directory, context.state_dir)
    with ThreadPoolExecutor(1) as beside, inside(context):
        faults = beside.submit(judge)  # while devices are waited for
        sessions = wiring.device_sessions(context.directory, context.state_dir, network)
        aim = Declared(network, book=wiring.secret_book(context.directory, context.state_dir))
        known = wiring.deployed_before(context.state_dir)
        devices = some(managed(network, select(network, selector)), selector)
        made = plan(network, devices, sessions, Counting(context, (d.name for d in devices)), aim=aim, known=known)
    made = replace(made, faults=faults.result())
    conclude(context, made, output, diff=diff, trial=(lambda: rehearsed(context, made, network)) if rehearse else None)
    if check and made.changes:
        raise typer.Exit(ExitCode.NO)


def conclude(
    context: Context,
    made: Plan,
    output: Path | None,
    *,
    diff: bool,
    trial: Callable[[], Evidence] | None = None,
    remarks: Sequence[Text] = (),
) -> None:
    """Keep and show a plan, what is to be said of it beside, and what its rehearsal (``trial``) shows.

    Leave with exit code 3 when a device could not be asked, with 4 when the rehearsal does not bless the plan.
    """
    from jbnet.cli.rehearse import print_evidence

    files = keep_plan(context, made, output) if made.changes else []
    if not context.json:
        print_plan(context, made, None if diff else FEW_LINES)
    for remark in remarks:
        context.say(remark)
    evidence = trial() if trial is not None and made.changes else None
    _emit(context, made, files, evidence, remarks)
    if evidence is not None:
        print_evidence(context, evidence)
    if made.unasked:
        raise typer.Exit(ExitCode.FAILED)
    if evidence is not None and not evidence.blessed:
        raise typer.Exit(ExitCode.REFUSED)


def print_plan(context: Context, plan: Plan, lines: int | None, *, to_apply: bool = True) -> None:
    """Print the plan for people, at 80 columns; ``lines`` of each device's difference (None: all).

    ``to_apply``: say how it is carried out; not where the command that shows it does so itself.
    """
    for wave in plan.waves:
        context.say("wave {number}", number=wave.number)
        _print_units(context, plan, wave)
        for name in wave.devices:
            _print_change(context, plan.changes[name], lines)
    print_unasked(context, plan.unasked)
    if plan.unverified:
        context.say("devices with secrets of which it is not known whether they have changed: {count}",
                    count=len(plan.unverified))  # fmt: skip
    _print_timers(context, plan)
    print_faults(context, plan.faults)
    if plan.changes:
        counts = {"devices": len(plan.changes), "waves": len(plan.waves), "same": len(plan.unchanged)}
        context.say("devices to change: {devices}, in waves: {waves}; as they should be: {same}", **counts)
        if to_apply:
            context.say("plan {hash}; carry it out with: jbnet apply {hash}", hash=plan.hash[:SHORT])
    elif plan.unchanged or not plan.unasked:
        context.say("nothing to do; devices as they should be: {same}", same=len(plan.unchanged))


def print_unasked(context: Context, unasked: Mapping[str, Text]) -> None:
    """Print who could not be asked; many with a reason of the same kind are one line with one example."""
    kinds: dict[str, list[str]] = {}
    for name, reason in unasked.items():
        kinds.setdefault(reason.template, []).append(name)
    for names in kinds.values():
        if len(names) <= FEW_DEVICES:
            for name in names:
                context.say("could not be asked: {reason}", reason=_about(name, unasked[name]))
        else:
            example = _about(names[0], unasked[names[0]])
            context.say("could not be asked: {count} devices, for one: {reason}", count=len(names), reason=example)


def _about(device: str, reason: Text) -> Text:
    """Return a reason that names its device once."""
    return reason if device in str(reason) else text("{device}: {reason}", device=device, reason=reason)


def _print_timers(context: Context, plan: Plan) -> None:
    """Say what takes a change back on the device if it goes wrong, and what that costs; many of a kind are one line."""
    kinds: dict[str, list[str]] = {}
    for name, change in plan.changes.items():
        if change.timer is not None:
            kinds.setdefault(context.tr(change.timer), []).append(name)
    for timer, names in kinds.items():
        if len(names) <= FEW_NAMES:
            context.say("timer on {devices}:", devices=", ".join(names))
        else:
            context.say("timer on {count} devices:", count=len(names))
        echo(f"  {timer}")


def _print_units(context: Context, plan: Plan, wave: Wave) -> None:
    for unit in plan.units:
        if unit.devices[0] in wave.devices:
            names = {"devices": ", ".join(unit.devices), "circuits": ", ".join(unit.circuits)}
            context.say("  together or not at all, the far end first: {devices}; both ends of: {circuits}", **names)


def _print_change(context: Context, change: Change, lines: int | None) -> None:
    notes = [text(f"{change.device}: +{change.added} -{change.removed}")]
    if change.first:
        notes.append(text("first deployment"))
    if change.at_risk:
        notes.append(text("sites cut off if it fails: {count}", count=len(change.at_risk)))
    context.say("  {said}", said=joined(notes))
    if not change.reached:
        echo("    " + context.tr("not yet reachable, compared with its bootstrap"))
    for danger in change.dangers:
        echo(f"    ! {context.tr(danger)}")
    if change.secrets:
        said = context.tr("secrets that are not as their source has them: {names}", names=", ".join(change.secrets))
        echo(f"    {said}")
    print_lines(context, change.diff, lines)


def print_lines(context: Context, diff: Sequence[str], lines: int | None) -> None:
    """Print the first lines of a difference, by section and in pairs, and how many more there are.

    With ``lines`` None all are printed, as they are sent.
    """
    from jbnet.change.pairing import beginning, paired

    if lines is not None:
        diff, shown = paired(diff), beginning(diff, lines)
    else:
        shown = tuple(diff)
    for line in shown:
        echo(f"    {line}")
    if len(shown) < len(diff):
        echo("    " + context.tr("lines more: {count} (see them with --diff)", count=len(diff) - len(shown)))


def plans_folder(state_dir: Path) -> Path:
    """Return where plans are kept, one file a plan: HASH.json."""
    return state_dir / "plans"


def keep_plan(context: Context, plan: Plan, output: Path | None) -> list[Path]:
    """Write a plan where ``jbnet apply`` finds it, and to ``output``; return the files.

    Raises OSError where it cannot be kept, TargetError where it is kept and cannot be written to ``output``.
    """
    from jbnet.change.codec import to_json
    from jbnet.model.errors import TargetError

    content = json.dumps(to_json(plan), indent=1, ensure_ascii=False) + "\n"
    kept = plans_folder(context.state_dir) / f"{plan.hash}.json"
    _write(kept, content)
    if output is None:
        return [kept]
    try:
        _write(output, content)
    except OSError as error:
        raise TargetError(
            "cannot write the plan to {path}: {reason}",
            path=output,
            reason=reason_of(error),
            hint=text("it is kept all the same: jbnet apply {plan}; or make it again with another -o FILE",
                      plan=plan.hash[:SHORT]),
        ) from error  # fmt: skip
    return [kept, output]


def _write(file: Path, content: str) -> None:
    """Replace a file in one step, and leave nothing beside it where that fails."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(file)) from error


def _emit(context: Context, plan: Plan, files: list[Path], evidence: Evidence | None, remarks: Sequence[Text]) -> None:
    from jbnet.change import codec, rehearsal_codec
    from jbnet.cli.unasked import unasked_json

    named = {"files": [str(file) for file in files], "unasked": unasked_json(context, plan.unasked)}
    data = {**codec.to_json(plan), **named}
    data["remarks"] = [context.tr(remark) for remark in remarks]
    if evidence is not None:
        data["rehearsal"] = rehearsal_codec.to_json(evidence)
    context.emit(data, ok=not plan.unasked and (evidence is None or evidence.blessed), findings=plan.faults)
