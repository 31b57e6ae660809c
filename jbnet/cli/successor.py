"""What `jbnet apply` starts beside itself while it changes a unit; nobody types it.

``python -m jbnet.cli.successor DIRECTORY STATE PLAN TIMER DEVICE...``. It reads its standard input to the end, which
comes when that run has ended, however it ended. Unless the last it said was ``done`` it was killed, and what it had
decided is carried through here. The journal tells what became of it.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import replace
from pathlib import Path

DONE = "done"


class Silent:
    """Nobody looks: implements Reporter."""

    def report(self, progress: object) -> None:
        """Say nothing."""


def main(directory: Path, state_dir: Path, plan: str, timer: int, devices: list[str]) -> None:
    """Be ready, wait, and take over where that is called for."""
    from jbnet import wiring
    from jbnet.cli.apply import read_plan
    from jbnet.services.deploy.desk import Timing
    from jbnet.services.deploy.successor import succeed

    network = wiring.load_network(directory, state_dir)
    desk = replace(wiring.deploy_desk(directory, state_dir, network, Silent()), timing=Timing.of_timer(timer))
    made = read_plan(state_dir, plan)
    if DONE not in sys.stdin.read().split():
        succeed(made, desk, devices)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:])
