"""``jbnet dr approve``: showing figures, signing them, and taking a signature that was made elsewhere."""

from __future__ import annotations

import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jbnet.cli.context import Context
from jbnet.cli.dr_figures import print_request
from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import Titled, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.adapters.approvals import ApprovalBox
    from jbnet.recovery.approval import ApprovalRequest


def sign(
    context: Context,
    execution: str | None,
    key: Path,
    request_file: Path | None,
    *,
    only_print: bool,
    yes: bool,
    accept_loss: bool,
    everything: bool = False,
) -> None:
    """Show the request, sign it with the key, and hand the approval in or print it.

    Raises Refused where the figures show a loss beyond an objective, unless that is accepted by name.
    """
    from jbnet.adapters.approvals import read_request, to_token
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.keys import load_private

    box = _box(context, execution, carried=request_file is not None)
    if request_file is None:
        _expect_open(context, execution)
    request = read_request(request_file) if request_file else box.request()
    if execution is not None and request.execution != execution:
        raise UsageError(
            "the request is for {found}, not for {execution}", found=request.execution, execution=execution
        )
    print_request(context, request, _title(context, request), everything=everything)
    if not accept_loss:
        _refuse_loss(request)
    private = load_private(key, lambda: getpass.getpass(context.tr("passphrase of {path}: ", path=key)))
    _confirm(context, yes=yes)
    approval = box.sign(request, private, SystemClock().now())
    token = to_token(approval)
    if only_print:
        context.say("{message}", message=token)
    else:
        _tell(context, request, box.hand_in(request, approval), approval.person)
    context.emit({"approval": asdict(approval), "token": token, "figures_sha256": request.figures_sha256})


def _title(context: Context, request: ApprovalRequest) -> Titled | None:
    """Return the title of the runbook that the execution pinned; None where the request came from elsewhere."""
    from jbnet import wiring
    from jbnet.recovery.replay import replay

    store = wiring.executions(context.state_dir)
    if request.execution not in store.ids():
        return None
    content = replay(store.journal(request.execution).entries()).runbook_content
    return Titled(str(content.get("title", "")), zh=str(content.get("title_zh", ""))) if content.get("title") else None


def _refuse_loss(request: ApprovalRequest) -> None:
    from jbnet.recovery.approval import beyond_objective, both_leading

    steps = beyond_objective(request)
    if steps and (both := both_leading(request)):
        raise Refused(
            "both hosts take writes, and what one of them has alone would be given up: {steps}",
            steps=", ".join(both),
            hint=text("who accepts that says so: jbnet dr approve ... --accept-loss"),
        )
    if steps:
        raise Refused(
            "more would be lost than is declared: {steps}",
            steps=", ".join(steps),
            hint=text("who accepts that says so: jbnet dr approve ... --accept-loss"),
        )


def accept(context: Context, execution: str | None, token: str) -> None:
    """Hand in an approval that was made elsewhere and read out or sent as text."""
    from jbnet.adapters.approvals import from_token

    box = _box(context, execution, carried=False)
    _expect_open(context, execution)
    request = box.request()
    approval = from_token(token, request)
    _tell(context, request, box.hand_in(request, approval), approval.person)
    context.emit({"approval": asdict(approval)})


def _expect_open(context: Context, execution: str | None) -> None:
    """Raises UsageError where nothing waits for a signature any more: the past is not shown as if it did."""
    from jbnet import wiring
    from jbnet.cli.dr_show import STATES
    from jbnet.recovery.replay import replay

    store = wiring.executions(context.state_dir)
    found = store.find(execution)
    state = replay(store.journal(found).entries())
    hint = text("jbnet dr status lists executions and what they wait for")
    if state.result is not None:
        raise UsageError("{execution} has ended ({state}): nothing of it is to be approved", execution=found,
                         state=STATES[state.result], hint=hint)  # fmt: skip
    if state.request is not None and state.step(state.request.step).settled:
        raise UsageError("{execution} is approved already, by {people}; it needs no more signatures now",
                         execution=found, people=", ".join(one.person for one in state.approvals) or "-",
                         hint=hint)  # fmt: skip


def _tell(context: Context, request: ApprovalRequest, given: Sequence[str], person: str) -> None:
    context.say("approved by {person}: {given} of {needed}", person=person, given=len(given), needed=request.needed)


def _box(context: Context, execution: str | None, *, carried: bool) -> ApprovalBox:
    """Return where approvals of the execution go; for a request carried here no execution need exist."""
    from jbnet import wiring

    return wiring.approval_box(context.directory, context.state_dir, execution, carried=carried)


def _confirm(context: Context, *, yes: bool) -> None:
    """Ask on a terminal. Raises Refused where nobody can be asked: a signature is never given by silence."""
    if yes:
        return
    if context.json or not sys.stdin.isatty():
        hint = text("nothing was signed; --yes signs what was shown (ssh -t gives a terminal)")
        raise Refused("not approved: nobody can be asked here", hint=hint)
    if not click.confirm(context.tr("Do you approve this?"), err=True):
        raise Refused("not approved", hint=text("nothing was signed"))
