"""Asking many devices at once: how many, how long, and why one could not be asked."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.model.errors import CommandFailed, JbnetError
from jbnet.model.text import Text, text
from jbnet.platforms.masking import masked
from jbnet.ports import Difference

ASK_S = 45.0
"""How many seconds one device is asked at most."""
WORKERS = 16
"""How many are asked at once."""


def unknown(error: Exception) -> Text:
    """Return why a device could not be asked."""
    return error.text if isinstance(error, JbnetError) else text("{reason}", reason=error)


def told(platform: str, difference: Difference) -> tuple[str, ...]:
    """Return a difference as lines without secrets."""
    return tuple(masked(platform, line) for line in difference.patch.lines() if line[:1] in "+-")


def check_agrees(device: str, differs: Sequence[str], shown: Sequence[str]) -> None:
    """Raise CommandFailed where a device's configuration differs and its own comparison shows nothing.

    One of its two answers is wrong, or it was changed between them: to say "nothing to do" would be a guess.
    """
    if differs and not shown:
        raise CommandFailed(
            "{device} contradicts itself: what it says it runs differs in `{line}`, its own comparison shows nothing",
            device=device, line=differs[0].strip(),
            hint=text("ask again; if it stays, look at {device} by hand", device=device),
        )  # fmt: skip
