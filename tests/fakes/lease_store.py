"""A lease as the use cases see it, in memory: the store, the standby's word, and the fence beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jbnet.model.errors import Unreachable
from jbnet.ports import Clock, FenceProof
from jbnet.recovery.lease import LeaseRecord, LeaseSight, MemberWord, StoreHealth, seen_again
from jbnet.recovery.observed import RingLook

OLD, NEW = "xining-dc-db1", "golmud-dc-db1"


@dataclass
class Store:
    """Implements LeaseStore: one record; ``renews_until``: a leader that lives, for so long."""

    clock: Clock
    record: LeaseRecord = LeaseRecord(OLD, guarded=True)  # noqa: RUF009  it is frozen
    revision: int = 7
    quorum: bool = True
    renews_until: float = 0.0
    loses_answers: bool = False
    away: tuple[float, float] = (0.0, 0.0)
    seen: LeaseSight | None = None

    def look(self, database: str) -> LeaseSight:
        now = self.clock.monotonic()
        if not self.quorum or self.away[0] <= now < self.away[1]:
            raise Unreachable("no member of etcd answers for a quorum: {said}", said="-")
        if self.record.holder == OLD and now < self.renews_until:
            self.revision += 1
        self.seen = seen_again(self.seen, self.record, self.revision, now, now)
        return self.seen

    def put(self, database: str, record: LeaseRecord, revision: int) -> bool:
        if revision == self.revision:
            self.record, self.revision = record, revision + 1
        if self.loses_answers:
            self.quorum = False
            raise Unreachable("no member of etcd answers for a quorum: {said}", said="-")
        return self.record == record

    def health(self) -> StoreHealth:
        return StoreHealth()


@dataclass
class Word:
    """Implements LeaseWord for the host to be promoted. ``clock``: its last acknowledgement grows older with it;
    without one the leader is told to go on again and again.
    """

    acknowledged_s: float = 1e6
    clock: Clock | None = None
    refuses: bool = False
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def _say(self, verb: str) -> MemberWord:
        if self.silent:
            raise Unreachable("{host} does not answer", host=NEW)
        self.asked.append(verb)
        grown = self.clock.monotonic() if self.clock is not None else 0.0
        return MemberWord(self.refuses, self.acknowledged_s + grown)

    def word(self, host: str, database: str) -> MemberWord:
        return self._say("word")

    def refuse(self, host: str, database: str) -> MemberWord:
        self.refuses = True
        return self._say("refuse")

    def accept(self, host: str, database: str) -> MemberWord:
        self.refuses = False
        return self._say("accept")


@dataclass
class Rings:
    """Implements Fence: what a ring gave."""

    proof: FenceProof = FenceProof("production", OLD, proved=False, by="")  # noqa: RUF009  it is frozen

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        return self.proof

    def glance(self, database: str, host: str) -> FenceProof:
        return self.proof

    def close(self, database: str, host: str) -> FenceProof:
        return self.proof

    def open(self, database: str, host: str) -> FenceProof:
        return self.proof

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        return {}

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        return {}

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        return {}
