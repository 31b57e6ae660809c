"""The declaration of a workspace, read and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.collector import uncollected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from jbnet.adapters.texts import Texts
    from jbnet.inventory.declaration import Declaration
    from jbnet.inventory.loader import Loaded
    from jbnet.model.findings import Finding, Severity
    from jbnet.model.network import Network


def load_declaration(directory: Path, folders: Sequence[str] | None = None) -> Loaded:
    """Return the whole declared network and its findings. Raises UsageError where there is no workspace."""
    from jbnet.adapters.workspace import FOLDERS, read_workspace

    return _judge(read_workspace(directory, folders or FOLDERS))


def read_declaration(directory: Path) -> Declaration:
    """Return the declaration as it is written, nothing judged: to say where a value stands. Raises UsageError."""
    from jbnet.adapters.workspace import read_workspace
    from jbnet.inventory.declaration import declare
    from jbnet.inventory.report import Report

    return declare(read_workspace(directory).files, Report())


def declared_time_zone(directory: Path) -> tzinfo | None:
    """Return the time zone of topology/management.yaml, or None where none can be read; nothing else is parsed."""
    from datetime import timedelta, timezone

    from jbnet.adapters.texts import read_texts
    from jbnet.inventory.reading.source import read
    from jbnet.inventory.reading.validate import validate
    from jbnet.inventory.report import Report
    from jbnet.inventory.schema.management import ManagementFile

    name = "topology/management.yaml"
    content, report = read_texts(directory, ("topology",)).files.get(name), Report()
    source = read(name, content, report) if content is not None else None
    found = validate(source, ManagementFile, report, set()) if source is not None else None
    zone = found.management.time_zone if found is not None else None
    return timezone(timedelta(minutes=zone.minutes), zone.name) if zone is not None else None


@uncollected()
def check_workspace(directory: Path) -> Loaded:
    """Return the declared network and the findings of everything declared: monitors/, dr/ and standards too.

    Raises UsageError where there is no workspace.
    """
    from jbnet.adapters.workspace import read_workspace
    from jbnet.inventory.loader import Loaded
    from jbnet.inventory.report import Report
    from jbnet.wiring.standards import findings_of_standards

    texts = read_workspace(directory, ("inventory", "topology", "monitors", "dr"))
    loaded = _judge(texts)
    more = _findings_of_roles(texts.files, loaded.network)
    more += _findings_of_authorities(directory, texts.files)
    more += _findings_of_recovery(directory, texts.files, loaded.network)
    more += _findings_of_targets(texts.files, loaded.network)
    more += _findings_of_secrets(texts.files)
    more += findings_of_standards(directory, texts.files, loaded.network)
    more += findings_of_days(loaded.network)
    report = Report()
    report.extend((*loaded.findings, *more))
    return Loaded(None if report.has_errors else loaded.network, report.sorted())


@uncollected()
def _judge(texts: Texts) -> Loaded:
    """Return what the texts come to.

    While one of them could not be read, each is judged by itself only: what refers to the missing one is not wrong.
    """
    from jbnet.inventory.declaration import declare
    from jbnet.inventory.loader import Loaded, load
    from jbnet.inventory.report import Report

    report = Report()
    report.extend(texts.findings)
    if report.has_errors:
        declare(texts.files, report)
        return Loaded(None, report.sorted())
    return load(texts.files, report)


def _below(files: Mapping[str, str], folder: str) -> dict[str, str]:
    return {file: content for file, content in files.items() if file.startswith(folder + "/")}


def _findings_of_roles(files: Mapping[str, str], network: Network | None) -> tuple[Finding, ...]:
    """Return what is wrong in monitors/; nothing while the roles it speaks of are not known."""
    from jbnet.monitor.checks import load_checks as load
    from jbnet.monitor.declared import load_rules
    from jbnet.monitor.outlets_file import load_outlets
    from jbnet.monitor.probing_file import FILE as PROBES
    from jbnet.monitor.probing_file import load_probes
    from jbnet.monitor.sla_file import load_sla
    from jbnet.wiring.telling import findings_of_notify

    if network is None:
        return ()
    monitors = _below(files, "monitors")
    told = (*findings_of_notify(files, network)[1], *load_probes(files.get(PROBES), network)[1])
    promised = load_sla(monitors, network)[1]
    outlets = load_outlets(monitors)[1]
    return (*load(monitors, network.roles)[1], *load_rules(monitors, network)[1], *promised, *outlets, *told)


def _findings_of_authorities(directory: Path, files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is wrong with the file by which monitors/ has the receiver of remote write judged."""
    from jbnet.monitor.outlets_file import authorities

    declared = authorities(_below(files, "monitors"))
    if declared is None:
        return ()
    from jbnet.adapters.remote_write import trusting
    from jbnet.inventory.report import Report
    from jbnet.model.errors import Missing

    report = Report()
    try:
        trusting(directory / declared[0])
    except Missing as error:
        report.add("JB107", "{what}", declared[1], what=error.text)
    return report.sorted()


def _findings_of_targets(files: Mapping[str, str], network: Network | None) -> tuple[Finding, ...]:
    """Return what is wrong in topology/targets.yaml, except what reading it as YAML said already."""
    from jbnet.inventory.targets import FILE, load_targets

    return load_targets(files.get(FILE), network)[1]


def findings_of_days(network: Network | None, *severities: Severity) -> tuple[Finding, ...]:
    """Return what is wrong since some day, or soon will be; of these severities where some are named."""
    from jbnet.inventory.rules.permissions import ended
    from jbnet.wiring.standards import today

    if network is None or not network.permissions:
        return ()
    return tuple(found for found in ended(network, today()) if not severities or found.severity in severities)


