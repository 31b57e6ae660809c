"""``jbnet rehearse``: carry a plan out on a copy of the network that it can matter to, and see who loses whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.errors import ExitCode
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jbnet.change.model import Plan
    from jbnet.change.rehearsal import Evidence, Lost, Pair, Trial
    from jbnet.cli.context import Context
    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.ports import Progress

WITHIN_MIN = 15.0
FEW, EXAMPLES = 8, 3
"""Names that people see, and those of the far ends of lost pairs; of the others they see the number, JSON has all."""


def command(
    ctx: typer.Context,
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan's hash (or its beginning), or its file.")],
    within: Annotated[
        float, typer.Option("--within", metavar="MINUTES", min=1.0, help="Give up after that time.")
    ] = WITHIN_MIN,
) -> None:
    """Carry a plan out on a copy of the network first: built from what runs today, gone afterwards.

    Nothing is sent to the network itself. Exit codes: 0 the plan is blessed; 3 it could not be rehearsed; 4 it
    loses pairs that the declaration wants, or fails; 130 interrupted.
    """
    from jbnet import wiring
    from jbnet.change.rehearsal_codec import to_json
    from jbnet.cli.apply import read_plan
    from jbnet.cli.plan_faults import print_faults

    context: Context = ctx.obj
    made = read_plan(context.state_dir, plan)
    network = wiring.load_network(context.directory, context.state_dir)
    evidence = rehearsed(context, made, network, within)
    context.emit(to_json(evidence), ok=evidence.blessed, findings=made.faults)
    print_evidence(context, evidence)
    print_faults(context, made.faults)
    if not evidence.blessed:
        raise typer.Exit(ExitCode.REFUSED)


def rehearsed(context: Context, made: Plan, network: Network, within: float = WITHIN_MIN) -> Evidence:
    """Rehearse a plan and keep the evidence beside it."""
    from jbnet import wiring
    from jbnet.cli.plan import plans_folder
    from jbnet.cli.vantage import inside
    from jbnet.lab.host import require_root
    from jbnet.services.rehearse.trial import Bounds, rehearse, today

    require_root()
    state, steps = context.state_dir, Scenes(context)
    with inside(context):
        found = today(made, network, wiring.device_sessions(context.directory, state, network), steps)
    context.note("copy of what runs today: {devices} devices", devices=len(found.blueprint.configs))
    evidence = rehearse(
        made, found, wiring.rehearsal(state), lambda part, told: wiring.rehearsal_desk(state, part, told), steps,
        Bounds(whole_s=within * 60),
    )  # fmt: skip
    wiring.keep_evidence(plans_folder(state), evidence)
    return evidence


def print_evidence(context: Context, evidence: Evidence) -> None:
    """Print what a rehearsal showed, at 80 columns (nothing with ``--json``)."""
    scale, counts = evidence.scale, evidence.counts
    context.say(
        "rehearsed on {devices} devices, {circuits} circuits, {sites} sites, in {seconds} s",
        devices=scale.devices, circuits=scale.circuits, sites=scale.sites, seconds=round(evidence.seconds),
    )  # fmt: skip
    context.say(
        "pairs that the declaration wants: {wanted}; reached before: {before}, after: {after}",
        wanted=counts.wanted, before=counts.before, after=counts.after,
    )  # fmt: skip
    for trial in evidence.trials:
        _print_trial(context, trial)
    if evidence.missing:
        context.say("wanted, and reached neither before nor after: {pairs}", pairs=len(evidence.missing))
        _print_pairs(context, evidence.missing)
    _print_unproved(context, evidence)
    stood_in = [name for name in evidence.likeness.stood_in if any(name in t.devices for t in evidence.trials)]
    if evidence.blessed and stood_in:
        context.say("the plan is blessed, with FRR in the place of {devices}", devices=_few(context, stood_in))
    elif evidence.blessed:
        context.say("the plan is blessed")
    else:
        context.say("the plan is not blessed: {devices}", devices=_few(context, evidence.culprits))


def _print_trial(context: Context, trial: Trial) -> None:
    counts = {"number": trial.number, "reached": trial.reached, "lost": len(trial.lost)}
    context.say("wave {number}: pairs reached: {reached}, lost: {lost}", **counts)
    by_device: dict[str, list[Lost]] = {}
    for lost in trial.lost:
        by_device.setdefault(lost.after, []).append(lost)
    for device, losses in by_device.items():
        context.say("  lost after {device}: {count}", device=device or _few(context, trial.devices), count=len(losses))
        _print_pairs(context, [lost.pair for lost in losses])
    for device, reason in trial.failed.items():
        context.say("  {device}: {reason}", device=device, reason=context.tr(reason))
    if trial.outages:
        longest = max(trial.outages.values())
        context.say(
            "  missing for a while: {count} pairs, {seconds} s at most", count=len(trial.outages), seconds=longest
        )


def _print_pairs(context: Context, pairs: Sequence[Pair]) -> None:
    """Print lost pairs by the end that lost most: its name, and some of those that it no longer reaches."""
    from jbnet.change.pairs import by_sick_end

    found = list(by_sick_end(pairs).items())
    for end, others in found[:FEW]:
        context.say("    {end}: {others}", end=end, others=_few(context, others, EXAMPLES))
    if len(found) > FEW:
        context.say("    more: {count} (--json lists them)", count=len(found) - FEW)


def _print_unproved(context: Context, evidence: Evidence) -> None:
    likeness = evidence.likeness
    _print_steads(context, evidence)
    for title, names in ((text("left out"), likeness.left_out), (text("assumed"), likeness.assumed)):
        for reason, devices in _by_reason(context, names).items():
            said = {"title": context.tr(title), "devices": _few(context, devices), "reason": reason}
            context.say("{title}: {devices} ({reason})", **said)
    if likeness.down:
        context.say(
            "circuits that do not work today and did not here: {circuits}", circuits=_few(context, likeness.down)
        )
    context.say("not proved: the vendors' own behaviour, load, and what lies outside of this part")


def _print_steads(context: Context, evidence: Evidence) -> None:
    """Print for whom FRR stood in, and what of the plan and of what runs it did not say."""
    steads = evidence.likeness.stood_in
    for platform in dict.fromkeys(stead.platform for stead in steads.values()):
        names = [name for name, stead in steads.items() if stead.platform == platform]
        context.say("FRR stood in for {platform}: {devices}", platform=platform, devices=_few(context, names))
    for name, stead in steads.items():
        missing = [context.tr(why) for why in stead.unproved]
        _print_few(context, [text("unproved: {device}: {line}", device=name, line=line) for line in missing])
        _print_few(context, [text("not rehearsed: {device}: {line}", device=name, line=line) for line in stead.untried])
        for line in stead.against:
            context.say("may move packets and could not be rehearsed: {device}: {line}", device=name, line=line)


def _print_few(context: Context, said: Sequence[Text]) -> None:
    for one in said[:EXAMPLES]:
        context.say(one)
    if len(said) > EXAMPLES:
        context.say("  more lines: {count} (--json lists them)", count=len(said) - EXAMPLES)


def _by_reason(context: Context, texts: Mapping[str, Text]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, reason in texts.items():
        found.setdefault(context.tr(reason), []).append(name)
    return found


def _few(context: Context, names: Sequence[str], few: int = FEW) -> str:
    if len(names) <= few:
        return ", ".join(names)
    return context.tr("{names} and {count} more", names=", ".join(names[:few]), count=len(names) - few)


class Scenes:
    """Tells on stderr how a rehearsal goes."""

    def __init__(self, context: Context):
        self._context = context

    def report(self, progress: Progress) -> None:
        """Show the steps that people wait for."""
        data = progress.data
        if progress.event == "lab.up":
            self._context.note("the copy is up; waiting until its routers have found each other")
        elif progress.event == "rehearse.before":
            self._context.note("pairs reached before: {reached} of {wanted}", **data)
        elif progress.event == "rehearse.wave":
            self._context.note(
                "wave {number} is through; pairs lost: {lost}", number=progress.subject, lost=data["lost"]
            )
