"""Two hosts, a store and time: the watchdog itself on one of them, and somebody who wants the other promoted.

Time passes inside the watchdog's own calls, as much as a test draws: that is what being frozen is. Meanwhile the other
side goes on. Each host has a clock of its own, of its own rate.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import ENOSPC
from typing import Any

from lease_program import load

from jbnet.recovery.lease import (
    LeaseRecord,
    LeaseSight,
    LeaseTerms,
    MemberWord,
    Ruling,
    SeenStill,
    holds_until,
    may_replace,
    seen_again,
)

PROGRAM = load()
OLD, NEW = "xining-dc-db1", "golmud-dc-db1"
TICK = 0.5


@dataclass
class World:
    """``delays``: what each call of the watchdog costs it, before it has its effect and after; nothing when used up."""

    terms: LeaseTerms = field(default_factory=LeaseTerms)
    rates: tuple[float, float] = (1.0, 1.0)
    delays: list[float] = field(default_factory=list)
    true: float = 1000.0
    record: LeaseRecord = field(default_factory=lambda: LeaseRecord(""))
    revision: int = 0
    changes: int = 0
    store_for: set[str] = field(default_factory=lambda: {OLD, NEW})
    answers_lost: bool = False
    between: bool = True
    runs: bool = True
    marked: bool = False
    sight: LeaseSight | None = None
    pending: tuple[float, int] | None = None
    put_delay: float = 0.0
    refuses: bool = False
    told_at: float | None = None
    taken_at: float | None = None
    unwanted: bool = False
    """Nobody wants the other promoted just now."""
    rulings: list[Ruling] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(self)
        self.notes = Notes(self)
        self.watchdog = self.start()
        self.other = self.start_other()

    def start(self) -> Any:
        """Start a watchdog, in the place of the one before."""
        terms = {"hold_s": self.terms.hold_s, "silence_s": self.terms.silence_s}
        parts = (store(self), self.gate, Server(self), Others(self), self.notes)
        self.watchdog = PROGRAM.Guard(terms, OLD, *parts, clock=self.old_clock, say=self.said.append)
        return self.watchdog

    def start_other(self) -> Any:
        """Start the watchdog of the host to be promoted, which looks at the lease; what one before it saw is kept."""
        terms = {"hold_s": self.terms.hold_s, "silence_s": self.terms.silence_s}
        parts = (store(self, NEW), Gate(self), Standby(), Others(self), OtherNotes())
        self.other = PROGRAM.Guard(terms, NEW, *parts, clock=self.new_clock, say=self.said.append)
        return self.other

    def old_clock(self) -> float:
        return self.true * self.rates[0]

    def new_clock(self) -> float:
        return self.true * self.rates[1] + 77.0

    def anew(self) -> None:
        """The store lost everything, and was made again."""
        self.record, self.revision, self.changes = LeaseRecord(""), 0, 0

    @property
    def serves(self) -> bool:
        """A client's write would be taken, and be told so."""
        return self.runs and self.gate.lets_in()

    def cost(self) -> None:
        """The watchdog is held up here."""
        self.advance(self.delays.pop(0) if self.delays else 0.0)

    def advance(self, seconds: float) -> None:
        end = self.true + seconds
        while True:
            self._other_side()
            if self.taken_at is not None and self.serves:
                self.wrong.append(f"two writers at {self.true}")
            if self.true >= end:
                return
            self.true = min(end, self.true + TICK)

    def _other_side(self) -> None:
        """Look, ask, judge, and take what may be taken, as jbnet does it at the other site."""
        if self.pending is not None and self.true >= self.pending[0]:
            revision, self.pending = self.pending[1], None
            if NEW in self.store_for and revision == self.revision:
                self.record = LeaseRecord(NEW, taken_from=OLD)
                self.changes += 1
                self.revision = self.changes
                self.taken_at = self.true
        if self.taken_at is not None or self.pending is not None or self.unwanted:
            return
        sight = None
        if NEW in self.store_for:
            now = self.new_clock()
            sight = self.sight = seen_again(self.sight, self.record, self.revision, now, now)
        judged = may_replace(OLD, NEW, sight, self.word(), self.terms)
        if judged.ruling is Ruling.NOT_REFUSING:
            self.refuses = True
            judged = may_replace(OLD, NEW, sight, self.word(), self.terms)
        self.rulings.append(judged.ruling)
        if judged.ruling is Ruling.GRANTED:
            self.pending = (self.true + self.put_delay, self.revision)

    def word(self) -> MemberWord:
        ago = None if self.told_at is None else self.new_clock() - self.told_at
        seen = self.other.notes.shown.get("seen")
        saw = SeenStill(seen["revision"], seen["number"], self.new_clock() - seen["at"]) if seen else None
        return MemberWord(self.refuses, ago, saw=saw)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.watchdog.round()
            self.advance(self.terms.renew_s)


