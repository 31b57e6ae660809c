"""Texts and outcomes as they stand in a journal's entries (``jbnet.recovery.account.told_by`` reads them)."""

from __future__ import annotations

from jbnet.model.errors import JbnetError, Refused
from jbnet.model.text import Text
from jbnet.ports import StepOutcome


def text_data(told: Text) -> dict[str, object]:
    """Return a text as it stands in an entry: in English, and with what is needed to translate it."""
    params = {key: text_data(value) if isinstance(value, Text) else value for key, value in told.params.items()}
    return {"text": str(told), "template": told.template, "params": params}


def outcome_data(outcome: StepOutcome) -> dict[str, object]:
    """Return an outcome as it stands in an entry."""
    return {**text_data(outcome.text), "evidence": dict(outcome.evidence)}


def error_data(error: JbnetError) -> dict[str, object]:
    """Return what failed as it stands in an entry, with what is to be done next; ``refused``: a safety rule did it."""
    hint = {"hint": text_data(error.hint)} if error.hint is not None else {}
    refused = {"refused": True} if isinstance(error, Refused) else {}
    return {**text_data(error.text), **hint, **refused}
