"""What every stage of the demo has at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jbnet.cli.context import Context
from jbnet.cli.demo.board import Board
from jbnet.cli.demo.picks import Picks
from jbnet.cli.demo.runner import Runner
from jbnet.cli.demo.traces import Traces
from jbnet.model.network import Network

if TYPE_CHECKING:
    from jbnet.lab.lab import Lab


@dataclass
class Stagehand:
    """Consoles, progress, commands, the folder for records, the figures; network, picks and lab once they are there."""

    context: Context
    board: Board
    runner: Runner
    folder: Path
    summary: dict[str, Any]
    network: Network | None = None
    picks: Picks | None = None
    lab: Lab | None = None
    traces: Traces | None = None

    @property
    def built(self) -> tuple[Network, Picks, Lab]:
        """Return network, picks and lab; only stages after the lab is up ask for them."""
        if self.network is None or self.picks is None or self.lab is None:
            raise RuntimeError("the lab is not up yet")
        return self.network, self.picks, self.lab
