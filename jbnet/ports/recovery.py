"""Steps of a recovery, and the approvals it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from jbnet.model.text import Text
from jbnet.recovery.approval import ApprovalRequest, Judged


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What looking at, or doing, a recovery step gave.

    ``evidence`` goes into the journal: values that JSON can hold, and never a secret.
    """

    done: bool
    text: Text
    evidence: Mapping[str, object] = field(default_factory=dict)


class StepAction(Protocol):
    """One action of a recovery runbook. ``params`` are the step's, with ``{database}`` filled in.

    ``do`` may run twice if the first run was cut short: it is called only when ``probe`` said not done.
    """

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        """Say whether the effect already holds (``done``: nothing to do). Changes nothing. Raises JbnetError."""

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        """Bring the effect about. Raises JbnetError on failure."""

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        """Look again, independently of ``do``; ``done`` False: the step failed. Raises JbnetError."""


@runtime_checkable
class Preparing(Protocol):
    """An action that can be made ready beforehand, while people decide whether it is to be done."""

    def prepare(self, params: Mapping[str, object]) -> None:
        """Make what takes time: connections, keys, the knowledge that a host is silent. Changes nothing.

        May be called again and again, and while the step itself is not reached. Raises JbnetError.
        """


class ApprovalVerifier(Protocol):
    """Where people find what they are asked to approve, and where their signatures come in."""

    def publish(self, request: ApprovalRequest) -> None:
        """Lay the request out for the approvers, in the place of an earlier one."""

    def received(self, request: ApprovalRequest) -> Sequence[Judged]:
        """Return everything handed in so far, each judged against the request. Never raises for a bad one."""
