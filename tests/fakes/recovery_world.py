"""Two sites with databases, simulated: what the recovery engine acts on in its tests, and how it is killed there."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from jbnet.model.errors import CommandFailed, JbnetError
from jbnet.model.text import text
from jbnet.ports import Progress, StepAction, StepOutcome, Windows
from jbnet.recovery.approval import Approval, ApprovalRequest, Approver, Judged, judge, prepare
from jbnet.recovery.canonical import GENESIS, canonical_json, plain
from jbnet.recovery.chain import sealed
from jbnet.services.recover.engine import Recovery

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
PRIMARY, STANDBY = "xining-dc-db1", "golmud-dc-db1"
APPROVERS = {"li-na": "SHA256:li", "wang-wei": "SHA256:wang"}


def bindings(*databases: str) -> list[dict[str, object]]:
    """The values that fill in a runbook's braces."""
    return [{"database": name, "primary": PRIMARY, "standby": STANDBY} for name in databases]


class Killed(BaseException):
    """The process ends here and now, as by kill -9: nothing may catch it."""


class Life:
    """Whether the process that is tested lives: killed, none of its threads does anything any more."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._killed = False

    def kill(self) -> None:
        """End it here and now."""
        self._killed = True
        raise Killed

    def check(self) -> None:
        """End the thread of a process that was killed."""
        if self._killed:
            raise Killed

    def begin_anew(self) -> None:
        """Another process is started, once the last thread of the old one is gone."""
        for thread in threading.enumerate():
            if self._killed and thread.name.startswith("recovery"):
                thread.join(30)
                assert not thread.is_alive()
        self._killed = False


class ManualClock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.time = START
        self.at_sleep: type[Exception] | None = None

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        if self.at_sleep is not None:
            raise self.at_sleep
        self.time += timedelta(seconds=seconds)


@dataclass
class MemoryJournal:
    """Implements the Journal port in memory, chained as on disk, and kills its writer where it is told to."""

    clock: ManualClock
    kill_after: set[int] = field(default_factory=set)
    rows: list[dict[str, object]] = field(default_factory=list)
    life: Life = field(default_factory=Life)

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        with self.life.lock:
            return self._append(kind, subject, data)

    def _append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        self.life.check()
        seq = len(self.rows) + 1
        previous = str(self.rows[-1]["hash"]) if self.rows else GENESIS
        time = self.clock.now().isoformat()
        hash_ = sealed(seq, time, kind, subject, canonical_json(data), previous)[5]
        entry = {"seq": seq, "time": time, "kind": kind, "subject": subject, "data": plain(data), "hash": hash_}
        self.rows.append(entry)
        if seq in self.kill_after:
            self.kill_after.discard(seq)
            self.life.kill()
        return seq

    def entries(self) -> Sequence[Mapping[str, object]]:
        return list(self.rows)

    def kinds(self, subject: str) -> list[str]:
        return [str(row["kind"]) for row in self.rows if row["subject"] == subject]


class FreeLease:
    """A lease that nobody else wants."""

    def held(self, holder: str) -> AbstractContextManager[None]:
        return nullcontext()


class Log:
    """Collects progress."""

    def __init__(self) -> None:
        self.events: list[Progress] = []

    def report(self, progress: Progress) -> None:
        self.events.append(progress)

    def of(self, event: str) -> list[Progress]:
        return [progress for progress in self.events if progress.event == event]


@dataclass
class People:
    """Implements the ApprovalVerifier port: the people of APPROVERS, who sign whatever they are shown at once."""

    clock: ManualClock
    willing: list[str] = field(default_factory=lambda: list(APPROVERS))
    published: list[ApprovalRequest] = field(default_factory=list)
    extra: list[Approval] = field(default_factory=list)

    def publish(self, request: ApprovalRequest) -> None:
        self.published.append(request)

    def received(self, request: ApprovalRequest) -> Sequence[Judged]:
        signed = [replace(prepare(request, name, self.clock.now()), signature="aa") for name in self.willing]
        known = {name: Approver(name, key) for name, key in APPROVERS.items()}
        return [judge(request, a, known.get(a.person), genuine=a.signature == "aa") for a in (*signed, *self.extra)]


@dataclass
class World:
    """What is true outside. ``acts`` counts how often each effect was brought about.

    ``kill_at``: the numbers of the acts after which the process is killed, before it can write anything down.
    ``needless``: acts whose effect already held. ``two_leaders``: moments at which two hosts led unfenced.
    """

    leads: dict[str, set[str]] = field(default_factory=dict)
    fenced: set[tuple[str, str]] = field(default_factory=set)
    stopped: set[tuple[str, str]] = field(default_factory=set)
    address_at: dict[str, str | None] = field(default_factory=dict)
    rebuilt: set[tuple[str, str]] = field(default_factory=set)
    acts: list[tuple[str, str]] = field(default_factory=list)
    needless: list[tuple[str, str]] = field(default_factory=list)
    two_leaders: list[str] = field(default_factory=list)
    kill_at: set[int] = field(default_factory=set)
    failing: dict[tuple[str, str], int] = field(default_factory=dict)
    life: Life = field(default_factory=Life)

    @classmethod
    def before(cls, *databases: str) -> World:
        """The primary site leads everything."""
        return cls(leads={name: {PRIMARY} for name in databases}, address_at=dict.fromkeys(databases, PRIMARY))

    @classmethod
    def after_failover(cls, *databases: str) -> World:
        """The standby site leads, the old primary is fenced and down."""
        world = cls(leads={name: {STANDBY} for name in databases}, address_at=dict.fromkeys(databases, STANDBY))
        world.fenced = {(name, PRIMARY) for name in databases}
        return world

    def end_state(self) -> tuple[object, ...]:
        """Everything that can be seen afterwards."""
        leads = {name: frozenset(hosts) for name, hosts in self.leads.items()}
        return leads, frozenset(self.fenced), frozenset(self.stopped), dict(self.address_at), frozenset(self.rebuilt)

    def act(self, action: str, params: Mapping[str, object], *, holds: bool) -> None:
        """Note an act; kill the process after it where that is asked for."""
        name = str(params["database"])
        self.acts.append((action, name))
        if holds:
            self.needless.append((action, name))
        for database, hosts in self.leads.items():
            open_ = {h for h in hosts if (database, h) not in self.fenced and (database, h) not in self.stopped}
            if len(open_) > 1:
                self.two_leaders.append(database)
        if len(self.acts) in self.kill_at:
            self.life.kill()

    def actions(self) -> dict[str, StepAction]:
        """All actions of a runbook on this world."""
        names = ("assess", "fence", "unfence", "promote", "move-address", "release-address", "verify-writes")
        more = (
            "list-lost",
            "rebuild-standby",
            "rebuild-local",
            "check-standby",
            "stop-primary",
            "wait-caught-up",
            "hand-over",
            "take-back",
            "compare-rows",
        )
        own = {name: WorldAction(self, name) for name in (*names, *more)}
        return {**own, "verify-applications": SiteAction(self)}


@dataclass
class SiteAction:
    """Applications of a site are asked: about no single database, and nothing of it holds beforehand."""

    world: World

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(False, text("not yet asked"))

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        with self.world.life.lock:
            self.world.life.check()
            self.world.act("verify-applications", {"database": params["site"]}, holds=False)
        return self.verify(params)

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(True, text("they answer"))


@dataclass
class WorldAction:
    """One action on the world."""

    world: World
    name: str

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        return StepOutcome(self._holds(params), text("looked"), {"seen": str(params["database"])})

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        with self.world.life.lock:
            return self._do(params)

    def _do(self, params: Mapping[str, object]) -> StepOutcome:
        self.world.life.check()
        database = str(params["database"])
        left = self.world.failing.get((self.name, database), 0)
        if left:
            self.world.failing[self.name, database] = left - 1
            raise CommandFailed("{action} failed", action=self.name)
        if self.name == "hand-over":
            return self._hand_over(params)
        holds = self._holds(params)
        self._change(params)
        self.world.act(self.name, params, holds=holds)
        return StepOutcome(True, text("done"), {"database": database})

    def _hand_over(self, params: Mapping[str, object]) -> StepOutcome:
        """Three acts in one: it can be killed behind each, and fail before each."""
        database, old, new = str(params["database"]), str(params["from"]), str(params["to"])
        parts = {
            "stop-primary": {"database": database, "host": old},
            "promote": {"database": database, "host": new},
            "move-address": {"database": database, "from": old, "to": new},
        }
        for name, given in parts.items():
            part = WorldAction(self.world, name)
            if not part._holds(given):
                part._do(given)
        self.world.stopped.discard((database, new))
        return StepOutcome(True, text("done"), {"database": database, "fence": {"proved": True}})

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        looks_only = self.name in ("assess", "list-lost", "check-standby", "wait-caught-up", "compare-rows")
        return StepOutcome(looks_only or self._holds(params) or self._works(params), text("seen"))

    def _works(self, params: Mapping[str, object]) -> bool:
        return self.name == "verify-writes" and self.world.address_at[str(params["database"])] == params["host"]

    def _holds(self, params: Mapping[str, object]) -> bool:
        world, database, host = self.world, str(params["database"]), str(params.get("host", ""))
        return {
            "fence": (database, host) in world.fenced,
            "unfence": (database, host) not in world.fenced,
            "promote": host in world.leads[database],
            "move-address": world.address_at[database] == params.get("to"),
            "release-address": world.address_at[database] != host,
            "stop-primary": (database, host) in world.stopped,
            "hand-over": params.get("to") in world.leads[database] and world.address_at[database] == params.get("to"),
            "take-back": params.get("from") in world.leads[database],
            "rebuild-standby": (database, host) in world.rebuilt and host not in world.leads[database],
            "rebuild-local": True,  # none is declared
        }.get(self.name, False)

    def _change(self, params: Mapping[str, object]) -> None:
        world, database, host = self.world, str(params["database"]), str(params.get("host", ""))
        if self.name == "fence":
            world.fenced.add((database, host))
        elif self.name == "unfence":
            world.fenced.discard((database, host))
        elif self.name == "promote":
            world.leads[database].add(host)
        elif self.name == "move-address":
            world.address_at[database] = str(params["to"])
        elif self.name == "release-address":
            world.address_at[database] = None
        elif self.name == "stop-primary":
            world.stopped.add((database, host))
            world.leads[database].discard(host)
        elif self.name == "take-back":
            if str(params["to"]) in world.leads[database]:
                raise CommandFailed("the other leads")
            world.stopped.discard((database, str(params["from"])))
            world.leads[database].add(str(params["from"]))
        elif self.name == "rebuild-standby":
            world.rebuilt.add((database, host))
            world.leads[database].discard(host)


@dataclass
class Bench:
    """An engine over a world, which can be killed and started again."""

    world: World
    clock: ManualClock = field(default_factory=ManualClock)
    log: Log = field(default_factory=Log)
    windows: Windows | None = None
    hands: int = 1

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.clock, life=self.world.life)
        self.people = People(self.clock)

    def engine(self, actions: Mapping[str, StepAction] | None = None) -> Recovery:
        """A new process's engine over the same journal."""
        self.world.life.begin_anew()
        found = actions or self.world.actions()
        lease = FreeLease()
        return Recovery(self.journal, found, self.people, self.clock, self.log, lease, self.windows, self.hands)


__all__ = ["APPROVERS", "PRIMARY", "STANDBY", "Bench", "JbnetError", "Killed", "World", "WorldAction", "bindings"]
