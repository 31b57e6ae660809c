"""Texts and outcomes as they stand in a journal's entries, and back."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.text import Text, text
from jbnet.ports import StepOutcome


def text_data(told: Text) -> dict[str, object]:
    """Return a text as it stands in an entry: in English, and with what is needed to translate it."""
    return {"text": str(told), "template": told.template, "params": dict(told.params)}


def text_of(data: Mapping[str, object]) -> Text:
    """Return the text of an entry, so that it can be shown in the reader's language."""
    template, params = data.get("template"), data.get("params")
    if isinstance(template, str) and isinstance(params, Mapping):
        return Text(template, {str(key): value for key, value in params.items()})
    return text("{message}", message=data.get("text", ""))


def outcome_data(outcome: StepOutcome) -> dict[str, object]:
    """Return an outcome as it stands in an entry."""
    return {**text_data(outcome.text), "evidence": dict(outcome.evidence)}
