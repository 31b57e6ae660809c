"""``make bench``: measure, print a table, write build/bench.json. ``ONLY`` picks ids by their beginning."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

import commands
import failover
import incident
import lab
import netlab
import plan
import poll
import render
import scale
import scale_poll
import snmp
import store
import sweep
import switchover
import vs_patroni
import whatif

SUITES = (
    (("cli.help_s", "check.province_s"), commands.rows),
    (("check.vs_netlab",), netlab.rows),
    (("check.national_", "scale.check_"), scale.rows),
    (("snmp.",), snmp.rows),
    (("whatif.", "scale.whatif_"), whatif.rows),
    (("render.", "scale.render_"), render.rows),
    (("lab.",), lab.rows),
    (("incident.",), incident.rows),
    (("plan.",), plan.rows),
    (("poll.",), poll.rows),
    (("sweep.",), sweep.rows),
    (("scale.poll_",), scale_poll.rows),
    (("store.",), store.rows),
    (("dr.switchover_", "dr.failback_"), switchover.rows),
    (("dr.failover_", "dr.readiness_"), failover.rows),
    ((vs_patroni.BEGINS,), vs_patroni.rows),
)
"""What the ids of a suite begin with, and the suite. A suite runs when any of them fits what was asked for."""
ON_REQUEST = (
    "lab.",
    "incident.",
    "plan.",
    "scale.poll_",
    "dr.switchover_",
    "dr.failback_",
    "dr.failover_",
    "dr.readiness_",
    vs_patroni.BEGINS,
)
"""Suites that take minutes and most of the machine: only when they are asked for."""
OUT = Path(__file__).parents[2] / "build" / "bench.json"


def main() -> None:
    """Run the suites asked for."""
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    wanted = [rows for begins, rows in SUITES if any(_is_wanted(begin, only) for begin in begins)]
    found = [row for rows in wanted for row in rows() if str(row["id"]).startswith(only)]
    machine = {"cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([row | {"machine": machine} for row in found], indent=1) + "\n", encoding="utf-8")
    print(f"{'id':<34}{'value':>10} {'unit':<14}{'goal':>8}  {'ratio':>6}  peer")
    for row in found:
        print(
            f"{row['id']:<34}{row['value']:>10} {row['unit']:<14}{row['goal']:>8}  {row['ratio']:>6}  "
            f"{row['peer'] or 'the goal'}"
        )


def _is_wanted(begin: str, only: str) -> bool:
    return begin.startswith(only[: len(begin)]) and bool(only or begin not in ON_REQUEST)


if __name__ == "__main__":
    main()
