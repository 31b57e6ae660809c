"""Where people's deeds are appended, and read by the monitor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from jbnet.monitor.actions import Action


class ActionLog(Protocol):
    """actions.db: many append, one reads; nothing in it is ever changed."""

    def append(self, actions: Sequence[Action]) -> None:
        """Append actions, whole or not at all; they are on the disk when this returns. Raises JbnetError."""

    def after(self, number: int) -> Sequence[tuple[int, Action]]:
        """Return the actions behind that number, with theirs, in the order in which they were appended."""
