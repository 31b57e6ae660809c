"""The actions that a recovery runbook is made of, over ports. What order they come in is the runbook's affair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from jbnet.model.errors import JbnetError, Refused, UsageError
from jbnet.model.network import Database, Network
from jbnet.model.text import Text, text
from jbnet.ports import (
    Clock,
    DatabaseServer,
    DatabaseServers,
    Fence,
    HandOvers,
    RouteControl,
    ServerState,
    StepOutcome,
    WriteCheck,
)
from jbnet.services.database_cluster import cluster
from jbnet.services.recover.leasing import Leasing

POLL_S = 0.1
"""Seconds between two looks at something that is awaited."""

Params = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True)
class Tools:
    """What the actions act through. ``watchers``: devices in whose routing table an address's way is read back.

    ``leasing``: where the plan declares a lease.
    """

    network: Network
    servers: DatabaseServers
    fence: Fence
    routes: RouteControl
    handovers: HandOvers
    writes: WriteCheck
    clock: Clock
    watchers: tuple[str, ...] = field(default=())
    leasing: Leasing | None = None

    def awaited(self, look: Callable[[], StepOutcome], seconds: float) -> StepOutcome:
        """Look until it is done; return what was seen then, or what was seen last.

        What was seen counts: routing may be without a route for a moment again, while others move theirs.
        """
        return self._looked(look, lambda outcome: outcome.done, seconds)

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds; say whether it did in time."""
        return self._looked(holds, bool, seconds)

    def _looked(self, look: Callable[[], T], is_it: Callable[[T], bool], seconds: float) -> T:
        """Look, once at least, until it is what is waited for or the time is over; return what was seen last."""
        end = self.clock.monotonic() + seconds
        while not is_it(found := look()) and self.clock.monotonic() <= end:
            self.clock.sleep(POLL_S)
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """A database on a host, as a step names it, and the other host that holds it."""

    database: Database
    host: str
    other: str


def named(params: Params, key: str) -> str:
    """Return a parameter. Raises UsageError when the runbook's step lacks it."""
    value = params.get(key)
    if not isinstance(value, str):
        raise UsageError("a step lacks the parameter {key}", key=key)
    return value


def place(tools: Tools, params: Params, key: str = "host") -> Place:
    """Return the place that a step names. Raises UsageError for names that are not declared."""
    here = cluster(tools.network, named(params, "database"), named(params, key))
    return Place(here.database, here.host, here.other)


def server(tools: Tools, where: Place) -> DatabaseServer:
    """Return the server at a place."""
    return tools.servers.server(where.database.name, where.host)


def other_server(tools: Tools, where: Place) -> DatabaseServer:
    """Return the server of the same database on the other host."""
    return tools.servers.server(where.database.name, where.other)


def seen(look: Callable[[], ServerState]) -> tuple[ServerState | None, str]:
    """Return a server's state, or None and why there is none: not being seen is not being down."""
    try:
        return look(), ""
    except JbnetError as error:
        return None, str(error)


def facts(state: ServerState | None, error: str = "") -> dict[str, object]:
    """Return what the journal keeps of a state; None stays None."""
    if state is None:
        return {"seen": False, "error": error}
    names = (
        "demoted", "answers", "in_recovery", "timeline", "written", "received", "replayed", "receiver",
        "last_message_age_s", "replay_age_s", "newest_row_age_s", "synchronous_to", "shut_down", "checkpoint",
    )  # fmt: skip
    kept = {name: getattr(state, name) for name in names}
    return {"seen": True, "processes": len(state.processes), **kept, "followers": list(state.followers)}


def refuse_strangers(where: Place, mine: ServerState | None, theirs: ServerState | None) -> None:
    """Raise Refused where two hosts hold different clusters: one is behind the other's address by mistake.

    Nothing is said of a host that was not seen, or has no data.
    """
    known = {state.system_identifier for state in (mine, theirs) if state is not None} - {None}
    if len(known) > 1:
        raise Refused(
            "{database}: {host} and {other} hold different clusters (system identifiers {ids})",
            database=where.database.name,
            host=where.host,
            other=where.other,
            ids=", ".join(sorted(map(str, known))),
            hint=text("find out whose data that is, and put it aside; jbnet overwrites no other cluster"),
        )


def not_yet(message: Text) -> StepOutcome:
    """Return the outcome of a probe that found something to do."""
    return StepOutcome(False, message)


def watchers(network: Network) -> tuple[str, ...]:
    """Return the devices in whose routing tables an address's way is read back: the NOC's server and its neighbours."""
    if network.noc is None or network.noc not in network.devices:
        return ()
    return (network.noc, *_neighbours(network, network.noc))


def near_watchers(network: Network, host: str) -> tuple[str, ...]:
    """Return whom to ask where no watcher answers, the other site being dark or cut off: what stands beside the host.

    Its own routers first: they have a way to it and another one to everywhere else, which a server of one line has not.
    """
    home = network.devices[host].home
    beside = [name for name, device in network.devices.items() if device.home == home and name != host]
    return tuple(dict.fromkeys((*(name for name in _neighbours(network, host) if name in beside), *beside)))


def _neighbours(network: Network, device: str) -> tuple[str, ...]:
    ends = [(c.a.device, c.z.device) for c in network.circuits.values()]
    return tuple(dict.fromkeys(a if z == device else z for a, z in ends if device in (a, z)))
