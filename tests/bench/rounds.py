"""Rounds of a running monitor in which everybody is asked and waited for: one line of JSON each.

``python rounds.py WORKSPACE ROUNDS``, in the network namespace of the NOC. The first rounds of a monitor are not like
those that follow (it learns what an agent can take, and derives the keys of SNMPv3), and are not printed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]

from jbnet import wiring  # noqa: E402  found only on the path set above

EVERYBODY_S = 4.0
"""An interval too short to be dealt out in shares (``jbnet.services.watch.schedule``)."""
FIRST = 2
PAUSE_S = 2.0


def main() -> None:
    """Watch for so many rounds."""
    workspace, rounds = Path(sys.argv[1]), int(sys.argv[2])
    watcher = wiring.monitor(workspace, workspace / ".jbnet", say=lambda line: None, interval_s=EVERYBODY_S)
    try:
        watcher.start()
        for number in range(FIRST + rounds):
            began = time.monotonic()
            summary = watcher.poll_once().summary
            found = {"seconds": time.monotonic() - began, "answering": summary.devices_answering}
            if number >= FIRST:
                print(json.dumps(found | {"devices": summary.devices}), flush=True)
            time.sleep(PAUSE_S)
    finally:
        watcher.close()


if __name__ == "__main__":
    main()
