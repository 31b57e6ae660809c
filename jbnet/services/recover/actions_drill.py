"""The steps of a drill in a bubble: a copy is recovered, promoted and proved beside production, then gone.

The copy is one of the standby, or a backup that pgBackRest restores. Nothing of it touches production: the leader is
looked at as ``jbnet dr check`` does, the copy is made at a pace that is declared, and whoever begins a recovery in
earnest ends the drill by that.
"""

from __future__ import annotations

import contextlib
import getpass
import random
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from jbnet.model.errors import CommandFailed, JbnetError, Refused
from jbnet.model.network import Network
from jbnet.model.text import Text, joined, text
from jbnet.ports import Clock, DatabaseServers, StepOutcome
from jbnet.ports.drill import Bubbles, DrillOrder
from jbnet.recovery.drill import Drilled, DrillLimits, HostLook, Left, in_memory, longest_s, objections, reserve
from jbnet.recovery.drill_backup import Chosen, chosen, objections_to, read_at, with_backup
from jbnet.recovery.observed import ServerLook
from jbnet.recovery.restored import Restored
from jbnet.recovery.step_params import BACKUP
from jbnet.services.database_cluster import cluster, own_addresses
from jbnet.services.recover.actions import Params, Place, named

SSH_PORT = 22
DRAWN = ("killed-following", "killed-leading")
WHY: Mapping[str, Text] = {
    "gone": text("the line to the host broke"),
    "late": text("it took longer than it may"),
    "full": text("the room that stays free was reached"),
    "memory": text("the host gave no memory to copy into"),
    "told": text("somebody ended it on the host"),
    "left": text("something of an earlier drill is there"),
    "copy": text("the standby could not be copied"),
    "restore": text("the backup could not be restored"),
    "inside": text("it failed in the bubble"),
}


@dataclass(frozen=True)
class DrillTools:
    """What drills act through. ``gives_way``: names the recovery that is going on, in earnest; None: there is none.

    ``counts`` keeps that a backup was restored and read, for ``jbnet dr check``.
    """

    network: Network
    servers: DatabaseServers
    clock: Clock
    bubbles: Bubbles
    limits: DrillLimits
    gives_way: Callable[[], str | None]
    draw: Callable[[Sequence[str]], str] = random.choice
    counts: Callable[[Sequence[Restored]], None] = lambda _: None


def given_place(given: DrillTools, params: Params) -> Place:
    """Return the place that a step names. Raises UsageError for names that are not declared."""
    here = cluster(given.network, named(params, "database"), named(params, "host"))
    return Place(here.database, here.host, here.other)


