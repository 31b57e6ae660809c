"""From journals, declaration, measure, ledger and score to the one document that is signed and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import datetime
from enum import StrEnum

from jbnet.model.findings import Finding
from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.recovery.canonical import plain
from jbnet.recovery.modes import waits_for_remote
from jbnet.recovery.replay import Entry, State, replay
from jbnet.recovery.report import story
from jbnet.recovery.report.losses import losses_by_client, losses_by_log
from jbnet.recovery.report.nouns import (
    Asked,
    Basis,
    DatabaseResult,
    Loss,
    Past,
    Reached,
    ServiceResult,
    Told,
    said,
)
from jbnet.recovery.report.reading import head_of, mapping, time_of
from jbnet.recovery.report.reconcile import reconcile
from jbnet.recovery.report.services import service_results
from jbnet.recovery.report.timing import move_of, rpo, rto, rto_of_journal, waited
from jbnet.recovery.scoring.nouns import ElementScore, Score

SCHEMA = "jbnet/recovery-report/1"


@dataclass(frozen=True, slots=True)
class Made:
    """Who made the report, when, with what, and whether the execution was in a lab."""

    time: datetime
    by: str
    version: str
    in_lab: bool
    utc_offset_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a report is made of.

    ``journals``: the execution's own first, then later ones of which its losses may be known. ``measured`` is the data
    of ``jbnet databases measure``; ``approvers`` the public keys and logins by name, so that the report proves the
    approvals alone; ``findings`` what was wrong with the journal when the report was made.
    """

    journals: Sequence[Past]
    network: Network | None
    made: Made
    score: Score | None = None
    measured: Mapping[str, object] = field(default_factory=dict)
    measured_from: Mapping[str, str] | None = None
    ledger: Sequence[Told] | None = None
    ledger_from: Mapping[str, str] | None = None
    approvers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    findings: Sequence[Finding] = ()


def build(sources: Sources) -> dict[str, object]:
    """Return the document, unsigned, in the types of JSON. Raises ValueError for a journal without entries."""
    own = sources.journals[0]
    if not own.entries:
        raise ValueError("the journal has no entries")
    state = replay(own.entries)
    databases = database_results(sources)
    losses = [loss for one in databases for loss in one.lost]
    services = service_results(sources.network, databases) if sources.network else ()
    asked = story.approvals(own.entries)
    used = {loss.execution for loss in losses}
    document = {
        "schema": SCHEMA,
        "made": sources.made,
        "network": _network(sources.network),
        "execution": _execution(own, state, asked),
        "databases": [_reached(one) for one in databases],
        "services": [_reached(one) for one in services],
        "approvals": asked,
        "steps": story.steps(own.entries),
        "verification": story.checks(own.entries),
        "timeline": story.timeline(own.entries),
        "lost": losses,
        "reconciliation": reconcile(losses, sources.ledger, sources.ledger_from),
        "measured": {"from": sources.measured_from, "data": sources.measured} if sources.measured else None,
        "score": score_data(sources.score) if sources.score else None,
        "findings": [{"code": one.code, "entry": one.place.line if one.place else None, "said": said(one.text)}
                     for one in sources.findings],
        "approvers": sources.approvers,
        "journals": [journal for n, journal in enumerate(sources.journals) if n == 0 or journal.execution in used],
    }  # fmt: skip
    found = data_of(document)
    return found if isinstance(found, dict) else {}


def database_results(sources: Sources) -> tuple[DatabaseResult, ...]:
    """Return what became of each database of the execution."""
    state = replay(sources.journals[0].entries[:1])
    return tuple(_database(sources, str(binding.get("database"))) for binding in state.bindings)


