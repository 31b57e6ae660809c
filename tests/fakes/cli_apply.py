"""Applies a plan over routers in memory that another process serves, which kills this one when it wants to.

``cli_apply.py PLATFORM STATE PORTS PLAN``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(platform: str, state: Path, ports: dict[str, int], plan: Path) -> None:
    from cli_world import DEVICES, Lines, desk_of
    from equipped import equipped

    from jbnet.adapters.clock import SystemClock
    from jbnet.change.codec import from_json
    from jbnet.ports import Progress
    from jbnet.services.deploy.apply import apply

    class Silent:
        def report(self, progress: Progress) -> None:
            """Nobody looks."""

    desk = desk_of(equipped(platform), state, Lines(state, ports), SystemClock(), Silent())
    apply(from_json(json.loads(plan.read_text(encoding="utf-8"))), desk, overrides=DEVICES)


if __name__ == "__main__":
    sys.path[:0] = [str(HERE)]
    main(sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3]), Path(sys.argv[4]))
