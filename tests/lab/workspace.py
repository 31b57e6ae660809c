"""The command line in a workspace whose lab is up, and what runs on the lab's devices."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from conftest import Collected
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.network import Network


class Workspace:
    """The command line in a workspace whose lab is up."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self.folder, self.lab = folder, lab
        self.network: Network = wiring.load_network(folder, folder / ".jbnet")
        self.touched = True
        """Something was typed since a plan last found nothing to do."""

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "jbnet", "-C", str(self.folder), *arguments]

    def jbnet(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=300, check=False)
        assert code is None or done.returncode == code, done.stdout + done.stderr
        return done

    def data(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Return what a command answers with ``--json``; how far it is, on stderr, is no part of it."""
        return dict(json.loads(self.jbnet("--json", *arguments, code=code).stdout)["data"])

    def plan(self) -> dict[str, Any]:
        found = self.data("plan")
        self.touched = bool(found["changes"])
        return found

    def apply(self, plan: dict[str, Any], *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        said = self.jbnet("--json", "apply", plan["hash"], *arguments, code=code).stdout
        return [json.loads(line) for line in said.splitlines()]

    def inside(self, device: str, *argv: str) -> str:
        done = subprocess.run(
            self.lab.inside(device, list(argv)), capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout

    def type(self, device: str, *lines: str) -> None:
        """Type configuration lines at the device's console."""
        self.touched = True
        self.inside(device, "vtysh", "-c", "configure terminal", *(word for line in lines for word in ("-c", line)))

    def running(self, device: str) -> str:
        """Return what the device runs, read at its console."""
        return self.inside(device, "vtysh", "-c", "show running-config")

    def waiting(self, device: str) -> bool:
        """Say whether a commit waits on the device to be confirmed, asked at its console."""
        return bool(json.loads(self.inside(device, "/usr/local/libexec/jbnet-commit", "status"))["pending"])

    def pings(self, origin: str, address: str) -> bool:
        argv = self.lab.inside(origin, ["ping", "-n", "-c", "1", "-W", "2", address])
        return subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode == 0

    def cut_off(self, origin: str, devices: Sequence[str]) -> list[str]:
        return [n for n in devices if not self.pings(origin, str(self.network.devices[n].loopback))]


@contextmanager
def deployed_lab(folder: Path, scale: Mapping[str, Any]) -> Iterator[Workspace]:
    """Have a lab of a workspace at a scale of its own that runs what is declared, all of it reached from the NOC."""
    (folder / "topology" / "lab.yaml").write_text(yaml.safe_dump({"scales": {"small": scale}}))
    lab = wiring.lab(folder, folder / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(folder, "small"), "small", Collected(), deployed=True)
        workspace = Workspace(folder, lab)
        assert eventually(lambda: not workspace.cut_off("noc-s1", list(workspace.network.devices)))
        yield workspace
    finally:
        lab.down()
