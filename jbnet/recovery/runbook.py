"""A runbook: the steps of a recovery as data, and their reading from YAML.

A runbook is executed, not read. Its identity is the hash of its content (not of its comments); an execution pins
the content in its journal, so a file that changes meanwhile changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Place
from jbnet.model.text import text
from jbnet.recovery.canonical import digest
from jbnet.recovery.fields import Fields, Findings
from jbnet.recovery.step_params import is_foreign

APPROVE = "approve"
FENCING = frozenset({"fence", "stop-primary"})
"""Actions whose verified result proves that the old primary of a database takes no write any more."""
CHECK = "check-standby"
READ_ONLY = frozenset({"assess", CHECK, "wait-caught-up", "verify-writes"})
"""Actions that change nothing; what they saw can be looked at again."""
HAND_OVER = "hand-over"
"""Stop, proof, promotion and address in one go: ``from`` to ``to``. Fences by itself, and knows its own way back."""
LEADING = frozenset({"promote", HAND_OVER})
"""Actions behind which another host leads."""
UNFENCE = "unfence"
MOVING = frozenset({"fence", "move-address", "release-address", "stop-primary", UNFENCE, "take-back"})
VERIFY_APPLICATIONS = "verify-applications"
"""Applications answer at a site, in an order, and one takes a payment: behind the move of their databases."""
MOVE_NAME = "move-name"
"""A name that clients look up leads to another site."""
TOUCHING = LEADING | MOVING | {"command", "playbook", "set-cost", "set-session", MOVE_NAME, VERIFY_APPLICATIONS}
"""Actions that touch production: never before an approval (design section 5, rule 4)."""
DRILL = "drill"
"""A copy of a standby is recovered and promoted in a bubble beside production, which it does not touch."""
CLEAR_DRILL = "clear-drill"
COMPARE = "compare-rows"
"""Reads both copies of a database for minutes; never what approvers are shown, for that has to be fresh."""
OTHERS = frozenset({
    APPROVE, "list-lost", "rebuild-standby", "rebuild-local", "wait", "notify", DRILL, CLEAR_DRILL, COMPARE,
})  # fmt: skip
ACTIONS = READ_ONLY | TOUCHING | OTHERS
FOREACH = ("databases",)

MOST_STEPS = 200
"""Nobody follows more at night; every rule looks at all that a step needs, for each step."""
DEFAULT_TIMEOUT_S = 120.0
DEFAULT_APPROVALS = 2
DEFAULT_EXPIRES_S = 1800.0
KEYS_OF_APPROVE = ("approvals", "expires")

Params = Mapping[str, object]


def touches(action: str) -> bool:
    """Say whether an action touches production; what another package brings along is taken to."""
    return action in TOUCHING or is_foreign(action)


def only_drills(runbook: Runbook) -> bool:
    """Say whether a runbook is a drill beside production: it needs no approval, and keeps nobody from a recovery."""
    calls = [call.action for step in runbook.steps for call in (step, step.undo) if call is not None]
    return DRILL in calls and set(calls) <= {DRILL, CLEAR_DRILL, "wait", "notify"}


class OnFail(StrEnum):
    """What happens when a step failed for good: stop, ask a person, or undo what was done before."""

    ABORT = "abort"
    ASK = "ask"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Call:
    """An action with its parameters."""

    action: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``timeout`` and ``expires`` are in seconds, ``retry`` counts attempts after the first.

    ``needs`` names earlier steps; a step that says nothing needs the one before it. ``foreach`` repeats it for
    every database. ``undo`` takes its effect back. ``approvals`` and ``expires`` belong to the action ``approve``.
    """

    name: str
    action: str
    params: Params = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    timeout: float = DEFAULT_TIMEOUT_S
    retry: int = 0
    on_fail: OnFail = OnFail.ABORT
    point_of_no_return: bool = False
    foreach: str | None = None
    undo: Call | None = None
    approvals: int = DEFAULT_APPROVALS
    expires: float = DEFAULT_EXPIRES_S
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Runbook:
    """Steps in their order. ``content`` is what was written, ``sha256`` its hash."""

    name: str
    title: str
    title_zh: str
    steps: tuple[Step, ...]
    content: Mapping[str, object] = field(default_factory=dict, repr=False)
    sha256: str = ""

    def step(self, name: str) -> Step:
        """Return the step of that name. Raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)


def load_runbook(file: str, content: str) -> tuple[Runbook | None, tuple[Finding, ...]]:
    """Read and check a runbook. It is None when any finding is an error; then it must not run."""
    from jbnet.recovery.rules import check

    report = Report()
    source = read(file, content, report)
    findings = Findings(list(report.sorted()))
    if source is None:
        return None, findings.sorted()
    runbook = _read_runbook(source, findings)
    if not findings.has_errors:
        check(runbook, findings)
    return (None if findings.has_errors else runbook), findings.sorted()


def from_content(content: Mapping[str, object]) -> tuple[Runbook | None, tuple[Finding, ...]]:
    """Rebuild the runbook that a journal pinned; checked again, for a journal may come from anywhere."""
    from jbnet.recovery.rules import check

    findings = Findings()
    runbook = _read_runbook(Source("journal", content), findings)
    if not findings.has_errors:
        check(runbook, findings)
    return (None if findings.has_errors else runbook), findings.sorted()


def _read_runbook(source: Source, findings: Findings) -> Runbook:
    fields = Fields(source, (), source.data, findings)
    name, title = fields.require("name", str, ""), fields.require("title", str, "")
    title_zh = fields.take("title_zh", str, title) or title
    raw = fields.raw("steps")
    fields.end()
    if not isinstance(raw, list) or not raw:
        findings.add("JB702", text("{key} is missing", key="steps"), source.place(("steps",)))
        raw = []
    if len(raw) > MOST_STEPS:
        told = text("{count} steps; a runbook has at most {limit}", count=len(raw), limit=MOST_STEPS)
        findings.add("JB705", told, source.place(("steps", MOST_STEPS)))
        raw = raw[:MOST_STEPS]
    steps: list[Step] = []
    for index, value in enumerate(raw):
        steps.append(_read_step(source, ("steps", index), value, steps[-1:], findings))
    content = source.data if isinstance(source.data, Mapping) else {}
    return Runbook(name, title, title_zh, tuple(steps), content, digest(content))


def _read_step(source: Source, path: Path, value: object, before: list[Step], findings: Findings) -> Step:
    fields = Fields(source, path, value, findings)
    action = _read_action(fields, ACTIONS)
    needs = fields.names("needs")
    step = Step(
        name=fields.require("name", str, ""),
        action=action,
        params=_read_params(fields),
        needs=tuple(step.name for step in before) if needs is None else needs,
        timeout=fields.take("timeout", float, DEFAULT_TIMEOUT_S) or 0.0,
        retry=fields.take("retry", int, 0) or 0,
        on_fail=OnFail(fields.choice("on_fail", [str(way) for way in OnFail], "abort")),
        point_of_no_return=fields.take("point_of_no_return", bool, default=False) or False,
        foreach=fields.choice("foreach", FOREACH, "") or None if fields.raw("foreach") is not None else None,
        undo=_read_undo(source, (*path, "undo"), fields.raw("undo"), findings),
        approvals=fields.take("approvals", int, DEFAULT_APPROVALS) or 0,
        expires=fields.take("expires", float, DEFAULT_EXPIRES_S) or 0.0,
        place=source.place(path),
    )
    _only_for_approve(fields, action)
    fields.end()
    return step


def _read_action(fields: Fields, allowed: frozenset[str]) -> str:
    """Return the action: one of jbnet's, or OWNER.ACTION of another package (whether there is one is seen later)."""
    written = fields.require("action", str, "")
    return written if not written or is_foreign(written) else fields.choice("action", sorted(allowed), "")


def _only_for_approve(fields: Fields, action: str) -> None:
    """Report numbers that only ``approve`` has; elsewhere they would say something that does not hold."""
    for key in KEYS_OF_APPROVE:
        if fields.raw(key) is not None and action != APPROVE:
            message = text("{key} belongs to the action approve, not to {action}", key=key, action=action)
            fields.findings.add("JB703", message, fields.place(key))


def _read_params(fields: Fields) -> Params:
    raw = fields.raw("params")
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        message = text("{key} is {value!r}; expected {expected}", key="params", value=raw, expected="a mapping")
        fields.findings.add("JB703", message, fields.place("params"))
        return {}
    return dict(raw)


def _read_undo(source: Source, path: Path, value: object, findings: Findings) -> Call | None:
    if value is None:
        return None
    fields = Fields(source, path, value, findings)
    call = Call(_read_action(fields, ACTIONS - LEADING - {APPROVE}), _read_params(fields))
    fields.end()
    return call
