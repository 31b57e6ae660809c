"""What a demo measured, and whether all of it held."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from jbnet.model.text import Text, text

SITES = 1024


def broken_promises(summary: Mapping[str, Any]) -> list[Text]:
    """Return what did not hold, one text each; empty: all held. Missing figures do not hold."""
    deploy, cut = summary.get("deploy", {}), summary.get("cut", {})
    failover, failback = summary.get("failover", {}), summary.get("failback", {})
    checks = [
        ("sites", summary.get("sites"), SITES),
        ("deploy.second_plan_changes", deploy.get("second_plan_changes"), 0),
        ("deploy.hand_typed", deploy.get("hand_typed"), deploy.get("hand_typed_expected")),
        ("cut.incidents", cut.get("incidents"), 1),
        ("cut.root_cause", cut.get("root_cause"), cut.get("circuit")),
        ("cut.open_after_heal", cut.get("open_after_heal"), 0),
        ("failover.two_writers", failover.get("two_writers"), 0),
        ("failover.unmeasured", _unmeasured(failover), []),
        ("failover.lost of synchronous databases", _lost_synchronous(failover), {}),
        ("failback.lost", {k: n for k, n in failback.get("lost", {"?": "?"}).items() if n != 0}, {}),
        ("left_behind", summary.get("left_behind"), []),
    ]
    return [
        text("{figure} is {actual}, expected {expected}", figure=figure, actual=actual, expected=expected)
        for figure, actual, expected in checks
        if actual != expected
    ]


def _unmeasured(failover: Mapping[str, Any]) -> list[str]:
    """Name the databases without a recovery time: one that never failed was not recovered."""
    rto = failover.get("rto_s", {"?": None})
    return [name for name, seconds in rto.items() if seconds is None]


def _lost_synchronous(failover: Mapping[str, Any]) -> dict[str, int]:
    """Name the synchronous databases that lost acknowledged transactions."""
    lost, synchronous = failover.get("lost", {}), failover.get("synchronous", [])
    return {name: lost.get(name, -1) for name in synchronous if lost.get(name, -1) != 0}


def machine(cores: int) -> dict[str, object]:
    """Return the parts of a machine that figures depend on."""
    return {"cores": cores, "kernel": platform.release(), "python": platform.python_version()}
