"""Asking many devices at once: how many, how long, and why one could not be asked."""

from __future__ import annotations

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text

ASK_S = 45.0
"""How many seconds one device is asked at most."""
WORKERS = 16
"""How many are asked at once."""


def unknown(error: Exception) -> Text:
    """Return why a device could not be asked."""
    return error.text if isinstance(error, JbnetError) else text("{reason}", reason=error)
