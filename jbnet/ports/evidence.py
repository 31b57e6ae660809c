"""What a report needs from outside the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jbnet.recovery.report.nouns import Loss, Told


class Ledger(Protocol):
    """Who was told of which transaction: the business's own book, a file or a database."""

    def told(self, losses: Sequence[Loss]) -> Sequence[Told]:
        """Return whom the lost transactions were told to; one that is not known is left out. Raises JbnetError."""
