"""A process that stands back for whoever else works on the machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHOWN = """import os
from jbnet.adapters.machine import stand_back
stand_back()
print(os.nice(0), os.sched_getscheduler(0))"""


@pytest.mark.parametrize(("began", "ends"), [("--other", os.SCHED_BATCH), ("--idle", os.SCHED_IDLE)])
def test_it_goes_behind_everybody_and_never_before_where_it_was_put(began: str, ends: int) -> None:
    argv = ("chrt", began, "0", sys.executable, "-c", SHOWN)
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["19", str(ends)]
