"""``jbnet`` as a process of its own whose recovery acts on files of a folder, and which dies by SIGKILL on demand.

Run as ``python recovery_process.py FOLDER ARGUMENTS...``; with KILL_AFTER=n it is killed right after its n-th act,
with HANG=ACTION that action never comes back, with REFUSE=ACTION a safety rule forbids it. With BEYOND set what it
sees is a loss beyond the objective. With FAILSAFE set the fence is jbnet's own: no router answers, etcd has lost the
leader's word, and the leader has reached the standby directly.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from lease_store import NEW, OLD, Rings, Store, Word

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.model.business import Replication
from jbnet.model.errors import Refused
from jbnet.model.network import Database, Device, Network
from jbnet.model.text import text
from jbnet.ports import StepAction, StepOutcome
from jbnet.recovery.lease import LeaseTerms
from jbnet.services.recover.actions import Tools
from jbnet.services.recover.actions_fence import FenceHost
from jbnet.services.recover.lease_fence import LeaseFence
from jbnet.services.recover.leasing import Leasing
from jbnet.wiring import recoveries

NAMES = (
    "assess", "fence", "unfence", "promote", "move-address", "verify-writes", "verify-applications",
    "drill", "clear-drill", "move-name",
)  # fmt: skip
LOOKS = ("assess", "verify-writes")
COUNTING = threading.Lock()
"""Databases act side by side: each line is counted before the next is written."""


@dataclass
class FileAction:
    """Its effect is a file; every act is a line of ``acts``."""

    folder: Path
    name: str

    def _effect(self, params: Mapping[str, object]) -> Path:
        return self.folder / f"{self.name}-{params.get('database', 'all')}"

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(self.name not in LOOKS and self._effect(params).exists(), text("looked"))

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        if os.environ.get("HANG") == self.name:
            threading.Event().wait()
        if os.environ.get("REFUSE") == self.name:
            raise Refused("not {action}", action=self.name)
        self._effect(params).touch()
        with COUNTING, (self.folder / "acts").open("a+") as stream:
            stream.write(f"{self.name}-{params.get('database', 'all')}\n")
            stream.flush()
            stream.seek(0)
            if len(stream.readlines()) == int(os.environ.get("KILL_AFTER", "0")):
                os.kill(os.getpid(), signal.SIGKILL)
        return StepOutcome(True, text("done"), {"lag_bytes": 0, "beyond_objective": "BEYOND" in os.environ})

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(self._effect(params).exists(), text("seen"))


def failsafe_fence() -> FenceHost:
    """The fence of a host that nobody reaches, and whose watchdog has spoken with the standby's a moment ago."""
    clock = SystemClock()
    devices = {name: Device(name, name, "", "database-server", "frr", IPv4Address(address), ()) for name, address in
               ((OLD, "10.1.0.1"), (NEW, "10.2.0.1"))}  # fmt: skip
    whole = replace(network(), devices=devices)
    leasing = Leasing(Store(clock), Word(acknowledged_s=3.0), LeaseTerms(), clock)
    nothing: Any = None  # a fence acts through no other tool
    fence = LeaseFence(whole, Rings(), leasing)
    return FenceHost(Tools(whole, nothing, fence, nothing, nothing, nothing, clock, leasing=leasing))


def actions(folder: Path) -> dict[str, StepAction]:
    """All actions that a failover and a drill want."""
    found: dict[str, StepAction] = {name: FileAction(folder, name) for name in NAMES}
    return found | ({"fence": failsafe_fence()} if "FAILSAFE" in os.environ else {})


def network() -> Network:
    """A network of two databases and nothing else."""
    databases = {
        name: Database(
            name, name, IPv4Address(f"10.3.0.{n}"), 5430 + n, "xining-dc-db1", "golmud-dc-db1", Replication.BLOCK, n, 0
        )
        for n, name in enumerate(("production", "exchange"), 1)
    }
    return Network("q", "q", 64512, IPv4Network("10.0.0.0/8"), databases=databases)


if __name__ == "__main__":
    from jbnet.cli.app import main

    place = Path(sys.argv.pop(1))
    for module in (wiring, recoveries):
        setattr(module, "recovery_actions", lambda *_: actions(place))  # noqa: B010  mypy knows only what a module has
        setattr(module, "load_network", lambda *_, **__: network())  # noqa: B010  as above
    main()