class DrillDatabase:
    """A copy of a database, of its standby or from its backup, led in a bubble; nothing of it is left."""

    def __init__(self, given: DrillTools):
        self._given = given
        self._bubbles = given.bubbles
        self.gives_way = given.gives_way

    def probe(self, params: Params) -> StepOutcome:
        """A drill is always to be done: what an earlier one showed says nothing of today."""
        where = given_place(self._given, params)
        return StepOutcome(False, text("{database}: to be drilled on {host}", database=where.database.name,
                                       host=where.host))  # fmt: skip

    def do(self, params: Params) -> StepOutcome:
        """Take away what a killed drill left; look whether there may be one; carry it out; look who saw it."""
        where = given_place(self._given, params)
        look, removed = self._cleared(where)
        taken = self._backup(where, params) if params.get("from") == BACKUP else None
        look = look if taken is None else with_backup(look, taken)
        self._refuse(where, look, from_backup=taken is not None)
        order = replace(self._order(where, look, params), backup=taken)
        found = self._followed(where, order)
        seen_outside = self._seen_outside(where, order.drill)
        evidence = {"drill": order.drill, "host": where.host, "surprise": order.surprise or None, **found.evidence(),
                    "backup": taken.evidence(self._given.clock.now()) if taken else None,
                    "seen_outside": seen_outside, "removed_before": removed}  # fmt: skip
        wrong = [*found.wrong, *(f"seen at {host}" for host in seen_outside)]
        if found.missing or wrong:
            return StepOutcome(False, _failed(where, found, wrong), evidence)
        if taken is not None:
            name, now = where.database.name, self._given.clock.now()
            self._given.counts([Restored(name, where.host, taken.backup.label, now)])
        return StepOutcome(True, _told(where, found) if taken is None else _told_of(taken, where, found), evidence)

    def verify(self, params: Params) -> StepOutcome:
        """Look anew: nothing is left on the host, the standby follows as before, and the leader feeds no copy."""
        where = given_place(self._given, params)
        name = where.database.name
        left = self._bubbles.left(name, where.host)
        follower = _look(self._given, where.database.name, where.host)
        follows = follower is not None and _stands(follower, from_backup=params.get("from") == BACKUP)
        done = left.nothing and follows
        leads = follower is not None and follower.leads
        as_before = (
            text("{database}: nothing is left on {host}, which leads as before", database=name, host=where.host)
            if leads
            else text("{database}: nothing is left on {host}, which follows as before", database=name, host=where.host)
        )
        told = (
            as_before
            if done
            else text("{database}: left on {host}: {said}; follows: {follows}", database=name, host=where.host,
                      said=left.said(), follows=follows)
        )  # fmt: skip
        return StepOutcome(done, told, {"left": asdict(left), "follows": follows})

    def _cleared(self, where: Place) -> tuple[HostLook, dict[str, object] | None]:
        """Look, and take away what an earlier drill left; None: there was nothing. One that goes on is let be."""
        name, host = where.database.name, where.host
        look = self._bubbles.look(name, host)
        if not look.left.folder:
            return look, None
        self._bubbles.clear(name, host, ends=False)
        return self._bubbles.look(name, host), asdict(look.left)

    def _backup(self, where: Place, params: Params) -> Chosen:
        """Return the backup to restore. Raises Refused where there is none, or it cannot be read."""
        at = read_at(params.get("at"))
        look = self._bubbles.look_backups(where.database.name, where.host)
        _refuse(where, list(objections_to(look, at, where.host, self._given.clock.now())))
        taken = chosen(look, at)
        if taken is None:
            raise AssertionError("objections_to says no where nothing can be chosen")
        return taken

    def _refuse(self, where: Place, look: HostLook, *, from_backup: bool) -> None:
        """Raise Refused where there must be no drill now. A backup may be drilled on the host that leads, too."""
        looks = _looks(self._given, where)
        here = looks[where.host]
        if here is None:
            raise CommandFailed("{host} could not be looked at", host=where.host)
        led = from_backup and here.leads
        _refuse(where, list(objections(look, looks[where.other], None if led else here, self._given.limits)))

    def _order(self, where: Place, look: HostLook, params: Params) -> DrillOrder:
        limits, name = self._given.limits, where.database.name
        begun = self._given.clock.now().strftime("%Y%m%dT%H%M%SZ")
        return replace(
            order_for(self._given.network, name, where.host, limits, self._surprise(params)),
            drill=f"drill {begun}",
            in_memory=in_memory(look, limits),
            reserve=reserve(look, limits),
            longest_s=longest_s(look, limits),
        )

    def _surprise(self, params: Params) -> str:
        """Return what will befall the copy; of what is drawn nobody knows beforehand."""
        asked = str(params.get("surprise") or "none")
        return self._given.draw(DRAWN) if asked == "any" else asked.replace("none", "")

    def _followed(self, where: Place, order: DrillOrder) -> Drilled:
        """Hear the host to the end; the leader is looked at when the copy is whole. Ends early for one in earnest."""
        found = Drilled(from_backup=order.backup is not None)
        with contextlib.closing(self._bubbles.run(order)) as lines:
            for line in lines:
                found = found.heard(line)
                if line.get("phase") == "copied":
                    found = replace(found, leader=self._leader(where, order))
                if (earnest := self.gives_way()) is not None:
                    raise Refused(
                        "the drill of {database} gives way to {execution}, which is in earnest",
                        database=where.database.name,
                        execution=earnest,
                    )
        return found

    def _leader(self, where: Place, order: DrillOrder) -> ServerLook | None:
        """Return how the leader stands; None: not seen, or the copy is one of an earlier time.

        A copy of the standby is of one that followed the other host; a backup may be drilled on the host that leads.
        """
        if order.backup is not None and order.backup.at is not None:
            return None
        name = where.database.name
        here = None if order.backup is None else _look(self._given, name, where.host)
        return here if here is not None and here.leads else _look(self._given, name, where.other)

    def _seen_outside(self, where: Place, drill: str) -> list[str]:
        """Return the hosts of production that hold what was written in the bubble."""
        hosts = (where.host, where.other)
        return [h for h in hosts if self._given.servers.server(where.database.name, h).present(drill)]


