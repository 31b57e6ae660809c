"""Looking at a fence from several vantages. Every look gives observations: plain mappings that go into the journal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from jbnet.adapters.fence_rings import Filter, facing
from jbnet.adapters.gathered import Gathered
from jbnet.adapters.waiting import heard, start
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import DatabaseServers, RemoteHosts
from jbnet.recovery.plan import HostFence
from jbnet.services.database_cluster import Cluster

ROUTER_ACCOUNT = "root"
TRY_ACCOUNT = "netops"
ANSWER_S = 6.0
"""Seconds for a router or a host to answer."""
SOON_S = 0.5
"""Seconds in which the nearest ring has mostly answered; the others are asked too where it has not."""
TRY_S = 0.5
"""Seconds for a connection that a client would have at once."""
TIMEOUT_CODE = 124
"""What timeout(1) ends with."""

Observation = dict[str, object]
Tries = Sequence[tuple[Observation, Future[Any]]]
"""Connections that are being tried: what is known of each, and what it meets."""
V = TypeVar("V", str, None)
_Look = tuple[str, Sequence[str], str, Future[Mapping[str, Any]]]
"""A router, its interfaces to the inside, the vantage, and its answer to come."""


class Vantages:
    """Asks routers and hosts directly and through other devices. ``here``: where jbnet runs, which needs no detour."""

    def __init__(self, network: Network, hosts: RemoteHosts, servers: DatabaseServers, here: str | None):
        self._network = network
        self._hosts = hosts
        self._servers = servers
        self._here = here
        self._shown = Gathered(self._show)

    def through(self, vantage: str | None) -> str | None:
        """Return the device to go through; None: directly."""
        return None if vantage == self._here else vantage

    def ask(self, router: str, request: Sequence[str], vantage: str | None = None) -> Mapping[str, Any]:
        """Run the fence helper on a router and return its answer. Raises Unreachable and CommandFailed."""
        remote = self._hosts.host(router, ROUTER_ACCOUNT, via=self.through(vantage))
        done = remote.run(request, timeout=ANSWER_S)
        try:
            answer: Mapping[str, Any] = json.loads(done.stdout)
        except ValueError as error:
            said = done.stderr.strip()[-200:] or f"exit code {done.code}"
            raise CommandFailed("{router} did not take {request}: {error}", router=router, request=" ".join(request), error=said) from error  # fmt: skip  # noqa: E501  one sentence with its values
        return answer

    def ask_all(self, routers: Sequence[str], request: Sequence[str]) -> dict[str, Mapping[str, Any] | None]:
        """Ask routers at once; None: no answer."""
        asked = {router: start(self.ask, router, request) for router in routers}
        return {router: heard(future, ANSWER_S)[0] for router, future in asked.items()}

    def show(self, router: str, name: str, vantage: str | None = None) -> Mapping[str, Any]:
        """Return what a router has of a filter.

        Raises Unreachable, and CommandFailed also where it answers without that filter: what it said of the others
        stands, and of this one nothing is known.
        """
        shown = self._shown.ask((router, vantage), name)
        if shown is None:
            raise CommandFailed(
                "{router} answers without the filter {filter} that it was asked for",
                router=router, filter=name,
                hint=text("put this version's jbnet-fence on {router}, and look there with: jbnet-fence show {filter}",
                          router=router, filter=name),
            )  # fmt: skip
        return shown

    def show_all(self, routers: Sequence[str], name: str) -> dict[str, Mapping[str, Any] | None]:
        """Return what routers have of a filter, asked at once; None: no answer."""
        asked = {router: start(self.show, router, name) for router in routers}
        return {router: heard(future, ANSWER_S)[0] for router, future in asked.items()}

    def _show(self, way: tuple[str, str | None], names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Ask a router over a way about filters; the answer to one name is that filter itself."""
        router, vantage = way
        shown = self.ask(router, ("show", *names), vantage)
        return {str(one.get("name")): one for one in shown.get("filters", [shown])}

    def left(
        self, names: Collection[str], routers: Collection[str], vantages: Collection[V]
    ) -> dict[tuple[str, V], dict[str, bool]]:
        """Ask routers at once, over each way, of which filters anything is there; nothing: no answer."""
        ways = [(router, vantage) for router in routers for vantage in vantages]
        asked = {way: start(self._show, way, tuple(names)) for way in ways}
        return {way: _left(heard(future, ANSWER_S)[0]) for way, future in asked.items()}

    def filters(self, wanted: Filter, host: str, plan: HostFence) -> Iterator[list[Observation]]:
        """Read the rings back from every vantage, the nearest first: observations, ring by ring.

        Those further out are asked only when the next is asked for, or where the nearest does not answer soon: a ring
        that proves the fence needs no other, and in a failover each question is outage.
        """
        nearest, *further = (self._read(wanted, host, ring, plan) for ring in plan.rings)
        looks = nearest()
        answered = not wait([asked for *_, asked in looks], SOON_S).not_done
        ahead = [] if answered else [begin() for begin in further]
        yield [self._filter(wanted, *look) for look in looks]
        for ring in ahead or [begin() for begin in further]:
            yield [self._filter(wanted, *look) for look in ring]

    def _read(self, wanted: Filter, host: str, ring: Sequence[str], plan: HostFence) -> Callable[[], list[_Look]]:
        """Return what begins to read a ring."""
        faces = facing(self._network, host, ring)
        ways = [(member, vantage) for member in faces for vantage in plan.vantages]
        return lambda: [(m, faces[m], v, start(self.show, m, wanted.name, v)) for m, v in ways]

    @staticmethod
    def _filter(
        wanted: Filter, member: str, faces: Sequence[str], vantage: str, asked: Future[Mapping[str, Any]]
    ) -> Observation:
        shown, error = heard(asked, ANSWER_S)
        seen: Observation = {"what": "filter", "device": member, "from": vantage}
        if shown is None:
            return seen | {"holds": None, "error": error}
        return seen | {"holds": wanted.held_by(shown, faces), "packets": shown["packets"]}

    def server(self, database: str, host: str, plan: HostFence, patience: float) -> list[Observation]:
        """Look from every vantage whether the server is stopped and carries its marker."""
        end = time.monotonic() + patience
        server = self._servers.server(database, host)
        looks = [(v, start(server.state, via=self.through(v))) for v in plan.vantages]
        found: list[Observation] = []
        for vantage, asked in looks:
            state, error = heard(asked, max(0.0, end - time.monotonic()))
            seen: Observation = {"what": "server", "device": host, "from": vantage}
            if state is None:
                found.append(seen | {"holds": None, "error": error})
            else:
                facts = {"marked": state.demoted, "processes": len(state.processes)}
                found.append(seen | facts | {"holds": state.exists and state.demoted and not state.processes})
        return found

    def start_tries(self, here: Cluster, plan: HostFence) -> Tries:
        """Begin to connect as a client would, from every vantage, at the host's own address."""
        target = f"{here.addresses[0]}/{here.database.port}"
        argv = ("timeout", str(TRY_S), "bash", "-c", f"exec 3<>/dev/tcp/{target}")
        return [
            ({"what": "connection", "to": target, "from": vantage}, start(self._run, vantage, argv))
            for vantage in plan.vantages
            if vantage != here.host
        ]

    def _run(self, vantage: str, argv: Sequence[str]) -> tuple[int, str]:
        done = self._hosts.host(vantage, TRY_ACCOUNT).run(argv, timeout=ANSWER_S)
        return done.code, done.stderr

    @staticmethod
    def met(tries: Tries) -> list[Observation]:
        """Return what the attempts met. Silence is an outcome of its own, and no proof."""
        found: list[Observation] = []
        for seen, future in tries:
            answer, error = heard(future, ANSWER_S)
            outcome = _outcome(*answer) if answer is not None else "vantage silent"
            found.append(seen | {"outcome": outcome} | ({"error": error} if error else {}))
        return found


def _left(shown: Mapping[str, Mapping[str, Any]] | None) -> dict[str, bool]:
    """Return by name whether anything of a filter is there."""
    return {name: bool(one["recorded"] or one["kernel"]) for name, one in (shown or {}).items()}


def _outcome(code: int, said: str) -> str:
    if code == 0:
        return "accepted"
    if "refused" in said:
        return "refused"
    return "silent" if code == TIMEOUT_CODE else "unreachable"
