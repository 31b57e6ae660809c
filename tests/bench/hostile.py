"""What a check of hostile workspaces costs as they grow: ``hostile.py [-s N,N,N] [-t SECONDS] [WORD ...]``.

Each shape whose name holds one of the words is checked at each size in a process of its own. The last column is
the growth of processor time from the first size to the last, as a power of the size: 1 is linear.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "fakes"))

from hostile_shapes import SHAPES, Shape  # noqa: E402  the folder is put on the path above

BASE = ROOT / "tests" / "golden" / "check" / "base"


@dataclass(frozen=True)
class Cost:
    """Processor seconds, the largest resident size in MiB, and what the envelope says; None: it did not end."""

    cpu: float
    memory: float
    listed: int | None
    errors: int | None


def lay(shape: Shape, size: int, workspace: Path) -> None:
    """Write the small network and what is wrong over it."""
    shutil.copytree(BASE, workspace, dirs_exist_ok=True)
    for file, content in shape(size).items():
        path = workspace / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def cost(workspace: Path, limit: float) -> Cost:
    """Return what checking a workspace costs; it is ended after so many seconds of processor time."""
    ceiling = math.ceil(limit)
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jbnet", "-C", str(workspace), "--json", "check"],
            stdout=out,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (ceiling, ceiling)),
        )
        _, process.returncode, usage = os.wait4(process.pid, 0)
        out.seek(0)
        envelope = _read(out.read())
    return Cost(
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        len(envelope["findings"]) if envelope else None,
        envelope["counts"]["error"] if envelope else None,
    )


def _read(raw: bytes) -> dict[str, dict[str, int]] | None:
    try:
        found: dict[str, dict[str, int]] = json.loads(raw)
    except ValueError:
        return None
    return found


def _growth(sizes: list[int], costs: list[Cost], start: float) -> str:
    spent = [max(one.cpu - start, 0.01) for one in costs]
    if len(sizes) < 2 or any(one.listed is None for one in costs):
        return "-"
    return f"{math.log(spent[-1] / spent[0]) / math.log(sizes[-1] / sizes[0]):.1f}"


def table(names: list[str], sizes: list[int], limit: float) -> Iterator[str]:
    """Yield a line a shape."""
    with tempfile.TemporaryDirectory() as folder:
        start = min(_measure(lambda _: {}, 0, Path(folder) / f"base{k}", limit).cpu for k in range(2))
        for number, name in enumerate(names):
            costs = [_measure(SHAPES[name], size, Path(folder) / f"{number}x{size}", limit) for size in sizes]
            cells = [f"{c.cpu:6.1f}s {c.memory:5.0f}M" if c.listed is not None else "      !       " for c in costs]
            last = costs[-1]
            told = f"{last.listed!s:>6} {last.errors!s:>8} {_growth(sizes, costs, start):>5}"
            yield f"{name:42} {'  '.join(cells)}  {told}"


def _measure(shape: Shape, size: int, workspace: Path, limit: float) -> Cost:
    lay(shape, size, workspace)
    try:
        return cost(workspace, limit)
    finally:
        shutil.rmtree(workspace)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", dest="sizes", default="5000,10000,20000")
    parser.add_argument("-t", dest="limit", type=float, default=60)
    parser.add_argument("words", nargs="*")
    chosen = parser.parse_args()
    names = [name for name in SHAPES if not chosen.words or any(word in name for word in chosen.words)]
    sizes = [int(size) for size in chosen.sizes.split(",")]
    print(f"{'':42} {'  '.join(f'{size:>14}' for size in sizes)}  listed   errors  power")
    for line in table(names, sizes, chosen.limit):
        print(line, flush=True)


if __name__ == "__main__":
    main()