class ClearDrill:
    """Nothing of a drill is left on a host."""

    def __init__(self, given: DrillTools):
        self._given = given

    def probe(self, params: Params) -> StepOutcome:
        """Look."""
        where = given_place(self._given, params)
        return self._outcome(where, self._given.bubbles.left(where.database.name, where.host))

    def do(self, params: Params) -> StepOutcome:
        """Take it away; it is this execution's own, so one that still goes on is ended."""
        where = given_place(self._given, params)
        return self._outcome(where, self._given.bubbles.clear(where.database.name, where.host, ends=True))

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self.probe(params)

    @staticmethod
    def _outcome(where: Place, left: Left) -> StepOutcome:
        name, host = where.database.name, where.host
        if left.nothing:
            return StepOutcome(True, text("{database}: nothing is left on {host}", database=name, host=host), {})
        told = text("{database}: left on {host}: {said}", database=name, host=host, said=left.said())
        return StepOutcome(False, told, {"left": asdict(left)})


def order_for(network: Network, database: str, host: str, limits: DrillLimits, surprise: str = "") -> DrillOrder:
    """Return a drill's order, before the host was looked at."""
    by = f"{getpass.getuser()}@{socket.gethostname()}"
    return DrillOrder(database, host, "drill", by, limits, 0, 3600, ways_out(network, database, host), surprise)


def ways_out(network: Network, database: str, host: str) -> tuple[tuple[str, int], ...]:
    """Return what must not be reached from inside: both hosts of the database, by SQL and SSH, and every service."""
    declared = network.databases[database]
    hosts = [str(a) for name in (declared.primary, declared.standby) for a in own_addresses(network.devices[name])]
    own = [(address, port) for address in hosts for port in (declared.port, SSH_PORT)]
    services = [(str(one.service_address), one.port) for one in network.databases.values() if one.service_address]
    return tuple(dict.fromkeys((*own, *services)))


def _looks(given: DrillTools, where: Place) -> dict[str, ServerLook | None]:
    """Return both servers as they are seen; None: not."""
    return {host: _look(given, where.database.name, host) for host in (where.host, where.other)}


def _look(given: DrillTools, database: str, host: str) -> ServerLook | None:
    """Return a server as it is seen; None: not. Each look is a dozen processes on a host of production's."""
    try:
        return given.servers.look(host, [database]).get(database)
    except JbnetError:
        return None


def _stands(seen: ServerLook, *, from_backup: bool) -> bool:
    """Say whether a host does what it did before: it follows, or leads where a backup was drilled beside it."""
    return (from_backup and seen.leads) or (seen.in_recovery is True and seen.receiver == "streaming")


def _refuse(where: Place, found: Sequence[tuple[Text, Text]]) -> None:
    if found:
        why = joined([told for told, _ in found])
        raise Refused("{database} is not drilled: {why}", database=where.database.name, why=why, hint=found[0][1])


def _told_of(taken: Chosen, where: Place, found: Drilled) -> Text:
    named = {"database": where.database.name, "label": taken.backup.label, "host": where.host, "rto": found.rto_s,
             "count": len(found.smoke)}  # fmt: skip
    if taken.at is not None:
        message = (
            "{database}: backup {label} on {host}, brought to {at}, led {rto} s after it was started; "
            "{count} smoke tests hold, every table and block was read"
        )
        return text(message, at=taken.at.isoformat(), **named)
    message = (
        "{database}: backup {label} on {host} led {rto} s after it was started, {bytes} B and {seconds} s behind the "
        "leader; {count} smoke tests hold, every table and block was read"
    )
    return text(message, bytes=_known(found.behind_bytes), seconds=_known(found.behind_s), **named)


def _told(where: Place, found: Drilled) -> Text:
    message = (
        "{database}: its copy on {host} led {rto} s after it was started, {bytes} B and {seconds} s behind the leader; "
        "{count} smoke tests hold, every table and block was read"
    )
    return text(message, database=where.database.name, host=where.host, rto=found.rto_s,
                bytes=_known(found.behind_bytes), seconds=_known(found.behind_s), count=len(found.smoke))  # fmt: skip


def _failed(where: Place, found: Drilled, wrong: Sequence[str]) -> Text:
    if found.failed is not None:
        why = WHY.get(str(found.failed.get("why")), text("{message}", message=found.failed.get("why")))
        return text("{database}: the drill on {host} failed: {why} ({said})", database=where.database.name,
                    host=where.host, why=why, said=str(found.failed.get("said") or "-"))  # fmt: skip
    said = "; ".join(wrong) or ", ".join(found.missing)
    return text("{database}: the drill on {host} does not hold: {said}", database=where.database.name,
                host=where.host, said=said)  # fmt: skip


def _known(value: object) -> object:
    return "?" if value is None else value
