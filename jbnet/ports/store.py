"""The monitor's memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # these bring networkx along, which most commands do without
    from jbnet.monitor.incidents import Incident
    from jbnet.monitor.replay import Outcome, Watchbook
    from jbnet.monitor.samples import Round
    from jbnet.monitor.summary import Summary


class Store(Protocol):
    """Where the monitor keeps its memory: one writer. A round is in it whole or not at all."""

    def load(self) -> tuple[Watchbook, int]:
        """Return the memory as of the last committed round, and that round's number (0: none yet)."""

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round: samples, counters, states, events, incidents and outbox in one transaction."""

    def close(self) -> None:
        """Let go of it; never raises."""


class StoreView(Protocol):
    """The same memory, read only, while the monitor writes."""

    def summary(self) -> Mapping[str, object] | None:
        """Return the last round's summary (``jbnet.monitor.summary``); None: nothing was ever polled."""

    def incidents(self, *, only_open: bool) -> Sequence[Incident]:
        """Return the incidents, latest first."""

    def answers(self) -> Mapping[str, bool | None]:
        """Say of every polled device whether its agent answers; None: not known yet."""

    def rounds(self) -> Iterable[Round]:
        """Return the recorded rounds, oldest first, for replaying."""

    def close(self) -> None:
        """Let go of it; never raises."""
