"""How a device's part in an apply ended. Pure."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """How a device's course ended."""

    CONFIRMED = "confirmed"
    ALREADY = "already"
    WOULD = "would"
    UNASKED = "unasked"
    REFUSED = "refused"
    FAILED = "failed"
    REVERTED = "reverted"
    REVERTING = "reverting"


AS_PLANNED = frozenset({State.CONFIRMED, State.ALREADY})
"""The device runs what was planned."""
GOOD = AS_PLANNED | {State.WOULD, State.UNASKED}
"""Nothing went wrong: in a dry run the device would, or is not to be asked."""
