"""Saying first, and so that nobody overlooks it, that the monitor does not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.cli.context import Context

_RULE = "=" * 72


def print_blind(context: Context, reasons: Sequence[str]) -> None:
    """Print why the monitor is blind, between two rules; nothing where it sees."""
    if not reasons or context.json:
        return
    context.out.print(_RULE)
    context.say("BLIND: {reasons}", reasons=", ".join(context.tr(reason) for reason in reasons))
    context.out.print(_RULE)
