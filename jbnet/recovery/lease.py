"""The lease on leading a database: who may go on, who must stop, and when another may be promoted (ADR 54).

Design section 5, rule 3, proof (b). All times are seconds of one host's own clock, which goes on while the host is
suspended (Linux: CLOCK_BOOTTIME) and is never set. No time of one host is ever compared with a time of another: what
is compared are spans, and only the rates of clocks have to agree, within ``MOST_DRIFT``.

The two sides of the law, with ``hold_s`` <= ``silence_s`` / 2:

- The holder counts from before it *asked* for a renewal, or for the word of all other members: ``hold_s`` after that it
  takes no writes any more.
- Whoever replaces it counts from after it *saw* the last renewal in the store, until before it asked the last time and
  was shown the same: ``silence_s`` have to lie between. The watchdog of the member to be promoted looks all the time:
  what it saw stand still counts from where it saw it. That member counts from its own last word too.

So both spans hold the moment of the renewal between them, whatever was delayed, frozen or cut off in the meantime.
The host's watchdog (playbooks/roles/lease) has the holder's side once more, for a database host has no jbnet; a
property test holds them to be the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MOST_DRIFT = 0.01
"""How much faster or slower than true a host's clock may run: twenty times what crystals do."""
HELD, FAILSAFE = "held", "failsafe"
"""Words of a watchdog (playbooks/roles/lease): its state with a lease, and how its reason begins without the store."""
STOP_S = 10.0
"""The longest that ending a server takes, frozen or not; its clients are shut out by the kernel before."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """Seconds: ``renew_s`` between renewals, ``hold_s`` a holder goes on alone, ``silence_s`` before another leads."""

    renew_s: float = 5.0
    hold_s: float = 30.0
    silence_s: float = 60.0

    @property
    def is_safe(self) -> bool:
        """A holder stops, its server's end included, before anybody may be promoted, whatever their clocks' rates."""
        return (self.hold_s + STOP_S) * (1 + MOST_DRIFT) < self.silence_s * (1 - MOST_DRIFT)


@dataclass(frozen=True, slots=True)
class LeaseRecord:
    """What the store has of a database's lease.

    ``guarded``: the holder's own watchdog says that it will stop it; without that, silence proves nothing.
    ``taken_from``: the host that lost it by silence; empty when it was given. ``number`` goes up with each renewal;
    in an empty store it begins with a drawn one.
    """

    holder: str
    guarded: bool = False
    taken_from: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class LeaseSight:
    """A record as one observer saw it stand still: from the end of the first answer to the start of the last question.

    ``revision`` is the store's own count of changes to the key. Both times are the observer's.
    """

    record: LeaseRecord
    revision: int
    first_seen: float
    last_asked: float

    @property
    def silent_s(self) -> float:
        """For so long at least the store has seen no renewal."""
        return max(0.0, self.last_asked - self.first_seen)


@dataclass(frozen=True, slots=True)
class SeenStill:
    """What a host's watchdog saw of another's lease: the same record, by the store's ``revision`` and its ``number``,
    from the end of the first answer with it until the word was given: ``still_s`` by the host's own clock.

    It need not have asked to the end of that time: the revision that the store has later says that nothing was changed.
    """

    revision: int
    number: int
    still_s: float


@dataclass(frozen=True, slots=True)
class MemberWord:
    """What the host to be promoted says of itself, by its own clock.

    ``acknowledged_s``: seconds at least since it told the holder to go on; None: never. ``refuses``: it will not do so
    from now on. ``leads``: it takes writes already. ``saw``: the lease, as its watchdog saw it; None: it does not say.
    """

    refuses: bool
    acknowledged_s: float | None = None
    leads: bool = False
    saw: SeenStill | None = None


@dataclass(frozen=True, slots=True)
class GuardWord:
    """What a host's watchdog says of a database. Seconds are by the host's own clock; None: it did not say.

    ``state``: ``held``, ``idle``, ``unguarded``, ``stopping``; ``asked_s``: since it asked for what it goes on by, the
    last renewal or the others' word; ``looked_s``: since it looked last; ``why``: what it says beside its state.
    """

    leads: bool
    refuses: bool
    state: str | None = None
    why: str = ""
    asked_s: float | None = None
    looked_s: float | None = None

    @property
    def is_failsafe(self) -> bool:
        """It goes on without the store, by the word of all other hosts."""
        return self.state == HELD and self.why.startswith(FAILSAFE)

    def left_s(self, terms: LeaseTerms) -> float | None:
        """Return how long it goes on at most if it is cut off now; None: nothing guards it."""
        if self.state != HELD or self.asked_s is None:
            return None
        return max(0.0, terms.hold_s - self.asked_s)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """The members of the store, by name: empty when it answers, else why not."""

    members: Mapping[str, str] = field(default_factory=dict)

    @property
    def answering(self) -> int:
        """How many answer."""
        return sum(not why for why in self.members.values())

    @property
    def has_quorum(self) -> bool:
        """More than half of all members answer."""
        return self.answering * 2 > len(self.members)


class Ruling(StrEnum):
    """Whether a host may be replaced by its lease."""

    GRANTED = "granted"
    TAKEN = "taken"
    WAIT = "wait"
    NO_STORE = "no quorum"
    NO_RECORD = "no lease"
    NOT_HELD = "held by another"
    UNGUARDED = "not guarded"
    FAILSAFE = "failsafe"
    NO_WORD = "standby silent"
    NOT_REFUSING = "standby does not refuse"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A ruling; ``wait_s``: seconds until it can be another one at the earliest."""

    ruling: Ruling
    wait_s: float = 0.0