def _findings_of_secrets(files: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what is wrong in topology/secrets.yaml; no source is asked."""
    from jbnet.inventory.secret_sources import FILE, load_sources

    return load_sources(files[FILE])[1] if FILE in files else ()


def _findings_of_recovery(directory: Path, files: Mapping[str, str], network: Network | None) -> tuple[Finding, ...]:
    """Return what is wrong in dr/: plan, runbooks, approvers; names only while the network is known."""
    from jbnet.recovery.names import plan_names, runbook_names
    from jbnet.recovery.plan import load_plan
    from jbnet.recovery.runbook import load_runbook
    from jbnet.recovery.scoring.claims import FILE as STANDARD
    from jbnet.recovery.scoring.claims import load_claims

    found: list[Finding] = []
    for file, content in _below(files, "dr").items():
        if file == "dr/plan.yaml":
            found += load_plan(file, content)[1]
            found += plan_names(file, content, network) if network else ()
        elif file == STANDARD:
            found += load_claims(file, content)[1]
        elif file.startswith("dr/runbooks/"):
            found += load_runbook(file, content)[1]
            found += runbook_names(file, content, network) if network else ()
    return (*found, *_findings_of_approvers(directory, files.get("dr/approvers.yaml", "")))


def _findings_of_approvers(directory: Path, content: str) -> tuple[Finding, ...]:
    """Return what is wrong with the people who may approve."""
    from jbnet.model.errors import Missing, UsageError

    if lists_nobody(content):
        return ()
    from jbnet.adapters.keys import load_approvers

    try:
        load_approvers([directory / "dr"])
    except (UsageError, Missing) as error:  # what could not be read was reported when it was
        return tuple(_relative(finding, directory) for finding in error.findings)
    return ()


def lists_nobody(content: str) -> bool:
    """Say whether dr/approvers.yaml plainly has no people: then the library that reads keys, a costly one, can wait."""
    from jbnet.inventory.reading.source import read
    from jbnet.inventory.report import Report

    source = read("dr/approvers.yaml", content, Report())
    return source is not None and source.data in (None, {}, {"people": None}, {"people": {}})


def _relative(finding: Finding, directory: Path) -> Finding:
    """Return a finding whose file is named from the workspace on, as all others are."""
    from dataclasses import replace

    place = finding.place
    if place is None or not Path(place.file).is_relative_to(directory):
        return finding
    return replace(finding, place=replace(place, file=str(Path(place.file).relative_to(directory))))


def load_network(directory: Path, state_dir: Path, *, whole: bool = False) -> Network:
    """Return the declared network; with a lab up (``state_dir``/lab.json), the part of it that the lab built.

    ``whole`` asks for all of it whether or not a lab is up. Raises AnswerIsNo with the findings when the
    declaration has errors, UsageError where there is no workspace, TargetError when lab.json cannot be read.
    """
    from jbnet.model.errors import AnswerIsNo
    from jbnet.model.text import text

    loaded = load_declaration(directory)
    if loaded.network is None:
        errors = tuple(f for f in loaded.findings if f.severity == "error")
        hint = text("see them with: jbnet check")
        raise AnswerIsNo("the declaration has errors: {count}", hint=hint, count=len(errors), findings=errors)
    return loaded.network if whole else _built(loaded.network, state_dir)


def load_judged(directory: Path, state_dir: Path) -> tuple[Network, tuple[Finding, ...]]:
    """Return the declared network as ``load_network`` does, and the errors that standards and days find in all of it.

    What is waived is none. Raises what ``load_network`` raises.
    """
    network, judge = load_to_judge(directory, state_dir)
    return network, judge()


def load_to_judge(directory: Path, state_dir: Path) -> tuple[Network, Callable[[], tuple[Finding, ...]]]:
    """Return the declared network, and what finds the errors of ``load_judged``: judging can go on beside asking.

    Raises what ``load_network`` raises.
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.wiring.standards import findings_of_standards

    whole = load_network(directory, state_dir, whole=True)
    files = read_files(directory, ("topology", "monitors", "dr"))

    def judge() -> tuple[Finding, ...]:
        with uncollected():
            found = (*findings_of_standards(directory, files, whole), *findings_of_days(whole))
        return tuple(finding for finding in found if finding.severity == "error")

    return _built(whole, state_dir), judge


def _built(whole: Network, state_dir: Path) -> Network:
    """Return the part of the network that the lab built, or all of it where none is up."""
    built = _built_devices(state_dir / "lab.json")
    if built is None:
        return whole
    from jbnet.inventory.restrict import lab_of

    return lab_of(whole, built)


def _built_devices(record: Path) -> frozenset[str] | None:
    """Return the devices that the lab built, or None when no lab is up."""
    import json

    from jbnet.model.errors import TargetError
    from jbnet.model.text import text

    try:
        return frozenset(json.loads(record.read_text(encoding="utf-8"))["devices"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = text("take the lab down with: jbnet lab down")
        raise TargetError("{file} cannot be read: {reason}", hint=hint, file=record, reason=error) from error


def load_scale(directory: Path, scale: str) -> Network:
    """Return the part of the declared network that a lab of this scale builds (topology/lab.yaml).

    Raises AnswerIsNo (errors in the declaration) and UsageError (no such scale).
    """
    from jbnet.adapters.workspace import read_files
    from jbnet.inventory.restrict import lab_of
    from jbnet.inventory.scale import scale_devices

    whole = load_network(directory, directory, whole=True)
    return lab_of(whole, scale_devices(whole, read_files(directory), scale))
