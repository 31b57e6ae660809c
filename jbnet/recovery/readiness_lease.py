"""Readiness of the lease: who holds it and for how long still, whether its store decides, whether failsafe is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.model.network import Database
from jbnet.model.text import Text, text
from jbnet.recovery.lease import GuardWord, LeaseSight, LeaseTerms, StoreHealth
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_servers import LOOK


@dataclass(frozen=True, slots=True)
class LeaseView:
    """What was seen of a database's lease: in the store, of the store, and of both hosts' watchdogs."""

    database: Database
    sight: LeaseSight | Unseen
    health: StoreHealth
    guards: Mapping[str, GuardWord | Unseen]

    @property
    def leader(self) -> str:
        """Return the host that says that it leads; as declared, where none or both do."""
        hosts = (self.database.primary, self.database.standby)
        leading = [h for h in hosts if isinstance(g := self.guards.get(h), GuardWord) and g.leads]
        return leading[0] if len(leading) == 1 else self.database.primary

    @property
    def follower(self) -> str:
        """Return the other host."""
        return self.database.standby if self.leader == self.database.primary else self.database.primary


def about_lease(view: LeaseView, terms: LeaseTerms) -> Result:
    """Judge a database's lease. Red: a dark site could not be replaced by it, though a fence may still be proved."""
    level, found, advice = _judged(view, terms)
    expected = text("{host} holds it, all members answer, nobody goes on without them", host=view.leader)
    guard = view.guards.get(view.leader)
    left = guard.left_s(terms) if isinstance(guard, GuardWord) else None
    looked = level is not Level.UNKNOWN
    return Result(Check.LEASE, view.database.name, level, found, expected, advice,
                  None if left is None else round(left, 1), "s", view.database.name, looked)  # fmt: skip


Judged = tuple[Level, Text, Text | None]


def _judged(view: LeaseView, terms: LeaseTerms) -> Judged:
    return _failsafe(view) or _of_store(view) or _of_guards(view) or _held(view, terms)


def _failsafe(view: LeaseView) -> Judged | None:
    guard = view.guards.get(view.leader)
    if not isinstance(guard, GuardWord) or not guard.is_failsafe:
        return None
    found = text("failsafe: {host} cannot renew it and goes on by the other host's word: {why}", host=view.leader,
                 why=guard.why)  # fmt: skip
    advice = text("mend its way to etcd: until then it stops when the line between the sites is cut, and is not "
                  "replaced by its lease")  # fmt: skip
    return Level.RED, found, advice


def _of_store(view: LeaseView) -> Judged | None:
    if isinstance(view.sight, Unseen):
        return Level.UNKNOWN, text("etcd gives no answer here: {reason}", reason=view.sight.reason), LOOK
    record = view.sight.record
    if not record.holder:
        return Level.RED, text("nobody holds it"), text("jbnet-lease does not run on {host}", host=view.leader)
    if record.holder != view.leader:
        found = text("{holder} holds it, and {leader} leads", holder=record.holder, leader=view.leader)
        return Level.RED, found, text("{leader} takes it when it stood still for long enough; look again in 2 min",
                                      leader=view.leader)  # fmt: skip
    if not record.guarded:
        found = text("{host} is not guarded: its silence would prove nothing", host=view.leader)
        return Level.RED, found, text("jbnet-lease was ended there: start it")
    return None


def _of_guards(view: LeaseView) -> Judged | None:
    silent = [host for host in (view.leader, view.follower) if not isinstance(view.guards.get(host), GuardWord)]
    if silent:
        found = text("no answer from the watchdog of {hosts}", hosts=", ".join(silent))
        return (
            Level.AMBER,
            found,
            text("without the standby's there is no failsafe, and nobody is replaced by the lease"),
        )
    follower = view.guards[view.follower]
    if isinstance(follower, GuardWord) and follower.refuses:
        found = text("{host} tells its leader no more to go on: there is no failsafe", host=view.follower)
        return Level.AMBER, found, text("a failover was broken off: on {host}, jbnet-lease accept {database}",
                                        host=view.follower, database=view.database.name)  # fmt: skip
    return None


def _held(view: LeaseView, terms: LeaseTerms) -> Judged:
    health, guard = view.health, view.guards.get(view.leader)
    left = guard.left_s(terms) if isinstance(guard, GuardWord) else None
    found = text("{host} holds it, for {left} s without another renewal; {answering} of {count} members answer",
                 host=view.leader, left="?" if left is None else f"{left:.0f}", answering=health.answering,
                 count=len(health.members))  # fmt: skip
    silent = [name for name, why in health.members.items() if why]
    if silent:
        return Level.AMBER, found, text("no answer from {names}: with another one gone nobody decides",
                                        names=", ".join(silent))  # fmt: skip
    return Level.GREEN, found, None
