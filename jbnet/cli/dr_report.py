"""What ``jbnet dr report -o``, ``verify REPORT`` and ``score`` do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.model.errors import AnswerIsNo, UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.findings import Finding
    from jbnet.recovery.report.sealed import Opened
    from jbnet.recovery.scoring.nouns import Known, Score, Words

PAGES = (".html", ".htm")
DOCUMENTS = (".json",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is made of beside the journal, and where it goes."""

    outputs: tuple[Path, ...]
    measured: Path | None
    ledger: Path | None
    reconciliation: Path | None


def write_report(context: Context, execution: str | None, wanted: Wanted) -> None:
    """Make the report and write it. Raises UsageError for a file of no known kind, AnswerIsNo for a bad journal."""
    from jbnet import wiring
    from jbnet.cli.dr_work import starters

    for path in wanted.outputs:
        if path.suffix.lower() not in PAGES + DOCUMENTS:
            raise UsageError("{path} is neither .html nor .json", path=path)
    faults = wiring.claims(context.directory)[1]
    if faults:
        context.note("{file} has errors: {count}", file="dr/standard.yaml", count=len(faults))
    by = ", ".join(starters(None))
    document = wiring.make_report(
        context.directory, context.state_dir, execution, by, measured=wanted.measured, ledger=wanted.ledger
    )
    written = [str(path) for path in wanted.outputs if _write(context, path, document)]
    if wanted.reconciliation is not None:
        _write_list(context, wanted.reconciliation, document)
        written.append(str(wanted.reconciliation))
    _say_written(context, document, written)


def prove(context: Context, path: Path, key: str | None, head: str | None) -> None:
    """Prove a report by itself. Raises AnswerIsNo with the findings where anything in it does not hold."""
    from jbnet import wiring
    from jbnet.recovery.report.sealed import signer_of

    opened, found, known = wiring.prove_report(context.state_dir, path, key, head)
    if found:
        raise AnswerIsNo(
            "the report {path} does not hold: {count} findings",
            path=path,
            count=len(found),
            findings=(*found, *_where_the_page_differs(opened, str(path))),
        )
    document = opened.document or {}
    fingerprint = signer_of(document)[1]
    execution = document.get("execution")
    shown = execution if isinstance(execution, Mapping) else {}
    context.say(
        "the report of {execution} is as it was sealed: {count} entries, last hash {head}",
        execution=shown.get("id"),
        count=shown.get("entries"),
        head=shown.get("head"),
    )
    context.say(_whose(fingerprint, key, known=known))
    context.emit(
        {
            "execution": shown.get("id"),
            "entries": shown.get("entries"),
            "head": shown.get("head"),
            "signer": fingerprint,
            "signer_checked": "expected" if key is not None else "own" if known else None,
        }
    )


def is_report(named: str | None) -> bool:
    """Say whether an argument names a report's file and not an execution. Raises UsageError for another file."""
    if named is None:
        return False
    kind = Path(named).suffix.lower()
    if kind in PAGES + DOCUMENTS:
        return True
    if Path(named).is_file():
        raise UsageError("{path} is neither a report (.html, .json) nor a copy of a journal (.jsonl)", path=named)
    return False


def print_score(context: Context, found: Score, *, in_lab: bool, whole: bool) -> None:
    """Show the score by GB/T 20988: each element, its level, and what keeps it from the next one.

    ``whole``: with every requirement, not only those that are missing.
    """
    from jbnet.recovery.report.build import score_data
    from jbnet.recovery.scoring.table import table

    if in_lab:
        context.say("This is a lab; nothing in it is about production.")
    edition = found.edition
    context.wrapped("{edition} ({remark})", edition=edition.name, remark=_words(context, edition.remark))
    for one in found.elements:
        context.wrapped("{element}: {level}", element=_words(context, one.element.words), level=_level(one.level))
        for name in one.known if whole else one.missing:
            _say_requirement(context, name, one.known[name])
    context.say("total (the lowest): {level}", level=_level(found.total))
    for other in table().editions.values():
        if not other.scored:
            context.wrapped("{edition}: {remark}", edition=other.name, remark=_words(context, other.remark))
    context.emit({**score_data(found), "lab": in_lab})


def _say_requirement(context: Context, name: str, known: Known) -> None:
    from jbnet.recovery.scoring.table import table

    context.wrapped(
        "  - {name}: {requirement}: {standing}; {evidence}",
        6,
        name=name,
        requirement=_words(context, table().requirements[name].words),
        standing=context.tr(Text(known.standing.value)),
        evidence=context.tr(known.evidence),
    )


def _words(context: Context, said: Words) -> str:
    return said.zh if context.lang == "zh" else said.en


def _level(number: int) -> Text | int:
    return number or text("none shown")


def _write(context: Context, path: Path, document: Mapping[str, object]) -> bool:
    from jbnet import wiring
    from jbnet.recovery.report.sealed import page_with, written

    content = written(document)
    if path.suffix.lower() in PAGES:
        from jbnet.cli.recovery_page import MARK, page

        signer = wiring.report_signer(context.state_dir)
        content = page_with(page(document, context.lang), document, context.lang, signer, MARK)
    wiring.write_output(path, content.decode())
    return True


def _write_list(context: Context, path: Path, document: Mapping[str, object]) -> None:
    from jbnet import wiring
    from jbnet.cli.recovery_page import rows_of
    from jbnet.inventory.exchange.csv_cells import write

    wiring.write_output(path, write(rows_of(document, context.lang), spreadsheet=True))


def _say_written(context: Context, document: Mapping[str, object], written: Sequence[str]) -> None:
    from jbnet.recovery.report.sealed import signer_of

    for path in written:
        context.say("{path}", path=path)
    fingerprint = signer_of(document)[1]
    context.say("sealed by {fingerprint}; jbnet dr verify FILE proves it", fingerprint=fingerprint)
    findings = document["findings"]
    broken = len(findings) if isinstance(findings, list) else 0
    context.emit({"files": list(written), "signer": fingerprint, "findings": broken}, ok=not broken)
    if broken:
        raise AnswerIsNo(
            "the journal is not sound: {count} findings",
            count=broken,
            hint=text("the report says so; jbnet dr verify lists them"),
        )


def _whose(fingerprint: str, key: str | None, *, known: bool | None) -> Text:
    if key is not None:
        return text("sealed by {fingerprint}, the key that was expected", fingerprint=fingerprint)
    if known:
        return text("sealed by {fingerprint}, this site's own key", fingerprint=fingerprint)
    return text(
        "sealed by {fingerprint}; whose key that is was not checked: compare it, or give it with --key",
        fingerprint=fingerprint,
    )


def _where_the_page_differs(opened: Opened, file: str) -> Sequence[Finding]:
    """Return the first line of a changed page that this program would draw otherwise, where the rest can be trusted."""
    from jbnet.cli.recovery_page import differing_line
    from jbnet.model.findings import Finding, Place, Severity

    if opened.page is None or opened.document is None or opened.lang not in ("en", "zh") or len(opened.faults) > 1:
        return ()
    try:
        found = differing_line(opened.page[0], opened.document, opened.lang)
    except Exception:  # noqa: BLE001  a document of another version may lack what this page shows; the finding stands
        return ()
    if found is None:
        return ()
    line, seen, drawn = found
    told = text("line {line} of the page says {found!r}; the sealed report gives {drawn!r}", line=line,
                found=seen.strip()[:200], drawn=drawn.strip()[:200])  # fmt: skip
    return (Finding("JB792", Severity.ERROR, told, Place(file, line)),)
