"""Journals of recoveries as they would be written, told step by step: with what was seen, and real signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jbnet.adapters.keys import fingerprint
from jbnet.adapters.report_keys import openssh
from jbnet.recovery.approval import ApprovalRequest, prepare
from jbnet.recovery.canonical import GENESIS, canonical_json, plain
from jbnet.recovery.chain import sealed
from jbnet.recovery.expand import Instance, expand
from jbnet.recovery.report.nouns import Past
from jbnet.recovery.report.sealed import Signer
from jbnet.recovery.runbook import APPROVE, HAND_OVER, Runbook, load_runbook

RUNBOOKS = Path(__file__).parents[2] / "dr" / "runbooks"
BEGIN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PRIMARY, STANDBY = "xining-dc-db1", "golmud-dc-db1"
KEYS = {name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n, name in enumerate(("li-na", "wang-wei"), 1)}
APPROVERS = {name: {"key": openssh(key.public_key()), "login": ""} for name, key in KEYS.items()}
_SEAL = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
SIGNER = Signer(openssh(_SEAL.public_key()), fingerprint(_SEAL.public_key()), _SEAL.sign)
LOST = ("771 0/3000148 2026-11-22 11:59:40.100000", "772 0/3000190 2026-11-22 11:59:41.600000")

Evidence = Mapping[str, object]


@cache
def runbook(name: str) -> Runbook:
    """One of the runbooks that jbnet comes with."""
    found, findings = load_runbook(name, (RUNBOOKS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert found is not None, findings
    return found


@dataclass
class Story:
    """A journal that is being told. Each entry is a second after the one before."""

    execution: str
    name: str
    databases: Sequence[str]
    time: datetime = BEGIN
    entries: list[dict[str, object]] = field(default_factory=list)

    def tell(self, kind: str, subject: str, data: Mapping[str, object], seconds: float = 1.0) -> int:
        """Append an entry, chained."""
        seq = len(self.entries) + 1
        previous = str(self.entries[-1]["hash"]) if self.entries else GENESIS
        row = sealed(seq, self.time.isoformat(), kind, subject, canonical_json(data), previous)
        keys = ("seq", "time", "kind", "subject", "data", "hash")
        self.entries.append({**dict(zip(keys, row, strict=True)), "data": plain(data)})
        self.time += timedelta(seconds=seconds)
        return seq

    @property
    def steps(self) -> tuple[Instance, ...]:
        """All steps in their order."""
        return expand(runbook(self.name), self.bindings)

    @property
    def bindings(self) -> list[dict[str, object]]:
        """What fills in the braces."""
        return [{"database": name, "primary": PRIMARY, "standby": STANDBY} for name in self.databases]

    def begin(self) -> None:
        """Tell the first entry."""
        book = runbook(self.name)
        self.tell("execution", self.execution, {
            "runbook": book.content, "runbook_name": book.name, "runbook_sha256": book.sha256,
            "bindings": self.bindings, "started_by": ["zhao"],
            "approvers": {name: fingerprint(key.public_key()) for name, key in KEYS.items()},
        })  # fmt: skip

    def step(self, step: Instance, evidence: Evidence, *, attempts: int = 1) -> None:
        """Tell a step that was begun, done and verified, perhaps after attempts that failed."""
        intent = {"action": step.action, "params": dict(step.params)}
        for _ in range(attempts - 1):
            self.tell("intent", step.key, intent)
            self.tell("failed", step.key, {"text": "no answer", "template": "no answer", "params": {}, "phase": "do"})
        self.tell("intent", step.key, intent)
        said = {"text": f"{step.key} is done", "template": "{step} is done", "params": {"step": step.key}}
        self.tell("result", step.key, {**said, "evidence": evidence, "probed": False})
        self.tell("verified", step.key, {**said, "evidence": evidence})

    def approve(self, step: Instance, figures: Mapping[str, object], people: Sequence[str] = tuple(KEYS)) -> None:
        """Tell a request, what people signed, and that it was granted."""
        request = ApprovalRequest(
            self.execution, step.key, self.name, runbook(self.name).sha256, tuple(self.databases), figures,
            self.time.isoformat(), (self.time + timedelta(minutes=30)).isoformat(), 2, ("zhao",),
        )  # fmt: skip
        self.tell("request", step.key, request.as_json(), seconds=60)
        for person in people:
            word = prepare(request, person, self.time)
            word = replace(word, signature=KEYS[person].sign(word.message).hex())
            data = {name: getattr(word, name) for name in word.__slots__}
            self.tell("approval", step.key, {**data, "key": fingerprint(KEYS[person].public_key())})
        self.tell("verified", step.key, {"evidence": {"approved_by": list(people)}})

    def end(self, result: str = "done") -> Past:
        """Tell the last entry and return the journal."""
        self.tell("finished", self.execution, {"result": result})
        return self.past

    @property
    def past(self) -> Past:
        """The journal as it stands."""
        return Past(self.execution, tuple(self.entries), str(self.entries[-1]["hash"]))


ASSESSED: Evidence = {
    "primary": {"host": PRIMARY, "seen": False, "error": "no answer"},
    "standby": {"host": STANDBY, "seen": True, "last_message_age_s": 10.0, "in_recovery": True},
    "lag_bytes": None,
    "behind_s": 12.0,
    "heartbeat_age_s": 11.0,
}
"""An assessment whose old primary is silent."""


def failover(
    databases: Sequence[str] = ("production", "exchange"), assessed: Evidence = ASSESSED, execution: str = "20261122-1"
) -> Past:
    """A failover that ended well; who promoted saw nothing of the old primary."""
    story = Story(execution, "failover", databases)
    story.begin()
    for step in story.steps:
        if step.action == APPROVE:
            figures = {f"assess[{name}]": {"said": f"{name}: the old primary is silent", **assessed}
                       for name in databases}  # fmt: skip
            story.approve(step, figures)
        else:
            story.step(step, assessed if step.action == "assess" else {"database": step.database})
    return story.end()


def failback(
    databases: Sequence[str] = ("production", "exchange"),
    lost: Mapping[str, Evidence] | None = None,
    attempts: int = 1,
    execution: str = "20261123-1",
) -> Past:
    """A failback that ended well, a day later. ``lost``: what the old primary's log had alone, by database."""
    story = Story(execution, "failback", databases, BEGIN + timedelta(days=1))
    story.begin()
    nothing = {"count": 0, "since": "0/3000110", "first": [], "reason": ""}
    for step in story.steps:
        if step.action == APPROVE:
            story.approve(step, {"check-primary": {"lag_bytes": 0}})
        elif step.action == "rebuild-standby":
            old = step.params.get("host") == PRIMARY
            found = (lost or {}).get(str(step.database), nothing) if old else nothing
            story.step(step, {"by": "rewind", "lost": found}, attempts=attempts if old else 1)
        elif step.action == HAND_OVER:
            said = {"stop_said": (story.time + timedelta(seconds=1)).isoformat(), "fence": {"proved": True}}
            story.step(step, {"checkpoint": 100, "replayed": 220, **said})
        else:
            story.step(step, {"database": step.database})
    return story.end()


def losing(*listed: str, count: int | None = None) -> dict[str, object]:
    """What pg_waldump gave of the old primary's log."""
    return {"count": len(listed) if count is None else count, "since": "0/3000110", "first": listed, "reason": ""}
