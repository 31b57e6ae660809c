"""Evidence: the signed report of an execution, proving one, and the score by GB/T 20988."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.files import read_bytes, read_text
from jbnet.wiring.recoveries import approvers, executions, recovery_plan, verify_execution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.model.findings import Finding
    from jbnet.model.network import Network
    from jbnet.recovery.report.nouns import Past
    from jbnet.recovery.report.sealed import Opened, Signer
    from jbnet.recovery.scoring.facts import World
    from jbnet.recovery.scoring.nouns import Claim, Score

LARGEST_REPORT = 256_000_000
LARGEST_MEASURE = 64_000_000


def report_signer(state_dir: Path) -> Signer:
    """Return what seals this site's reports; its key is made on first use. Raises Missing and Refused."""
    from jbnet.adapters.report_keys import site_signer

    return site_signer(state_dir / "recovery")


def make_report(
    directory: Path,
    state_dir: Path,
    execution: str | None,
    by: str,
    *,
    measured: Path | None = None,
    ledger: Path | None = None,
) -> Mapping[str, object]:
    """Return the sealed report of an execution. Raises Missing, UsageError, AnswerIsNo with findings.

    The declaration is that of now; a report is best made when the execution has ended.
    """
    from dataclasses import replace

    from jbnet import __version__
    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.ledger import CsvLedger
    from jbnet.adapters.report_keys import as_listed
    from jbnet.model.errors import UsageError
    from jbnet.recovery.replay import replay
    from jbnet.recovery.report.build import Made, Sources, build, database_results
    from jbnet.recovery.report.sealed import seal

    found = executions(state_dir).find(execution)
    journals = _journals(state_dir, found)
    if not journals[0].entries:
        raise UsageError("this execution was never started: its journal is empty")
    network = load_network(directory, state_dir)
    in_lab = (state_dir / "lab.json").is_file()
    made = Made(SystemClock().now(), by, __version__, in_lab, _offset(directory, journals[0]))
    data, named = _measured(measured)
    pinned = replay(journals[0].entries[:1]).approvers
    listed = as_listed(approvers(directory, state_dir))
    sources = Sources(
        journals=journals,
        network=network,
        made=made,
        score=_score(directory, state_dir, network, claims(directory)[0]),
        measured=data,
        measured_from=named,
        approvers={name: said for name, said in listed.items() if name in pinned},
        findings=verify_execution(directory, state_dir, found, None)[0],
    )
    if ledger is not None:
        book = CsvLedger(ledger)
        losses = [loss for one in database_results(sources) for loss in one.lost]
        sources = replace(sources, ledger=book.told(losses), ledger_from=book.named)
    return seal(build(sources), report_signer(state_dir))


def prove_report(
    state_dir: Path, path: Path, key: str | None, head: str | None
) -> tuple[Opened, tuple[Finding, ...], bool | None]:
    """Return a report, what is wrong with it, and whose seal it is.

    The last: True, the expected key's or this site's own; None, one that is not known here. ``key`` is a fingerprint or
    the file of a public key. Raises Missing and UsageError.
    """
    from jbnet.adapters.report_keys import fingerprint_of, genuine, judge_of, key_fingerprint, site_fingerprint
    from jbnet.recovery.report.prove import findings_of
    from jbnet.recovery.report.sealed import open_report, signer_of

    raw = read_bytes(path, LARGEST_REPORT)
    expected = None if key is None else key if key.startswith("SHA256:") else fingerprint_of(Path(key))
    opened = open_report(raw, genuine)
    found = findings_of(opened, str(path), judge_of, key_fingerprint, expected, head)
    if expected is not None:
        return opened, found, True
    signed_by = key_fingerprint(signer_of(opened.document)[0]) if opened.document else None
    known = signed_by is not None and signed_by == site_fingerprint(state_dir / "recovery")
    return opened, found, True if known else None


def score(directory: Path, state_dir: Path) -> tuple[Score, tuple[Finding, ...], bool]:
    """Return the score by GB/T 20988, what is wrong in dr/standard.yaml, and whether it is that of a lab."""
    found, findings = claims(directory)
    network = load_network(directory, state_dir)
    return _score(directory, state_dir, network, found), findings, (state_dir / "lab.json").is_file()


def claims(directory: Path) -> tuple[Mapping[str, Claim], tuple[Finding, ...]]:
    """Return what dr/standard.yaml declares, and what is wrong with it. Without the file nothing is declared."""
    from jbnet.recovery.scoring.claims import FILE, load_claims

    path = directory / FILE
    return load_claims(FILE, read_text(path)) if path.exists() else ({}, ())


def _score(directory: Path, state_dir: Path, network: Network, found: Mapping[str, Claim]) -> Score:
    from jbnet.recovery.scoring.judge import score as judged

    return judged(_world(directory, state_dir, network), found)


def _world(directory: Path, state_dir: Path, network: Network) -> World:
    from jbnet.model.errors import JbnetError
    from jbnet.recovery.report.past import past_of
    from jbnet.recovery.scoring.facts import World

    store = executions(state_dir)
    journals = [_past(state_dir, name) for name in store.ids()]
    try:
        plan = recovery_plan(directory)
    except JbnetError:  # the score says what follows from not having one
        plan = None
    sound = [journal for journal in journals if journal is not None and journal.entries]
    return World(network, plan, past_of(sound))


def _journals(state_dir: Path, execution: str) -> list[Past]:
    """Return the journal of an execution, and the later ones that can be read: they may know what it lost."""
    from jbnet.recovery.report.nouns import Past

    store = executions(state_dir)
    journal = store.journal(execution)
    own = Past(execution, journal.entries(), journal.head())
    names = store.ids()
    later = [_past(state_dir, name) for name in names[names.index(execution) + 1 :]]
    return [own, *(one for one in later if one is not None and one.entries)]


def _past(state_dir: Path, execution: str) -> Past | None:
    """Return another execution's journal; None where it is damaged: nothing is taken from it then."""
    from jbnet.model.errors import JbnetError
    from jbnet.recovery.report.nouns import Past

    journal = executions(state_dir).journal(execution)
    try:
        if journal.verify():
            return None
        return Past(execution, journal.entries(), journal.head())
    except JbnetError:
        return None


def _measured(path: Path | None) -> tuple[Mapping[str, object], Mapping[str, str] | None]:
    """Return what ``jbnet --json databases measure`` printed into a file, and the file's name and hash."""
    import hashlib
    import json

    from jbnet.model.errors import UsageError
    from jbnet.model.text import text

    if path is None:
        return {}, None
    raw = read_bytes(path, LARGEST_MEASURE)
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        said = None
    data = said.get("data", said) if isinstance(said, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("databases"), dict):
        raise UsageError(
            "{path} is not what jbnet databases measure prints",
            path=path,
            hint=text("jbnet --json databases measure --record FILE --client NAME > {path}", path=path),
        )
    return data, {"file": path.name, "sha256": hashlib.sha256(raw).hexdigest()}


def _offset(directory: Path, own: Past) -> int | None:
    """Return how many minutes the network's time is ahead of UTC, on the day of the execution."""
    from datetime import datetime

    from jbnet.wiring.declaration import declared_time_zone

    zone = declared_time_zone(directory)
    begun = datetime.fromisoformat(str(own.entries[0]["time"])).astimezone(zone) if zone else None
    ahead = begun.utcoffset() if begun else None
    return int(ahead.total_seconds() // 60) if ahead is not None else None