def _database(sources: Sources, name: str) -> DatabaseResult:
    entries = sources.journals[0].entries
    declared = sources.network.databases.get(name) if sources.network else None
    move = move_of(entries, name)
    old = next((host for host in _hosts(entries, name) if host != move.to), None) if move.to else None
    by_log = losses_by_log(sources.journals, name, old, move.promotion.seq) if old and move.promotion else None
    if by_log is not None and declared is not None and not waits_for_remote(declared.replication):
        by_log = replace(by_log, acknowledged=True)
    losses = [loss for loss in (by_log, losses_by_client(sources.measured, name)) if loss is not None]
    if waited(move) and all(loss.count is None for loss in losses):
        losses.append(Loss(name, Basis.WAITED, 0, execution=sources.journals[0].execution))
    of_journal = rto_of_journal(entries, move, declared.rto_s if declared else None)
    return DatabaseResult(
        name=name,
        name_zh=declared.name_zh if declared else "",
        replication=declared.replication if declared else "",
        moved_from=old,
        moved_to=move.to,
        rto=rto(of_journal, sources.measured, name),
        rpo=rpo(move, losses, sources.measured, declared.rpo_s if declared else None),
        rto_of_journal=of_journal,
        lost=tuple(losses) or (Loss(name, Basis.NONE, None),) if move.to else tuple(losses),
    )


def _hosts(entries: Sequence[Entry], name: str) -> tuple[str, ...]:
    """Return the two hosts of a database as the execution was bound to them."""
    binding = next((one for one in replay(entries[:1]).bindings if one.get("database") == name), {})
    return tuple(str(binding[key]) for key in ("primary", "standby") if key in binding)


def _network(network: Network | None) -> dict[str, object]:
    return {"name": network.name, "name_zh": network.name_zh} if network else {"name": "", "name_zh": ""}


def _execution(own: Past, state: State, asked: Sequence[Asked]) -> dict[str, object]:
    content = state.runbook_content
    began, last = time_of(own.entries[0]), time_of(own.entries[-1])
    return {
        "id": state.execution or own.execution,
        "runbook": state.header.get("runbook_name"),
        "title": content.get("title", ""),
        "title_zh": content.get("title_zh", ""),
        "runbook_sha256": state.header.get("runbook_sha256"),
        "started_by": state.started_by,
        "began": began.isoformat(),
        "ended": last.isoformat() if state.result is not None else None,
        "seconds": round((last - began).total_seconds(), 3) if state.result is not None else None,
        "waited_for_people_s": story.waited_s(own.entries, asked),
        "result": state.result,
        "approved_by": [approval.person for approval in state.approvals],
        "entries": len(own.entries),
        "head": head_of(own.entries),
    }


def _reached(one: DatabaseResult | ServiceResult) -> dict[str, object]:
    """Return a result with the verdicts of its times, which are derived and not fields."""
    found = dict(mapping(data_of(one)))
    for key in ("rto", "rpo", "rto_of_journal"):
        reached = getattr(one, key, None)
        if isinstance(reached, Reached):
            found[key] = {**mapping(found[key]), "verdict": str(reached.verdict)}
    return found


def score_data(score: Score) -> dict[str, object]:
    """Return a score as it stands in a document."""
    found = data_of(
        {
            "edition": {"year": score.edition.year, "name": score.edition.name, "remark": asdict(score.edition.remark)},
            "total": score.total,
            "elements": [_element(one) for one in score.elements],
        }
    )
    return found if isinstance(found, dict) else {}


def _element(one: ElementScore) -> dict[str, object]:
    words = one.element.words
    known = [
        {
            "name": name,
            "standing": str(known.standing),
            "evidence": said(known.evidence),
            "levels": [level for level, names in one.element.levels.items() if name in names],
        }
        for name, known in one.known.items()
    ]
    return {"name": one.element.name, "en": words.en, "zh": words.zh, "level": one.level,
            "missing": one.missing, "requirements": known}  # fmt: skip


def data_of(value: object) -> object:
    """Return a noun in the types of JSON: texts with what translates them, times in ISO 8601."""
    if isinstance(value, Text):
        return data_of(said(value))
    if isinstance(value, StrEnum):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: data_of(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): data_of(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [data_of(entry) for entry in value]
    return plain(value)
