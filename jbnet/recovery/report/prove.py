"""Proving a report by itself: its seal, the chains of its journals, its approvals, and whose seal it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text, text
from jbnet.recovery.approval import Approval, ApprovalRequest, Judged
from jbnet.recovery.audit import audit
from jbnet.recovery.canonical import canonical_json
from jbnet.recovery.chain import ChainCheck
from jbnet.recovery.replay import Entry, replay
from jbnet.recovery.report.reading import mapping
from jbnet.recovery.report.sealed import Opened, signer_of

Judge = Callable[[ApprovalRequest, Approval], Judged]
JudgeOf = Callable[[Mapping[str, object], Mapping[str, str]], Judge]
"""Makes a judge of approvals from a report's approvers and the fingerprints pinned in its journal."""


def findings_of(
    opened: Opened,
    file: str,
    judge_of: JudgeOf,
    print_of: Callable[[str], str | None],
    expected: str | None = None,
    head: str | None = None,
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a report, most telling first.

    ``expected`` is the fingerprint of the key whose seal it must be; ``head`` a hash of the journal noted earlier.
    ``print_of`` gives a key's fingerprint: the one that the report states proves nothing.
    """
    found = [_finding("JB792", fault, file) for fault in opened.faults]
    document = opened.document
    if document is None:
        return tuple(found)
    key, stated = signer_of(document)
    fingerprint = print_of(key) or "-"
    if not found and stated != fingerprint:
        told = text("the key in it has the fingerprint {found}, and it says {stated}", found=fingerprint, stated=stated)
        found.append(_finding("JB792", told, file))
    if expected is not None and fingerprint != expected:
        told = text("it is sealed by {found}; expected {expected}", found=fingerprint, expected=expected)
        found.append(_finding("JB793", told, file))
    journals = _journals(document)
    if not journals:
        found.append(_finding("JB790", text("the report holds no journal"), file))
    broken = [fault for execution, entries in journals for fault in _chain(execution, entries)]
    if head is not None and journals:
        broken += _head(journals[0][1], head)
    found += [_finding("JB790", fault, file) for fault in broken]
    return (*found, *(() if broken else _audited(document, journals, file, judge_of)))


def _journals(document: Mapping[str, object]) -> list[tuple[str, list[Entry]]]:
    listed = document.get("journals")
    found = []
    for journal in listed if isinstance(listed, list) else []:
        entries = mapping(journal).get("entries")
        kept = [mapping(entry) for entry in entries] if isinstance(entries, list) else []
        found.append((str(mapping(journal).get("execution")), kept))
    return found


def _chain(execution: str, entries: Sequence[Entry]) -> Iterator[Text]:
    """Yield what breaks the chain of one journal."""
    check = _walked(entries)
    for fault in check.faults:
        yield text("journal of {execution}: {fault}", execution=execution, fault=fault)


def _head(entries: Sequence[Entry], head: str) -> list[Text]:
    check = _walked(entries)
    before = len(check.faults)
    check.expect_head(head)
    return check.faults[before:]


def _walked(entries: Sequence[Entry]) -> ChainCheck:
    check = ChainCheck()
    for entry in entries:
        try:
            seq = int(str(entry["seq"]))
            words = [str(entry[key]) for key in ("time", "kind", "subject")]
            check.feed((seq, words[0], words[1], words[2], canonical_json(entry["data"]), str(entry["hash"])))
        except (KeyError, ValueError):
            check.faults.append(text("an entry behind number {seq} cannot be read", seq=check.next_seq - 1))
    return check


def _audited(
    document: Mapping[str, object], journals: Sequence[tuple[str, Sequence[Entry]]], file: str, judge_of: JudgeOf
) -> tuple[Finding, ...]:
    """Judge the execution's own journal by the rules; what cannot even be read is a finding."""
    if not journals:
        return ()
    entries = journals[0][1]
    try:
        judge = judge_of(mapping(document.get("approvers")), replay(entries).approvers)
        return audit(entries, judge, file)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = text("the journal in it cannot be followed: {error}", error=str(error)[:200])
        return (_finding("JB790", told, file),)


def _finding(code: str, told: Text, file: str) -> Finding:
    return Finding(code, Severity.ERROR, told, Place(file))