def holds_until(asked_at: float, terms: LeaseTerms) -> float:
    """Return when a holder stops whose last renewal, or last word of all others, was asked for at ``asked_at``."""
    return asked_at + terms.hold_s


def must_stop(now: float, asked_at: float, terms: LeaseTerms) -> bool:
    """Say whether a holder has to stop now. It asks this before anything else, whenever it wakes."""
    return now >= holds_until(asked_at, terms)


def seen_again(before: LeaseSight | None, record: LeaseRecord, revision: int, asked: float, heard: float) -> LeaseSight:
    """Return what an observer knows after one more answer of the store, asked for and heard at these times.

    A store that was made anew counts revisions from the beginning: the record has to be the same one, too.
    """
    if before is None or (before.revision, before.record) != (revision, record):
        return LeaseSight(record, revision, heard, asked)
    return LeaseSight(record, revision, before.first_seen, max(asked, before.last_asked))


def silent_s(sight: LeaseSight, word: MemberWord | None) -> float:
    """Return for how long at least the store has seen no renewal: as the observer saw it, or the host's watchdog.

    ``word`` was heard before the store was asked the last time: what the watchdog saw first is there still.
    """
    saw = word.saw if word is not None else None
    if saw is None or (saw.revision, saw.number) != (sight.revision, sight.record.number):
        return sight.silent_s
    return max(sight.silent_s, saw.still_s)


def may_replace(host: str, by: str, sight: LeaseSight | None, word: MemberWord | None, terms: LeaseTerms) -> Judgement:
    """Judge whether ``by`` may be promoted in the place of ``host``: nothing that is missing speaks for it.

    ``sight`` None: the store did not answer with a quorum; ``word`` None: the host to be promoted said nothing. It was
    heard before the store was asked the last time.
    """
    barred = _barred(host, by, sight, word, terms)
    if barred is not None or sight is None or word is None:
        return barred or Judgement(Ruling.NO_STORE)
    wait = terms.silence_s - silent_s(sight, word)
    if wait > 0:
        return Judgement(Ruling.WAIT, wait)
    return Judgement(Ruling.GRANTED) if word.refuses else Judgement(Ruling.NOT_REFUSING)


def _barred(
    host: str, by: str, sight: LeaseSight | None, word: MemberWord | None, terms: LeaseTerms
) -> Judgement | None:
    """Return what decides without any waiting; None: nothing does."""
    if sight is None:
        return Judgement(Ruling.NO_STORE)
    record = sight.record
    if record.holder == by and record.taken_from == host:
        return Judgement(Ruling.TAKEN)
    if not record.holder:
        return Judgement(Ruling.NO_RECORD)
    if record.holder != host:
        return Judgement(Ruling.NOT_HELD)
    if not record.guarded:
        return Judgement(Ruling.UNGUARDED)
    if word is None:
        return Judgement(Ruling.NO_WORD)
    if word.acknowledged_s is not None and word.acknowledged_s < terms.silence_s:
        return Judgement(Ruling.FAILSAFE, terms.silence_s - word.acknowledged_s)
    return None
