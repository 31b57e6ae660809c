"""Nouns of a recovery report. All frozen; unknown is None, and never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.text import Text
from jbnet.recovery.replay import Entry


class Verdict(StrEnum):
    """Whether an objective was reached. Unknown is neither."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a figure was taken from. For an RTO the moment it counts from, for an RPO what knows of the loss."""

    CLIENT = "client's record"
    STOP = "stop of the old primary"
    FENCE = "fence of the old primary"
    START = "start of the execution"
    LOG = "log of the old primary"
    CAUGHT_UP = "standby had everything"
    WAITED = "commits waited for the standby"
    LAG = "age of the standby's data"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Reached:
    """A time that was reached, in seconds, against its objective.

    ``seconds`` None: not known exactly; then ``at_least`` and ``at_most`` bound it where they are known.
    ``lost``: transactions are known to be lost, however short the time between the first and the last of them.
    """

    seconds: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    basis: Basis = Basis.NONE
    objective: float | None = None
    lost: bool = False

    @property
    def verdict(self) -> Verdict:
        """Compare with the objective; what the bounds leave open is unknown."""
        if self.objective is None:
            return Verdict.UNKNOWN
        if self.lost and self.objective == 0:
            return Verdict.MISSED
        low = self.seconds if self.seconds is not None else self.at_least
        high = self.seconds if self.seconds is not None else self.at_most
        if low is not None and low > self.objective:
            return Verdict.MISSED
        return Verdict.MET if high is not None and high <= self.objective else Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Transaction:
    """A lost transaction. ``id`` is PostgreSQL's number or the client's; ``lsn`` and ``time`` as the log has them.

    ``numbers``: the business's own, where the transaction said them in the log.
    """

    id: str
    lsn: str = ""
    time: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of one database's lost transactions, from one source.

    ``count`` None: not known, with its ``reason``. ``listed`` may be fewer than ``count``. ``basis`` LOG: committed on
    the old primary and absent from the new one; CLIENT: acknowledged to the client and absent. ``acknowledged`` None:
    not known; a primary that waits for its standby acknowledges nothing that the standby lacks, as long as it waits.
    ``execution`` and ``entry`` say which journal's entry has it (0: none).
    """

    database: str
    basis: Basis
    count: int | None
    listed: tuple[Transaction, ...] = ()
    reason: str = ""
    since: str = ""
    execution: str = ""
    entry: int = 0
    acknowledged: bool | None = None


@dataclass(frozen=True, slots=True)
class DatabaseResult:
    """What became of one database. ``rto`` is the client's where one was measured; the journal's stands beside it."""

    name: str
    name_zh: str
    replication: str
    moved_from: str | None
    moved_to: str | None
    rto: Reached
    rpo: Reached
    rto_of_journal: Reached
    lost: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """What became of a business service, as far as its databases go: the worst of those that it needs.

    ``databases`` are all that it needs, directly or through its applications and other services.
    """

    name: str
    name_zh: str
    databases: tuple[str, ...]
    rto: Reached
    rpo: Reached


@dataclass(frozen=True, slots=True)
class Signed:
    """One person's approval as it stands in the journal, or a refused one with its reason."""

    entry: int
    time: str
    person: str
    key: str = ""
    refusal: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put before the approvers, and who signed it. ``outcome`` is granted, renewed or open."""

    entry: int
    step: str
    issued: str
    expires: str
    needed: int
    databases: tuple[str, ...]
    figures: Mapping[str, object]
    figures_sha256: str
    given: tuple[Signed, ...] = ()
    outcome: str = "open"


@dataclass(frozen=True, slots=True)
class StepRun:
    """One step: what was ordered and what was answered. ``entries`` are the numbers of its entries."""

    key: str
    action: str
    database: str | None
    params: Mapping[str, object]
    status: str
    attempts: int
    began: str
    ended: str | None
    seconds: float | None
    said: Mapping[str, object]
    answer: int | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A second, independent look at a step's effect, and whether it held."""

    entry: int
    time: str
    step: str
    action: str
    holds: bool
    said: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the journal as people read it; ``seconds`` since the first."""

    entry: int
    time: str
    seconds: float
    subject: str
    kind: str
    said: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Past:
    """A journal: its execution, its entries and the hash of the last."""

    execution: str
    entries: Sequence[Entry]
    head: str


@dataclass(frozen=True, slots=True)
class Told:
    """Whom somebody told that a transaction was done, from the ledger. ``amount`` as the ledger writes it.

    ``transaction`` is the business's own number, ``xid`` PostgreSQL's. ``database`` empty: any.
    """

    database: str
    transaction: str
    xid: str
    counterparty: str
    time: str = ""
    amount: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the reconciliation list. ``counterparty`` None: the ledger does not say whom; ask."""

    database: str
    transaction: str
    lost_at: str
    source: Basis
    counterparty: str | None = None
    time: str = ""
    amount: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Each lost transaction with whom it was told to. ``unlisted``: lost ones by database whose number is not known.

    ``ledger`` names the ledger and its SHA-256; None: none was given.
    """

    rows: tuple[Row, ...] = ()
    unlisted: Mapping[str, int] = field(default_factory=dict)
    ledger: Mapping[str, str] | None = None


def said(told: Text) -> dict[str, object]:
    """Return a text as it stands in a document: in English, and with what is needed to translate it."""
    params = {key: said(value) if isinstance(value, Text) else value for key, value in told.params.items()}
    return {"text": str(told), "template": told.template, "params": params}
