"""What the bench of recoveries leaves behind when it is killed: nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"
PROGRAM = """
import sys, time
from pathlib import Path
sys.path[:0] = [sys.argv[1]]
from recovery_lab import ended_with_us
with ended_with_us(Path(sys.argv[2]), *sys.argv[2:]):
    print("inside", flush=True)
    time.sleep(600)
"""
PATIENCE_S = 60


def test_killed_its_folders_go_with_it(tmp_path: Path) -> None:
    folders = [tmp_path / "disk", tmp_path / "memory"]
    for folder in folders:
        folder.mkdir()
        (folder / "record").write_text("rows")
    command = [sys.executable, "-c", PROGRAM, str(BENCH), *map(str, folders)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        assert bench.stdout.readline() == "inside\n"
        bench.kill()
    end = time.monotonic() + PATIENCE_S
    while any(folder.exists() for folder in folders):
        assert time.monotonic() < end, "left behind"
        time.sleep(0.05)