def store(world: World, host: str = OLD) -> Any:
    """Return a watchdog's own store over an etcd of one key; the record and who reaches it are the world's."""

    def ask(path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        world.cost()
        if host not in world.store_for:
            raise PROGRAM.Failed("no quorum")
        found = _range(world) if path.endswith("range") else _transaction(world, body)
        world.cost()
        if world.answers_lost:
            raise PROGRAM.Failed("timed out")
        return found

    found = PROGRAM.Store({}, "production", host, None)
    found.ask = ask
    return found


def _range(world: World) -> Mapping[str, Any]:
    if world.revision == 0:
        return {}
    value = {name: getattr(world.record, name) for name in ("holder", "guarded", "taken_from", "number")}
    return {"kvs": [{"value": PROGRAM.encoded(json.dumps(value)), "mod_revision": str(world.revision)}]}


def _transaction(world: World, body: Mapping[str, Any]) -> Mapping[str, Any]:
    if int(body["compare"][0]["mod_revision"]) != world.revision:
        return {"responses": [{"response_range": _range(world)}]}
    value = json.loads(base64.b64decode(body["success"][0]["request_put"]["value"]))
    world.record = LeaseRecord(value["holder"], value["guarded"], value["taken_from"], value["number"])
    world.changes += 1
    world.revision = world.changes
    return {"succeeded": True, "header": {"revision": str(world.revision)}}


@dataclass
class Gate:
    """The kernel's filter; its time is the old host's, and goes on whatever is frozen there."""

    world: World
    armed: bool = False
    slot: int = 0
    until: dict[int, float] = field(default_factory=dict)
    fails: int = 0
    """So many of its next changes of sets do not come about."""

    def lets_in(self) -> bool:
        return not self.armed or self.until.get(self.slot, 0.0) > self.world.old_clock()

    def arm(self, slot: int, seconds: float) -> None:
        self.world.cost()
        self.armed, self.slot, self.until = True, slot, {slot: self.world.old_clock() + seconds}

    def stage(self, slot: int, seconds: float) -> None:
        self.world.cost()
        self.until[slot] = self.world.old_clock() + seconds
        self.world.cost()

    def grant(self, slot: int) -> None:
        self.world.cost()
        if self.fails:
            self.fails -= 1
            raise PROGRAM.Failed("no memory")
        self.slot = slot

    def shut(self) -> None:
        self.armed, self.slot, self.until = True, 0, {}

    def in_use(self) -> int | None:
        return self.slot if self.armed else None

    def disarm(self) -> None:
        self.world.cost()
        self.armed = False


@dataclass
class Server:
    world: World
    name: str = "production"

    def leads(self) -> bool:
        return self.world.runs

    def marked(self) -> bool:
        return self.world.marked

    def stop(self, grace: float) -> None:
        self.world.cost()
        self.world.marked, self.world.runs = True, False


@dataclass
class Standby:
    """A server that never leads, so that its watchdog only looks."""

    name: str = "production"

    def leads(self) -> bool:
        return False


@dataclass
class OtherNotes:
    """What the looking watchdog keeps; `status` reads it, whether the watchdog lives or not."""

    shown: dict[str, Any] = field(default_factory=dict)

    def held(self) -> bool:
        return False

    def show(self, state: dict[str, Any]) -> None:
        self.shown = state


@dataclass
class Others:
    """The host to be promoted: it acknowledges unless it refuses."""

    world: World

    def not_acknowledging(self) -> list[str]:
        self.world.cost()
        said = self.world.between and not self.world.refuses and self.world.taken_at is None
        if said:
            self.world.told_at = self.world.new_clock()
        self.world.cost()
        return [] if said else [NEW]


@dataclass
class Notes:
    world: World
    kept: bool = False
    full: bool = False
    asked_last: float | None = None
    shown: dict[str, object] = field(default_factory=dict)

    def held(self) -> bool:
        return self.kept

    def asked_at(self) -> float | None:
        return self.asked_last

    def hold(self, asked: float) -> None:
        self.kept, self.asked_last = True, asked

    def asked(self, asked: float) -> None:
        self.world.cost()
        if self.full:
            raise OSError(ENOSPC, "No space left on device")
        self.asked_last = asked

    def clear(self) -> None:
        self.kept = False

    def accept(self) -> None:
        return None

    def show(self, state: dict[str, object]) -> None:
        self.shown = state


def agrees(now: float, asked_at: float, terms: LeaseTerms) -> bool:
    """The program and jbnet.recovery.lease say the same of a holder."""
    return bool(PROGRAM.must_stop(now, asked_at, terms.hold_s)) == (now >= holds_until(asked_at, terms))
