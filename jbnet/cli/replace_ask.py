"""What ``jbnet replace`` asks people: whose host key that is, and whether the plan is carried out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jbnet.change.model import Plan
    from jbnet.cli.context import Context
    from jbnet.model.network import Device, Network
    from jbnet.model.text import Text
    from jbnet.services.host_keys import Look, Trust
    from jbnet.services.replace.box import Wishes

FEW_LINES = 8


def trust_of(context: Context, device: Device, fingerprint: str | None, *, dry_run: bool) -> Trust:
    """Return who vouches for the new box's host key: a fingerprint that was read at its console, else a person."""
    from jbnet.services.host_keys import Trust
    from jbnet.services.host_keys_expected import fingerprint as typed

    replaceable = frozenset({device.name})
    if fingerprint is not None:
        return Trust({device.name: frozenset({typed(fingerprint)})}, replace=replaceable)
    return Trust(None, _key_asker(context, dry_run=dry_run), replaceable)


def _key_asker(context: Context, *, dry_run: bool) -> Callable[[Look], bool]:
    """Return what shows a key, and asks a person about it; a dry run only shows it."""

    def ask(one: Look) -> bool:
        for key in one.shown:
            context.note("{device} shows {fingerprint} ({kind})", device=one.device, fingerprint=key.fingerprint,
                         kind=key.kind)  # fmt: skip
        if dry_run:
            return False
        _check_person(context, text("read it at the box's console: {command}; then --fingerprint SHA256:...",
                                    command=_console_command(one.device, context)))  # fmt: skip
        return typer.confirm(context.tr("is that what its console shows?"), err=True)

    return ask


def _console_command(device: str, context: Context) -> str:
    from jbnet import wiring
    from jbnet.platforms.console import console_words

    network = wiring.load_network(context.directory, context.state_dir)
    return console_words(network.devices[device].platform).fingerprint


def _check_person(context: Context, hint: Text) -> None:
    if context.json or not sys.stdin.isatty():
        raise Refused("nobody can be asked here whether that is right", hint=hint)


def wishes_of(
    context: Context,
    network: Network,
    device: Device,
    trust: Trust,
    *,
    yes: bool,
    without: list[str],
    override: bool,
    dry_run: bool,
    diff: bool = False,
) -> Wishes:
    """Return what people say of the new box. Raises UsageError for an interface on which nobody is expected."""
    from jbnet.services.replace.box import Wishes
    from jbnet.services.replace.look import expected_neighbours

    known = expected_neighbours(network, device).values()
    for name in without:
        if name not in known:
            raise UsageError("no neighbour is expected on {interface} of {device}; on: {known}", interface=name,
                             device=device.name, known=", ".join(known) or "-")  # fmt: skip
    accepted = (device.name,) if override else ()
    approver = _approver(context, accepted, yes=yes, dry_run=dry_run, diff=diff)
    return Wishes(trust, approver, frozenset(without), override)


def _approver(
    context: Context, accepted: Sequence[str], *, yes: bool, dry_run: bool, diff: bool
) -> Callable[[Plan], Sequence[str] | None]:
    """Return what shows a plan and asks. A person who says yes accepts the dangers that stand in it."""
    from jbnet.cli.plan import keep_plan, print_plan

    def approve(made: Plan) -> Sequence[str] | None:
        if not context.json:
            print_plan(context, made, None if diff else FEW_LINES, to_apply=False)
        if dry_run:
            return None
        keep_plan(context, made, None)
        if yes:
            return accepted
        _check_person(context, text("the plan was shown and kept; --yes carries it out"))
        return tuple(made.changes) if typer.confirm(context.tr("carry it out?"), err=True) else None

    return approve
