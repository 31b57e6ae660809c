"""What approvers are shown of a request: a page that can be read at night, and every value for who asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.times import beside
from jbnet.model.text import Text, Titled, text
from jbnet.recovery.account import told_by
from jbnet.recovery.canonical import plain
from jbnet.recovery.loss import loss_seen

if TYPE_CHECKING:
    from jbnet.recovery.approval import ApprovalRequest

WORDS = ("said", "told")
"""Keys of what a step said: a sentence in English, and what translates it. They are no figures."""


def print_request(context: Context, request: ApprovalRequest, title: Titled | None, *, everything: bool) -> None:
    """Show what is to be approved. ``title``: the runbook's; ``everything``: every value, below the summary."""
    expires = datetime.fromisoformat(request.expires)
    name = text("{title} ({name})", title=title, name=request.runbook) if title is not None else request.runbook
    context.wrapped(
        "execution {execution}: {runbook} of {databases}, started by {people}",
        execution=request.execution,
        runbook=name,
        databases=", ".join(request.databases),
        people=", ".join(request.started_by),
    )
    for said in summary(request.figures):
        context.wrapped("  {line}", 6, line=context.tr(said))
    if everything:
        for line in figure_lines(request.figures):
            context.say("    {message}", message=line)
    context.say("good until {time}", time=f"{expires.astimezone(UTC):%H:%M:%SZ}{beside(expires)}")
    context.say("runbook {sha256}", sha256=request.runbook_sha256)
    context.say("figures {sha256}", sha256=request.figures_sha256)
    if not everything:
        context.wrapped("signed is every value of these figures; --all shows them")


def summary(figures: Mapping[str, object]) -> Iterator[Text]:
    """Yield what each step says in a sentence, what would be lost, and what a lease means: what has to be weighed."""
    for found in figures.values():
        if not isinstance(found, Mapping):
            continue
        if (sentence := said_by(found)) is not None:
            yield sentence
        if (loss := loss_seen(found)) is not None:
            yield text("  would lose: {loss} (declared: at most {rpo:g} s)", loss=loss, rpo=found.get("rpo_s") or 0)
        lease = found.get("lease")
        if isinstance(lease, Mapping) and (means := lease_by(lease)) is not None:
            yield text("  lease: {means}", means=means)


def said_by(found: Mapping[str, object]) -> Text | None:
    """Return a step's sentence for the reader's language; in English as an older journal has it. None: it said none."""
    told = found.get("told")
    if isinstance(told, Mapping):
        return told_by(told)
    return text("{message}", message=found["said"]) if isinstance(found.get("said"), str) else None


def lease_by(lease: Mapping[str, object]) -> Text | None:
    """Return what a lease means, as ``said_by`` does."""
    return said_by({"told": lease.get("told"), "said": lease.get("means")})


def figure_lines(figures: Mapping[str, object]) -> Iterator[str]:
    """Return figures as lines ``step.name: value``; what is not known or was said in a sentence is left out."""
    for key, value in figures.items():
        if value is None or key in WORDS:
            continue
        if isinstance(value, Mapping) and value:
            yield from (f"{key}.{line}" for line in figure_lines(value))
        else:
            yield f"{key}: {json.dumps(plain(value), ensure_ascii=False)}"
