"""An execution's account for people: what was done when, from its journal, as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.recovery.canonical import canonical_json
from jbnet.recovery.replay import Entry, State, replay

Translate = Callable[[Text], str]

KINDS: Mapping[str, Text] = {
    "execution": text("started"),
    "intent": text("begun"),
    "result": text("done"),
    "verified": text("verified"),
    "failed": text("failed"),
    "request": text("approval asked for"),
    "approval": text("approved"),
    "refused-approval": text("approval refused"),
    "renew": text("figures taken again"),
    "retry": text("tried again"),
    "skip": text("skipped"),
    "resumed": text("resumed by another process"),
    "interrupted": text("interrupted"),
    "finished": text("ended"),
}
RESULTS: Mapping[str, Text] = {
    "done": text("done"),
    "undone": text("undone"),
    "abandoned": text("abandoned"),
}
OPEN = text("not ended")
LONGEST = 4000
"""Characters of one value of the evidence that are shown."""


def told_by(data: Mapping[str, object]) -> Text:
    """Return the text that an entry carries, so that it can be shown in the reader's language."""
    template, params = data.get("template"), data.get("params")
    if isinstance(template, str) and isinstance(params, Mapping):
        return Text(template, {str(key): _param(value) for key, value in params.items()})
    return text("{message}", message=data.get("text", ""))


def _param(value: object) -> object:
    """Return a parameter: a text inside a text is one again. Where an entry has only its words, those."""
    nested = isinstance(value, Mapping) and isinstance(value.get("template"), str) and "params" in value
    return told_by(value) if nested and isinstance(value, Mapping) else value


def hint_by(data: Mapping[str, object]) -> Text | None:
    """Return what an entry about a failure says is to be done next, if it says anything."""
    hint = data.get("hint")
    return told_by(hint) if isinstance(hint, Mapping) else None


def markdown(entries: Sequence[Entry], head: str, zone: Callable[[datetime], datetime], tr: Translate) -> str:
    """Return the account. ``head`` is the journal's last hash; ``zone`` gives the reader's local time."""
    state = replay(entries)
    lines = [*_title(state, head, tr), "", *_timeline(entries, zone, tr), "", *_evidence(state, tr)]
    return "\n".join(lines) + "\n"


def _title(state: State, head: str, tr: Translate) -> Iterator[str]:
    names = ", ".join(str(binding.get("database")) for binding in state.bindings)
    result = tr(RESULTS.get(state.result or "", OPEN))
    approved = ", ".join(approval.person for approval in state.approvals) or "-"
    yield f"# {tr(text('Execution {execution}', execution=state.execution))}"
    yield ""
    for label, value in (
        (text("Runbook"), f"{state.header.get('runbook_name')} ({state.header.get('runbook_sha256')})"),
        (text("Databases"), names),
        (text("Started by"), ", ".join(state.started_by)),
        (text("Approved by"), approved),
        (text("Result"), result),
        (text("Hash of the last entry"), f"`{head}`"),
    ):
        yield f"- {tr(label)}: {value}"


def _timeline(entries: Sequence[Entry], zone: Callable[[datetime], datetime], tr: Translate) -> Iterator[str]:
    head = (text("UTC"), text("Local"), text("Seconds"), text("Step"), text("What"), text("Said"))
    yield f"| # | {' | '.join(tr(label) for label in head)} |"
    yield "| ---: | --- | --- | ---: | --- | --- | --- |"
    start = _time(entries[0]) if entries else None
    for entry in entries:
        time, data = _time(entry), entry["data"]
        said = tr(_said(data)) if isinstance(data, Mapping) and ("text" in data or "template" in data) else ""
        kind = KINDS.get(str(entry["kind"]))
        cells = (
            str(entry["seq"]),
            f"{time:%Y-%m-%d %H:%M:%S}",
            f"{zone(time):%H:%M:%S}",
            f"{(time - (start or time)).total_seconds():.1f}",
            str(entry["subject"]),
            tr(kind) if kind else str(entry["kind"]),
            said,
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _said(data: Mapping[str, object]) -> Text:
    """Return what an entry says and, of a failure, what is to be done next."""
    hint = hint_by(data)
    return told_by(data) if hint is None else text("{said}; next: {what}", said=told_by(data), what=hint)


def _evidence(state: State, tr: Translate) -> Iterator[str]:
    yield f"## {tr(text('Evidence'))}"
    for key, step in state.steps.items():
        if step.evidence:
            yield ""
            yield f"- **{key}**"
            for name, value in step.evidence.items():
                yield f"  - {name}: `{_short(canonical_json(value), tr)}`"


def _short(said: str, tr: Translate) -> str:
    """Return what fits a page: a list of thousands of transactions does not."""
    if len(said) <= LONGEST:
        return said
    return said[:LONGEST] + tr(text(" ... ({count} characters; --json shows all)", count=len(said)))


def _time(entry: Entry) -> datetime:
    return datetime.fromisoformat(str(entry["time"]))
