"""Texts and outcomes as they stand in a journal's entries (``jbnet.recovery.account.told_by`` reads them)."""

from __future__ import annotations

from jbnet.model.text import Text
from jbnet.ports import StepOutcome


def text_data(told: Text) -> dict[str, object]:
    """Return a text as it stands in an entry: in English, and with what is needed to translate it."""
    return {"text": str(told), "template": told.template, "params": dict(told.params)}


def outcome_data(outcome: StepOutcome) -> dict[str, object]:
    """Return an outcome as it stands in an entry."""
    return {**text_data(outcome.text), "evidence": dict(outcome.evidence)}
