"""The words of a recovery report's page: headings, and what closed sets are called."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.text import Text, text
from jbnet.recovery.account import KINDS, RESULTS
from jbnet.recovery.replay import Status
from jbnet.recovery.report.nouns import Basis, Verdict
from jbnet.recovery.scoring.nouns import Standing

LABELS: Mapping[str, Text] = {
    "report": text("Recovery report"),
    "lab": text("This execution was in a lab; nothing in it is about production."),
    "execution": text("execution"),
    "runbook": text("runbook"),
    "started_by": text("started by"),
    "approved_by": text("approved by"),
    "began": text("began"),
    "ended": text("ended"),
    "waited": text("of this, people were waited for"),
    "result": text("result"),
    "made": text("made"),
    "objectives": text("Objectives and what was reached"),
    "drilled_on": text("drilled on"),
    "copy_led": text("its copy led after"),
    "behind": text("behind the leader by"),
    "smoke": text("smoke tests that hold"),
    "left": text("left behind"),
    "drill_note": text(
        "A drill moves no database: nothing can be lost by it, and no objective is reached or missed. What its copies "
        "took stands beside what is declared; the time for a decision is not in it."
    ),
    "values": text("every value that was signed"),
    "databases": text("databases"),
    "services": text("business services"),
    "database": text("database"),
    "service": text("business service"),
    "not_moved": text("did not move"),
    "objective": text("objective"),
    "reached": text("reached"),
    "verdict": text("verdict"),
    "taken_from": text("taken from"),
    "lost": text("lost"),
    "rto_note": text(
        "An RTO from the journal counts from the stop of the old primary where it was stopped on purpose. Otherwise "
        "the outage began before the first entry, and there are only bounds. A client's record, where one was "
        "measured, takes precedence. Unknown is not zero."
    ),
    "service_note": text(
        "A service's times are the worst of the databases that it needs, as far as this execution moved them. The "
        "application is in them only where the client whose record was given went through it."
    ),
    "approvals": text("Approvals, and what was shown"),
    "asked_at": text("asked at"),
    "good_until": text("good until"),
    "figures_hash": text("SHA-256 of what was shown"),
    "signed_at": text("signed at"),
    "person": text("person"),
    "key": text("key"),
    "shown": text("shown to the approvers"),
    "outcome": text("outcome"),
    "needed": text("people needed"),
    "losses": text("Lost transactions"),
    "losses_note": text(
        "From the old primary's log: what it committed and the new one lacks. A primary that waits for its standby has "
        "acknowledged none of that, as long as it waited. From a client's record: what was acknowledged to it and is "
        "absent."
    ),
    "count": text("count"),
    "acknowledged": text("acknowledged"),
    "yes": text("yes"),
    "since": text("from position"),
    "seen_in": text("seen in"),
    "reason": text("reason"),
    "reconciliation": text("Reconciliation list"),
    "no_ledger": text("No ledger was given, so whom each was told to is not known."),
    "ledger": text("ledger"),
    "nothing_lost": text("Nothing is on the list."),
    "more": text("more that are not listed"),
    "ask": text("unknown: ask"),
    "list_database": text("database"),
    "list_transaction": text("transaction"),
    "list_lost_at": text("committed at"),
    "list_counterparty": text("told to"),
    "list_told_at": text("told at"),
    "list_amount": text("amount"),
    "list_remark": text("remark"),
    "list_source": text("known from"),
    "verification": text("Verification"),
    "step": text("step"),
    "time": text("time"),
    "holds": text("holds"),
    "does_not_hold": text("does not hold"),
    "said": text("said"),
    "timeline": text("Timeline"),
    "seconds": text("seconds"),
    "what": text("event"),
    "steps": text("Steps: what was ordered and what was answered"),
    "attempts": text("attempts"),
    "ordered": text("ordered"),
    "answered": text("answered"),
    "score": text("Score by GB/T 20988"),
    "edition": text("edition"),
    "total": text("total (the lowest)"),
    "element": text("element"),
    "level": text("level reached"),
    "keeps": text("what the next level lacks"),
    "requirement": text("requirement"),
    "standing": text("standing"),
    "evidence": text("evidence"),
    "score_note": text(
        "Levels 1 to 6. Shown: an execution's journal shows it. Declared: inventory/ or dr/standard.yaml says so. "
        "What is not shown does not count."
    ),
    "measured": text("client's record"),
    "findings": text("What is wrong with the journal"),
    "integrity": text("How this report is proved"),
    "head": text("hash of the journal's last entry"),
    "entries": text("entries"),
    "signer": text("sealed by"),
    "prove": text(
        "jbnet dr verify FILE finds any byte of this page or of the document in it that was changed. It proves the "
        "journal's chain and the approvals from the report alone. Compare the fingerprint with one that you were given "
        "by another way: --key FINGERPRINT."
    ),
    "none": text("none"),
    "entry": text("entry"),
    "not_ended": text("not ended"),
}

WORDS: Mapping[str, Text] = {
    **KINDS,
    **RESULTS,
    "None": text("not ended"),
    Verdict.MET.value: text("met"),
    Verdict.MISSED.value: text("missed"),
    Verdict.UNKNOWN.value: text("unknown"),
    Basis.CLIENT.value: text("client's record"),
    Basis.STOP.value: text("journal: from the stop of the old primary"),
    Basis.FENCE.value: text("journal: from the fence of the old primary, which still led"),
    Basis.START.value: text("journal: the outage began before the execution"),
    Basis.LOG.value: text("old primary's log"),
    Basis.CAUGHT_UP.value: text("journal: the standby had everything up to the stop"),
    Basis.WAITED.value: text("journal: commits waited for the standby, and stand still without it"),
    Basis.LAG.value: text("journal: age of the standby's data at the assessment, up to the fence"),
    Basis.NONE.value: text("nothing"),
    Standing.SHOWN.value: text("shown"),
    Standing.DECLARED.value: text("declared"),
    Standing.NOT_MET.value: text("not met"),
    Standing.NOT_SHOWN.value: text("not shown"),
    "granted": text("granted"),
    "renewed": text("figures taken again"),
    "open": text("open"),
    Status.NEW.value: text("new"),
    Status.BEGUN.value: text("begun"),
    Status.ACTED.value: text("done, not verified"),
    Status.VERIFIED.value: text("verified"),
    Status.FAILED.value: text("failed"),
    Status.SKIPPED.value: text("skipped"),
}
"""What the page calls a member of a closed set."""
