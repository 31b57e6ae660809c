"""The standards of a workspace: rule sets of topology/standards/, judged on the declared network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from jbnet.inventory.codes.rule import Rule as CodeRule
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.standards.evaluate import Evaluation
    from jbnet.standards.load import Standards
    from jbnet.standards.world import Surroundings


@dataclass(frozen=True, slots=True)
class Judged:
    """A network, the standards that it was judged by, and what came of it."""

    network: Network
    standards: Standards
    evaluation: Evaluation


def judge_standards(
    directory: Path, *, sets: Collection[str] | None = None, sites: Collection[str] | None = None
) -> Judged:
    """Judge the declared network by its standards: by all sets or some, on everything or on what belongs to some sites.

    Raises AnswerIsNo with the findings when the declaration or the standards have errors, UsageError where there is no
    workspace.
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.model.errors import AnswerIsNo
    from jbnet.standards import evaluate, load
    from jbnet.wiring.declaration import load_network

    network = load_network(directory, directory, whole=True)
    files = read_files(directory, ("topology", "monitors", "dr"))
    standards = load(files)
    keep = None if sites is None else (lambda subject: subject.site in sites)
    around = surroundings(directory, files, network)
    found = evaluate(network, standards, today(), surroundings=around, sets=sets, keep=keep)
    errors = [finding for finding in (*standards.findings, *found.findings) if finding.severity == "error"]
    if errors:
        raise AnswerIsNo("the standards have errors: {count}", count=len(errors), findings=tuple(errors))
    return Judged(network, standards, found)


def findings_of_standards(directory: Path, files: Mapping[str, str], network: Network | None) -> tuple[Finding, ...]:
    """Return what ``jbnet check`` says of standards: what is wrong with them, and violations that are errors.

    ``files`` are those of the workspace. Nothing is judged while the network is not known.
    """
    from jbnet.model.findings import Severity
    from jbnet.standards.load import FOLDER, load

    if not any(file.startswith(f"{FOLDER}/") for file in files):
        return ()
    standards = load(files)
    if network is None:
        return standards.findings
    from jbnet.standards.evaluate import as_finding, evaluate

    around = surroundings(directory, files, network)
    found = evaluate(network, standards, today(), surroundings=around, severities=[Severity.ERROR])
    return (*standards.findings, *found.findings, *(as_finding(violation) for violation in found.violations))


def surroundings(directory: Path, files: Mapping[str, str], network: Network) -> Surroundings:
    """Return what monitors/ and dr/ say that rules ask about; what cannot be read there is not known."""
    from jbnet.adapters.fence_rings import shuts_in
    from jbnet.monitor.checks import load_checks
    from jbnet.recovery.plan import load_plan
    from jbnet.standards.world import Surroundings

    monitors = {file: content for file, content in files.items() if file.startswith("monitors/")}
    checks = load_checks(monitors, network.roles)[0]
    plan = load_plan("dr/plan.yaml", files["dr/plan.yaml"])[0] if "dr/plan.yaml" in files else None
    fences = {
        host: sum(shuts_in(network, host, ring) for ring in fence.rings if network.devices.keys() >= set(ring))
        for host, fence in (plan.fences.items() if plan else ())
        if host in network.devices
    }
    return Surroundings(
        approvers=_approvers(directory, files.get("dr/approvers.yaml", "")),
        fences=fences if plan else None,
        watched=frozenset(role for check in checks.checks for role in check.roles) if monitors else None,
    )


def _approvers(directory: Path, content: str) -> int | None:
    from jbnet.model.errors import Missing, UsageError
    from jbnet.wiring.declaration import lists_nobody

    if lists_nobody(content):
        return 0
    from jbnet.adapters.keys import load_approvers

    try:
        return len(load_approvers([directory / "dr"]).people)
    except (UsageError, Missing):
        return None


def today() -> date:
    """Return the day by which waivers are judged (UTC)."""
    from jbnet.adapters.clock import SystemClock

    return SystemClock().now().date()


def standard_code(directory: Path, code: str, lang: str = "en") -> CodeRule | None:
    """Return the rule of the workspace's standards that a finding's code names, told as any code is; None: no such.

    Letters may be written small. Raises UsageError where there is no workspace.
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.codes.rule import Rule as CodeRule
    from jbnet.model.text import Text
    from jbnet.standards.load import FOLDER, load

    standards = load(read_files(directory, (FOLDER,)))
    rule = next((rule for rule in standards.rules.values() if rule.id.lower() == code.lower()), None)
    if rule is None:
        return None
    source = standards.sets[rule.set].source.text(lang)
    doc = f"{rule.note.text(lang)} {source}" if rule.note else source
    return CodeRule(rule.id, Text(rule.title.text(lang)), Text(doc), rule.severity, clause=rule.citation)
