"""Databases, applications and services: copies elsewhere, objectives, hosts; and who may approve a recovery."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Annotated, ClassVar

from pydantic import Field

from jbnet.model.business import Replication
from jbnet.model.network import Application, Database, Service, Site
from jbnet.model.text import text
from jbnet.standards.predicates.base import Predicate, Verdict, unknown, violated
from jbnet.standards.predicates.homing import Count
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World

EARTH_KM = 6371.0
Seconds = Annotated[float, Field(ge=0)]


class StandbyElsewhere(Predicate):
    """The standby of a database stands in another location, at least so many kilometres away."""

    kinds: ClassVar = frozenset({Kind.DATABASES})
    km: Annotated[float, Field(ge=0, le=20_000)] = 0.0

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Measure between the sites in which the two locations lie; coordinates that are missing are unknown."""
        database: Database = subject.thing
        hosts = [world.network.devices.get(name) for name in (database.primary, database.standby)]
        homes = [host.home for host in hosts if host is not None]
        if len(set(homes)) < len(hosts):
            return violated(text("{database}: primary and standby stand in one place", database=database.name))
        if not self.km:
            return None
        sites = [world.site_of(home) for home in homes]
        if any(site is None or site.lon is None or site.lat is None for site in sites):
            return unknown(text("{database}: the coordinates of its places are not declared", database=database.name))
        apart = _kilometres(*(site for site in sites if site is not None))
        if apart >= self.km:
            return None
        return violated(text("{database}: its copies are {apart} km apart, not {km}", database=database.name,
                             apart=f"{apart:.0f}", km=f"{self.km:g}"))  # fmt: skip


def _kilometres(one: Site, other: Site) -> float:
    """Return the great-circle distance (haversine)."""
    lon1, lat1, lon2, lat2 = (radians(v or 0.0) for v in (one.lon, one.lat, other.lon, other.lat))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


class ReplicationFits(Predicate):
    """A database that may lose nothing (``rpo_s`` of 0) replicates synchronously."""

    kinds: ClassVar = frozenset({Kind.DATABASES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare the mode with the objective."""
        database: Database = subject.thing
        if database.rpo_s > 0 or database.replication is Replication.BLOCK:
            return None
        return violated(text("{database} may lose nothing, but replicates with mode {mode}", database=database.name,
                             mode=database.replication))  # fmt: skip


class ObjectivesWithin(Predicate):
    """The recovery objectives of a database, or of every database that a service needs, are within these seconds."""

    kinds: ClassVar = frozenset({Kind.DATABASES, Kind.SERVICES})
    rto_s: Seconds | None = None
    rpo_s: Seconds | None = None

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Name the first database that promises less."""
        thing = subject.thing
        names = thing.databases if isinstance(thing, Service) else (subject.name,)
        for database in (world.network.databases[name] for name in names if name in world.network.databases):
            for what, limit in (("rto_s", self.rto_s), ("rpo_s", self.rpo_s)):
                found = getattr(database, what)
                if limit is not None and found > limit:
                    message = text("{what} of {database} is {found} s, not {limit} at most", what=what,
                                   database=database.name, found=f"{found:g}", limit=f"{limit:g}")  # fmt: skip
                    return violated(message, [database.place])
        return None


class HasObjective(Predicate):
    """A service promises a recovery time, a recovery point and an availability; each that is asked for."""

    kinds: ClassVar = frozenset({Kind.SERVICES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A service may take time and point from the databases that it needs."""
        service: Service = subject.thing
        promised = service.objective
        if (promised.rto_s is not None and promised.rpo_s is not None) or service.databases:
            return None
        return violated(text("{service} promises no recovery time and point, and needs no database that does",
                             service=service.name))  # fmt: skip


class HostsAtLeast(Predicate):
    """An application runs on so many hosts."""

    kinds: ClassVar = frozenset({Kind.APPLICATIONS})
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Count different hosts."""
        application: Application = subject.thing
        found = len(set(application.hosts))
        if found >= self.count:
            return None
        return violated(text("{name} runs on {found} hosts, not {count}", name=application.name, found=found,
                             count=self.count))  # fmt: skip


class FencesAtLeast(Predicate):
    """All hosts of a database have so many rings of routers declared that can cut them off."""

    kinds: ClassVar = frozenset({Kind.DATABASES})
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Without a recovery plan nothing is known."""
        database: Database = subject.thing
        fences = world.surroundings.fences
        if fences is None:
            return unknown(text("there is no recovery plan"))
        for host in database.hosts:
            found = fences.get(host, 0)
            if found < self.count:
                return violated(text("{host} of {database} has {found} fences declared, not {count}", host=host,
                                     database=database.name, found=found, count=self.count))  # fmt: skip
        return None


class ApproversAtLeast(Predicate):
    """So many people may approve a recovery."""

    kinds: ClassVar = frozenset({Kind.NETWORK})
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Nobody declared at all means that the workspace has not been handed to its people yet: not shown."""
        found = world.surroundings.approvers
        if not found:
            return unknown(text("no approvers are declared in dr/approvers.yaml"))
        if found >= self.count:
            return None
        return violated(text("{found} people may approve a recovery, not {count}", found=found, count=self.count))
