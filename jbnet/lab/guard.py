"""Removes a rehearsal's lab when the process that wanted it has ended, however it ended.

``python -m jbnet.lab.guard FOLDER < PIPE``: the other end of the pipe is held by that process alone, so that the
kernel says when it is gone, after ``kill -9`` too. Started before the lab, in a session of its own, without the
lab's mark. Of those two the one that lives longer holds the rehearsal's lock.
"""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

from jbnet.lab.lab import INTERRUPTIONS, demolish
from jbnet.lab.paths import LabPaths


def main() -> None:
    """Wait for the end of the pipe, then remove the lab and its state directory."""
    for number in INTERRUPTIONS:
        signal.signal(number, signal.SIG_IGN)
    folder = Path(sys.argv[1])
    sys.stdin.buffer.read()
    demolish(LabPaths(folder))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
