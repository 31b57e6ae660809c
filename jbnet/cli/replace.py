"""``jbnet replace``: a dead box, and the new one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Device, Network
    from jbnet.ports import Progress
    from jbnet.services.replace.box import Bench, Wishes


def command(
    ctx: typer.Context,
    device: Annotated[str, typer.Argument(metavar="[DEVICE]", help="Name of the dead device.")] = "",
    serial: Annotated[
        str | None, typer.Option("--serial", metavar="SN", help="Begin: the new box has this serial number.")
    ] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option("--fingerprint", metavar="SHA256:...", help="The new box's host key, as its console shows it."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Carry the plan out that is shown.")] = False,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="INTERFACE", help="No neighbour is expected there now.")
    ] = None,
    override: Annotated[
        str | None, typer.Option("--override", metavar="DEVICE", help="Replace it although it answers, or differs.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Which boxes were replaced, when, by whom.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show every line of the plan, not the first few.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Ask and show only; write and send nothing.")] = False,
) -> None:
    """Put a new box in a dead one's place. First with --serial: papers for whoever goes there. Then without, when the
    new box is in: its host key, its configuration, its neighbours.

    Exit codes: 0 done; 1 neighbours are missing, or the plan was declined; 3 the new box does not answer yet; 4 the
    old box still answers, or a key, a serial number or the plan is refused.
    """
    from jbnet.cli.replace_ask import trust_of, wishes_of

    context: Context = ctx.obj
    if history:
        _history(context, device)
        return
    _check_words(device, override)
    network, found, bench = _bench(context, device)
    if serial is not None:
        _prepare(context, found, serial, bench, override=override is not None, dry_run=dry_run)
        return
    trust = trust_of(context, found, fingerprint, dry_run=dry_run)
    wishes = wishes_of(
        context, network, found, trust, yes=yes, without=without or [], override=override is not None,
        dry_run=dry_run, diff=diff,
    )  # fmt: skip
    _take_in(context, found, bench, wishes, dry_run=dry_run)


def _check_words(device: str, override: str | None) -> None:
    if not device:
        raise UsageError("which device is replaced?", hint=text("jbnet replace DEVICE --serial SN"))
    if override is not None and override != device:
        raise UsageError("--override names {name}, and {device} is replaced", name=override, device=device)


def _bench(context: Context, name: str) -> tuple[Network, Device, Bench]:
    from jbnet import wiring
    from jbnet.cli.vantage import enter
    from jbnet.services.deploy.plan import managed

    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    device = network.devices.get(name)
    if device is None:
        raise UsageError("no such device: {device}", device=name, hint=text("jbnet show device lists them"))
    if not managed(network, [device]):
        raise UsageError(
            "jbnet does not deploy {device}, so it has no configuration for a new one", device=name,
            hint=text("servers are set up by playbooks; a partner's device is the partner's"),
        )  # fmt: skip
    return network, device, wiring.replacement_bench(context.directory, context.state_dir, network, _Steps(context))


def _prepare(context: Context, device: Device, serial: str, bench: Bench, *, override: bool, dry_run: bool) -> None:
    from jbnet.services.replace.box import prepare

    made = prepare(device, serial, bench, override=override, dry_run=dry_run)
    old = made.replacement.old_serial
    context.emit({"device": device.name, "serial": serial, "old_serial": old, "declared": made.declared,
                  "papers": list(made.papers), "dry_run": dry_run})  # fmt: skip
    if context.json:
        return
    context.say("{device}: {old} is replaced by {new}", device=device.name, old=old or "?", new=serial)
    if dry_run:
        context.say("the old box does not answer, and all papers can be written; nothing was written")
        return
    context.say("the serial number stands in {file}", file=made.declared)
    for path in made.papers:
        context.say("  {path}", path=path)
    context.say("type the console file at the new box, print the sheet; when the box is in: jbnet replace {device}",
                device=device.name)  # fmt: skip


def _take_in(context: Context, device: Device, bench: Bench, wishes: Wishes, *, dry_run: bool) -> None:
    from jbnet.services.replace.box import take_in

    taken = take_in(device, bench, wishes, dry_run=dry_run)
    data = {"device": device.name, "taken_in": taken is not None and not dry_run, "dry_run": dry_run}
    if taken is None:
        context.emit(data, ok=dry_run)
        context.say("nothing was sent to {device}", device=device.name)
        if not dry_run:
            raise typer.Exit(ExitCode.NO)
        return
    context.emit({**data, "serial": taken.replacement.serial, "shown_serial": taken.serial, "shredded": taken.shredded})
    if taken.serial is None:
        context.say("{device} does not say its serial number: only the label was compared", device=device.name)
    context.say("{device} runs what it should, and its neighbours are there", device=device.name)
    if taken.shredded:
        context.say("files with secrets removed: {count}", count=len(taken.shredded))


def _history(context: Context, device: str) -> None:
    from jbnet import wiring
    from jbnet.services.replace.record import replacements

    found = [one for one in replacements(wiring.change_entries(context.state_dir)) if device in ("", one.device)]
    context.emit([
        {"device": one.device, "serial": one.serial, "old_serial": one.old_serial, "owner": one.owner,
         "begun": _stamp(one.begun), "ended": _stamp(one.ended) if one.ended else None,
         "retired": one.retired, "learned": one.learned,
         "override": one.override}
        for one in found
    ])  # fmt: skip
    for one in found:
        context.say("{begun} {device}: {old} -> {new}, by {owner}", begun=_both(one.begun), device=one.device,
                    old=one.old_serial or "?", new=one.serial, owner=one.owner)  # fmt: skip
        for key in one.retired:
            context.say("  host key retired: {fingerprint}", fingerprint=key)
        for key in one.learned:
            context.say("  host key learned: {fingerprint}", fingerprint=key)
        context.say(
            text("  in service since {time}", time=_both(one.ended)) if one.ended else text("  not in service yet")
        )
    if not found:
        context.say("no box was replaced")


def _both(recorded: str) -> str:
    from datetime import datetime

    from jbnet.cli.times import both

    return both(datetime.fromisoformat(recorded))


def _stamp(recorded: str) -> str:
    from datetime import datetime

    from jbnet.model.times import stamp

    return stamp(datetime.fromisoformat(recorded))


class _Steps:
    """Tells on stderr what happens while the new box is taken in."""

    def __init__(self, context: Context):
        self._context = context

    def report(self, progress: Progress) -> None:
        """Take one step of progress."""
        said = {
            "apply.commit": text("{device}: the configuration is committed on a timer", device=progress.subject),
            "apply.looking": text("{device}: a new login looks whether all is well", device=progress.subject),
            "apply.confirm": text("{device}: confirmed and saved", device=progress.subject),
        }.get(progress.event)
        if said is not None and not self._context.json:
            self._context.note(said)
