"""An audit of live routers: what it says stands on them, a mended finding is gone, a router that is away is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jbnet.lab.lab import Lab

pytestmark = pytest.mark.lab
ROUTER = "core-r1"
"""The NOC reaches it whether or not anything was deployed."""
SSHD = "/etc/ssh/sshd_config"


def jbnet(workspace: Path, *words: str, code: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return dict(json.loads(done.stdout)["data"])


def inside(lab: Lab, device: str, script: str) -> str:
    done = subprocess.run(
        lab.inside(device, ["sh", "-c", script]), capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def outcomes(told: dict[str, Any], device: str = ROUTER) -> dict[str, str]:
    return {one["rule"]: one["outcome"] for one in told["judgements"] if one["device"] == device}


@pytest.fixture
def warned(demo_lab: Lab) -> Iterator[None]:
    """The router's SSH server is configured with a banner, until the test ends."""
    before = inside(demo_lab, ROUTER, f"cat {SSHD}")
    inside(demo_lab, ROUTER, f"echo 'Banner /etc/issue.net' >> {SSHD}")
    yield
    subprocess.run(
        demo_lab.inside(ROUTER, ["sh", "-c", f"cat > {SSHD}"]), input=before, text=True, timeout=60, check=True
    )


def test_every_line_that_an_audit_shows_stands_on_the_router(demo_workspace: Path, demo_lab: Lab) -> None:
    told = jbnet(demo_workspace, "audit", f"device:{ROUTER}", code=1)
    found = outcomes(told)
    assert found["CF-H-03"] == "fulfilled"  # keys alone, as the lab's sshd_config says
    assert found["CF-H-14"] == "not shown"  # snmpd.conf is not the account's to read
    shown = [line for one in told["judgements"] for line in one["evidence"] if not line["file"].endswith("/running")]
    assert shown
    for line in shown[:8]:
        path = line["file"].removeprefix(ROUTER)
        stands = inside(demo_lab, ROUTER, f"sed -n {line['line']}p {path}")
        assert " ".join(stands.split()) == line["text"]


def test_a_finding_that_was_mended_is_gone(demo_workspace: Path, warned: None) -> None:
    told = jbnet(demo_workspace, "audit", f"device:{ROUTER}", code=1)
    assert outcomes(told)["BL-H-08"] == "fulfilled"


def test_without_the_mending_it_is_there_and_a_fresh_backup_counts(demo_workspace: Path, demo_lab: Lab) -> None:
    jbnet(demo_workspace, "backup", f"device:{ROUTER}", code=0)
    assert outcomes(jbnet(demo_workspace, "audit", f"device:{ROUTER}", code=1))["BL-H-08"] == "violated"
    kept = outcomes(jbnet(demo_workspace, "audit", f"device:{ROUTER}", "--from", "backup", code=1))
    assert kept["CF-D-03"] == "fulfilled"
    assert kept["CF-H-03"] == "not shown"  # a backup has no files of the host
