"""The fence around a database on a host: stop it with a marker, filter on the routers around it, and prove it.

Design section 5, rule 3. Proof is what was seen, by two vantages or more of different homes: a ring of routers
of which every member holds the filter and gives it back, or a stopped server with its marker. A time-out is
written down as silence and proves nothing; a connection that is accepted disproves everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jbnet.adapters.fence_look import ANSWER_S, Observation, Tries, Vantages
from jbnet.adapters.fence_rings import Filter, facing, shuts_in
from jbnet.adapters.waiting import heard, start
from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import DatabaseServers, FenceProof, RemoteHosts
from jbnet.recovery.observed import RingLook, RouterLook
from jbnet.recovery.plan import HostFence
from jbnet.services.database_cluster import Cluster, cluster

STOP_GRACE_S = 1.0
"""Seconds for a clean stop before the server's processes are killed."""
STOP_S = 8.0
"""Seconds to wait for the host to be reached and its server to be stopped, while nothing else proves the fence."""
HEAD_START_S = 0.7
"""Seconds that a clean stop has before the filters cut replication."""
LATE_STOP_S = 4.0
"""Seconds to go on waiting for that once the filters hold. A frozen server is ended in about 2; a silent host was
mostly found silent before."""


class RingFence:
    """Implements Fence. ``here`` is the device on which jbnet runs."""

    def __init__(
        self,
        network: Network,
        hosts: RemoteHosts,
        servers: DatabaseServers,
        plans: Mapping[str, HostFence],
        here: str | None = None,
    ):
        self._network = network
        self._servers = servers
        self._plans = plans
        self._vantages = Vantages(network, hosts, servers, here)

    def close(self, database: str, host: str) -> FenceProof:
        """Stop the server, and close rings from the inside out until one is whole; then look.

        A server that can stop gets a moment to do so, in which its standby receives the last records.
        """
        plan, here = self._plan(host), cluster(self._network, database, host)
        stopping = start(self._servers.server(database, host).kill, STOP_GRACE_S)
        heard(stopping, HEAD_START_S)
        held = any(self._close_ring(Filter.around(here), host, ring) for ring in plan.rings)
        tries = self._vantages.start_tries(here, plan)
        _, error = heard(stopping, LATE_STOP_S if held else STOP_S)
        stop: Observation = {"what": "stop", "device": host, "done": not error, "error": error}
        return self._look(here, plan, stop, tries)

    def check(self, database: str, host: str, patience: float = ANSWER_S) -> FenceProof:
        """Look only."""
        return self._look(cluster(self._network, database, host), self._plan(host), patience=patience)

    def glance(self, database: str, host: str) -> FenceProof:
        """Look at the nearest ring that answers, and at nothing behind it: what holds there is seen by ``check``."""
        here, plan = cluster(self._network, database, host), self._plan(host)
        by, seen = self._proving_ring(Filter.around(here), host, plan, glance=True)
        return FenceProof(database, host, bool(by), by, tuple(seen))

    def open(self, database: str, host: str) -> FenceProof:
        """Take the filter off every router of every ring, then look."""
        wanted = Filter.around(cluster(self._network, database, host))
        self._vantages.ask_all(self._members(host), ("open", wanted.name))
        return self.check(database, host)

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        """Ask every router of every ring whether it has anything of the filter."""
        wanted = Filter.around(cluster(self._network, database, host))
        answers = self._vantages.show_all(self._members(host), wanted.name)
        return {m: None if a is None else bool(a["recorded"] or a["kernel"]) for m, a in answers.items()}

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        """Read every ring from every vantage, each router once a way; a host without a fence has no rings."""
        plan = self._plans.get(host)
        if plan is None:
            return dict.fromkeys(databases, ())
        names = self._filters(host, databases)
        read = self._vantages.left(names.values(), dict.fromkeys(self._members(host)), plan.vantages)
        return {
            database: tuple(
                RingLook(tuple(ring), shuts_in(self._network, host, ring), self._routers(read, name, ring, plan))
                for ring in plan.rings
            )
            for database, name in names.items()
        }

    def _routers(
        self, read: Mapping[tuple[str, str], Mapping[str, bool]], name: str, ring: Sequence[str], plan: HostFence
    ) -> tuple[RouterLook, ...]:
        return tuple(
            RouterLook(router, vantage, self._network.devices[vantage].home, read[router, vantage].get(name))
            for router in ring
            for vantage in plan.vantages
        )

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        """Ask every router around a host, once and directly, for filters of these databases."""
        if host not in self._plans:
            return {database: {} for database in databases}
        names, routers = self._filters(host, databases), self._members(host)
        read = self._vantages.left(names.values(), routers, (None,))
        return {
            database: {router: read[router, None].get(name) for router in routers} for database, name in names.items()
        }

    def _filters(self, host: str, databases: Sequence[str]) -> dict[str, str]:
        return {name: Filter.around(cluster(self._network, name, host)).name for name in databases}

    def _plan(self, host: str) -> HostFence:
        if host not in self._plans:
            hint = text("declare it under fences: in dr/plan.yaml")
            raise UsageError("no fence is declared around {host}", host=host, hint=hint)
        return self._plans[host]

    def _members(self, host: str) -> list[str]:
        return list(dict.fromkeys(member for ring in self._plan(host).rings for member in ring))

    def _close_ring(self, wanted: Filter, host: str, ring: Sequence[str]) -> bool:
        """Close a ring; say whether every member took it. One that shuts nobody in is not closed."""
        faces = facing(self._network, host, ring)
        if not shuts_in(self._network, host, ring) or not all(faces.values()):
            return False
        asked = [start(self._vantages.ask, member, wanted.close(dev)) for member, dev in faces.items()]
        answers = [heard(one, ANSWER_S)[0] for one in asked]
        return all(answer is not None and answer["holds"] for answer in answers)

    def _look(
        self,
        here: Cluster,
        plan: HostFence,
        stop: Observation | None = None,
        tries: Tries = (),
        patience: float = ANSWER_S,
    ) -> FenceProof:
        """Read the rings, and the server where none proves it; what ``tries`` meet takes longest, and comes last."""
        database, host = here.database.name, here.host
        by, seen = self._proving_ring(Filter.around(here), host, plan)
        stopped = [] if by else self._vantages.server(database, host, plan, patience)
        if not by and self._proves(stopped, [host]):
            by = "server stopped and marked"
        observed = [*([stop] if stop else []), *self._vantages.met(tries)]
        accepted = any(one.get("outcome") == "accepted" for one in observed)
        return FenceProof(database, host, bool(by) and not accepted, by, (*observed, *seen, *stopped))

    def _proving_ring(
        self, wanted: Filter, host: str, plan: HostFence, *, glance: bool = False
    ) -> tuple[str, list[Observation]]:
        """Return the nearest ring that proves the fence (empty: none), and what was seen of the rings up to it.

        At a ``glance`` a ring of which everybody answered is the last.
        """
        found: list[Observation] = []
        for members, seen in zip(plan.rings, self._vantages.filters(wanted, host, plan), strict=True):
            found += seen
            if shuts_in(self._network, host, members) and self._proves(seen, members):
                return _ring_text(members), found
            if glance and all(one["holds"] is not None for one in seen):
                break
        return "", found

    def _proves(self, seen: Sequence[Observation], members: Sequence[str]) -> bool:
        """Every member was seen to hold from two homes or more, and none was seen not to."""
        homes: dict[object, set[str]] = {member: set() for member in members}
        for one in seen:
            if one["holds"]:
                homes[one["device"]].add(self._network.devices[str(one["from"])].home)
        return all(one["holds"] is not False for one in seen) and all(len(places) > 1 for places in homes.values())


def _ring_text(members: Sequence[str]) -> str:
    return "filter on " + ", ".join(members)
