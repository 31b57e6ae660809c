"""A router of the sample network as an audit sees it: a text of each platform on which every control holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from equipped import equipped

from jbnet.adapters.workspace import read_files
from jbnet.config.audit import host_files
from jbnet.config.audit.lines import NumberedText
from jbnet.config.audit.observed import Observed, Origin
from jbnet.model.network import Network
from jbnet.platforms.facts import facts
from jbnet.standards import Standards, evaluate, load
from jbnet.standards.audit import Audit, Workspace
from jbnet.standards.evaluate import Evaluation
from jbnet.standards.model import Evidence, Outcome
from jbnet.standards.world import Surroundings

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "audit"
PLATFORMS = ("vrp8", "vrp5", "comware7", "ios", "frr")
DEVICE = "xining-r1"
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)


@cache
def shipped() -> Standards:
    """The rule sets of the repository."""
    found = load(read_files(ROOT, ("topology",)))
    assert found.findings == ()
    return replace(found, waivers=())


@cache
def network(platform: str) -> Network:
    """The sample network, with a line over a network of others and two log servers."""
    found = equipped(platform)
    assert found.management is not None
    up = replace(found.circuits["xining-up1"], underlay="intranet")
    servers = (IPv4Address("10.4.0.193"), IPv4Address("10.2.0.193"))
    return replace(
        found, management=replace(found.management, syslog=servers), circuits={**found.circuits, "xining-up1": up}
    )


def hardened(platform: str) -> str:
    """A configuration on which every control holds that the platform can show."""
    return (GOLDEN / platform / "hardened.conf").read_text(encoding="utf-8")


def hardened_files() -> str:
    """The files of a Linux host that goes with it, as grep prints them."""
    return (GOLDEN / "frr" / "hardened.files").read_text(encoding="utf-8")


@dataclass
class Case:
    """What is seen: a text, the files of its host as ``grep`` prints them, and more of ``Observed``."""

    platform: str
    running: str
    files: str = ""
    errors: str = ""
    origin: Origin = Origin.DEVICE
    role: str = "prefecture-router"
    more: dict[str, Any] = field(default_factory=dict)

    def observed(self) -> Observed:
        known: dict[str, Any] = {"saved": True, "backed_up": YESTERDAY, "backups_known": True}
        texts = {"running": NumberedText(f"{DEVICE}/running", self.running, self.platform)}
        files, missing = host_files.read(DEVICE, self.platform, facts(self.platform).files, self.files, self.errors)
        return Observed(DEVICE, self.platform, self.origin, {**texts, **files}, missing, time=NOW, now=NOW,
                        **(known | self.more))  # fmt: skip

    def network(self) -> Network:
        found = network(self.platform)
        device = replace(found.devices[DEVICE], role=self.role)
        return replace(found, devices={**found.devices, DEVICE: device})

    def evaluation(self, standards: Standards) -> Evaluation:
        return evaluate(
            self.network(), standards, NOW.date(), evidence=Evidence.CONFIGURATION,
            surroundings=Surroundings(configurations={DEVICE: self.observed()}),
            keep=lambda subject: subject.name == DEVICE,
        )  # fmt: skip

    def outcomes(self, standards: Standards) -> dict[str, Outcome]:
        found = self.evaluation(standards)
        return {one.rule.id: one.outcome for one in (*found.judgements, *found.shown)}

    def audit(self, standards: Standards) -> Audit:
        network = self.network()
        return Audit(
            network, standards, self.evaluation(standards), {DEVICE: self.observed()}, (network.devices[DEVICE],),
            f"device:{DEVICE}", self.origin, NOW, "auditor@noc", Workspace("0" * 64, "1" * 40, changed=True),
            version="1.0",
        )  # fmt: skip


def case(platform: str, **changed: Any) -> Case:
    """The hardened device, with changes."""
    files = hardened_files() if platform == "frr" else ""
    return replace(Case(platform, hardened(platform), files), **changed)
