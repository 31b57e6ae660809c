"""Approvals: what people sign, and when their signatures count (design section 5, rule 4).

Two different people sign, each with a key of their own, over the execution, the runbook's hash and the figures
they were shown. Who starts an execution does not approve it. A signature over older figures counts for nothing,
and one is good only while those figures are fresh.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.recovery.canonical import canonical_json, digest, plain

PURPOSE = "jbnet-approval/1"
"""First word of what is signed, so that the signature is good for nothing else."""
BEYOND = "beyond_objective"
"""The figure that says that more is known to be lost than is declared."""
BOTH = "both_lead"
"""The figure that says that both hosts take writes: what one of them has alone is given up."""


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What is put before the approvers. Times are RFC 3339 in UTC.

    ``figures`` is what the steps before saw, by step. ``started_by`` are the names of whoever started it.
    """

    execution: str
    step: str
    runbook: str
    runbook_sha256: str
    databases: tuple[str, ...]
    figures: Mapping[str, object]
    issued: str
    expires: str
    needed: int
    started_by: tuple[str, ...] = ()

    @property
    def figures_sha256(self) -> str:
        """The hash of everything shown: the figures, their age, the databases meant, the step."""
        shown = ("step", "databases", "figures", "issued", "expires", "needed", "started_by")
        return digest({key: getattr(self, key) for key in shown})

    def as_json(self) -> dict[str, object]:
        """Return it in the types of JSON."""
        found = plain({name: getattr(self, name) for name in self.__slots__})
        return dict(found) if isinstance(found, Mapping) else {}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> ApprovalRequest:
        """Read it back. Raises ValueError."""
        try:
            figures, needed = data["figures"], data["needed"]
            if not isinstance(figures, Mapping) or not isinstance(needed, int):
                raise TypeError("figures or needed")
            texts = {
                key: str(data[key]) for key in ("execution", "step", "runbook", "runbook_sha256", "issued", "expires")
            }
            databases, started_by = _names(data["databases"]), _names(data["started_by"])
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an approval request: {error}") from error
        return cls(**texts, databases=databases, figures=figures, needed=needed, started_by=started_by)


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's signed word. ``signature`` is ed25519 over ``message``, in hexadecimal."""

    execution: str
    step: str
    runbook_sha256: str
    figures_sha256: str
    person: str
    time: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        fields = {key: value for key, value in asdict(self).items() if key != "signature"}
        return canonical_json({"purpose": PURPOSE, **fields}).encode()


@dataclass(frozen=True, slots=True)
class Judged:
    """An approval that came in, and why it does not count (None: it counts). ``key`` is the key's fingerprint."""

    approval: Approval
    key: str = ""
    refusal: Text | None = None


@dataclass(frozen=True, slots=True)
class Approver:
    """A person who may approve. ``key`` is the fingerprint of the public key, ``login`` the account worked under."""

    name: str
    key: str
    login: str = ""
    name_zh: str = ""
    roles: tuple[str, ...] = field(default=("approver",))


def prepare(request: ApprovalRequest, person: str, now: datetime) -> Approval:
    """Return the unsigned approval of a request. Its time has whole seconds, so that it can be read out aloud."""
    seconds = now.replace(microsecond=0).isoformat()
    return Approval(request.execution, request.step, request.runbook_sha256, request.figures_sha256, person, seconds)


def judge(request: ApprovalRequest, approval: Approval, approver: Approver | None, *, genuine: bool) -> Judged:
    """Say whether an approval counts for the request. ``genuine``: the signature is by the approver's key."""
    return Judged(approval, approver.key if approver else "", _refusal(request, approval, approver, genuine))


def _refusal(request: ApprovalRequest, approval: Approval, approver: Approver | None, genuine: bool) -> Text | None:
    person = approval.person
    if approver is None or "approver" not in approver.roles:
        return text("{person} is not among those who may approve", person=person)
    if not genuine:
        return text("the signature is not by the key of {person}, or not over this request", person=person)
    if approval.execution != request.execution or approval.step != request.step:
        return text(
            "{person} approved {other}, not {execution}",
            person=person,
            other=approval.execution,
            execution=request.execution,
        )
    if approval.runbook_sha256 != request.runbook_sha256:
        return text("{person} approved another runbook", person=person)
    if approval.figures_sha256 != request.figures_sha256:
        return text("{person} approved other figures than those shown now", person=person)
    if person in request.started_by or (approver.login and approver.login in request.started_by):
        return text(
            "{person} started {execution}, and who starts does not approve", person=person, execution=request.execution
        )
    return _untimely(request, approval)


def _untimely(request: ApprovalRequest, approval: Approval) -> Text | None:
    """Refuse what was signed too late. It cannot be too early: the signed hash covers the figures' own time."""
    try:
        if datetime.fromisoformat(approval.time) <= datetime.fromisoformat(request.expires):
            return None
    except (ValueError, TypeError):
        pass
    template = "{person} signed at {time}; the figures were good until {expires}"
    return text(template, person=approval.person, time=approval.time, expires=request.expires)


def beyond_objective(request: ApprovalRequest) -> tuple[str, ...]:
    """Return the steps whose figures show a loss that is more than declared: nobody signs that unsaid."""
    found = request.figures.items()
    return tuple(step for step, seen in found if isinstance(seen, Mapping) and seen.get(BEYOND) is True)


def both_leading(request: ApprovalRequest) -> tuple[str, ...]:
    """Return the steps whose figures show that both hosts of a database take writes."""
    found = request.figures.items()
    return tuple(step for step, seen in found if isinstance(seen, Mapping) and seen.get(BOTH) is True)


def expired(request: ApprovalRequest, now: datetime) -> bool:
    """Say whether the figures are too old to act on."""
    return now > datetime.fromisoformat(request.expires)


def people(given: Sequence[Approval]) -> tuple[str, ...]:
    """Return the different people behind approvals, in order: the same one twice counts once."""
    return tuple(dict.fromkeys(approval.person for approval in given))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list of names")
    return tuple(str(entry) for entry in value)
